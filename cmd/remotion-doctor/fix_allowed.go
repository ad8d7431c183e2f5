package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/change"
	"remotion-doctor/doctor"
	"remotion-doctor/iam"
	"remotion-doctor/source/awsapi"
)

// rightPrincipal refuses the caller's policy for the renderer's role, and the
// reverse, with the command that is meant.
func rightPrincipal(ctx context.Context, o *doctor.Options, x *planned) error {
	m := x.WrongPrincipal(ctx, *o)
	if m == nil {
		return nil
	}
	hint := "the caller's policy belongs to the role that your code runs as: `remotion-doctor fix --function NAME --apply`; what this role lacks as the renderer: `remotion-doctor fix --renderer=" + x.Principal.Name() + " --apply`"
	if m.Requirement == "renderer" {
		hint = "the renderer's policy belongs to the role of the render functions: `remotion-doctor fix --renderer --apply`; what this one lacks as the caller: the same command without --require renderer"
	}
	return &failure{exitNotMet, fmt.Sprintf("refusing to write: this would add the %s's policy to %s, and that is the %s: %s", m.Requirement, x.Principal.ARN, m.Is, m.Why), hint}
}

// mayWrite asks the policy simulator whether whoever runs this may make the
// writes of a plan, and those that take it back. What their permissions boundary
// blocks is refused; of what else they seem to lack there is a warning, for the
// simulator does not see every policy. Where it cannot be asked, as for the root
// user, AWS will tell.
func (a *app) mayWrite(ctx context.Context, client *awsapi.Client, p *change.Plan) error {
	found, err := client.Resolve(ctx, audit.Target{Kind: audit.TargetCaller})
	if err != nil {
		return nil
	}
	needs := p.Needs()
	verdicts, err := client.Evaluate(ctx, found.Principal, needs)
	if err != nil || len(verdicts) != len(needs) {
		return nil
	}
	var lacks []string
	for i, v := range verdicts {
		switch {
		case v.Decision == "" || v.Decision == iam.Allowed || len(v.MissingContext) > 0:
		case slices.Contains(v.BlockedBy, iam.LayerBoundary):
			return &failure{exitNotMet, fmt.Sprintf("refusing to write: your permissions boundary blocks %s on %s (you are %s)", needs[i].Action, needs[i].Resource, found.Principal.ARN), "run this as somebody who may, or hand them the output of --as cli"}
		default:
			lacks = append(lacks, needs[i].Action)
		}
	}
	if len(lacks) > 0 {
		slices.Sort(lacks)
		return a.say("note: by the policy simulator " + found.Principal.ARN + ", as whom you run this, lacks " + strings.Join(slices.Compact(lacks), ", "))
	}
	return nil
}
