package attach

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/change"
	"remotion-doctor/doctor"
	"remotion-doctor/iam"
)

// Check refuses what must not be written: where it is not known what is
// attached, where the remedy is not verified, or where it is the other
// principal's policy. The error is a [*change.Refusal], a [*change.Incomplete]
// where something could not be read, or that of the plan.
func (x *Planned) Check(ctx context.Context, o doctor.Options) error {
	switch {
	case x.Holding == nil:
		return &change.Incomplete{
			Msg:  "refusing to write: what is attached to " + x.Principal.ARN + " could not be read, and could be overwritten",
			Hint: "grant iam:ListRolePolicies, iam:GetRolePolicy and iam:ListAttachedRolePolicies, or paste the output of --as cli",
		}
	case x.Problem != nil:
		return x.Problem
	case x.Plan == nil:
		return &change.Refusal{Msg: "refusing to write: only the deploy makes the name of " + x.Principal.ARN, Hint: "put the policy into the file that declares it with --write, or deploy first"}
	case !x.Verified:
		return &change.Refusal{Msg: "refusing to write: " + x.Outcome(), Hint: "see the notes above for what would still not pass"}
	}
	return x.RightPrincipal(ctx, o)
}

// RightPrincipal refuses the caller's policy for the renderer's role, and the
// reverse, with the command that is meant.
func (x *Planned) RightPrincipal(ctx context.Context, o doctor.Options) error {
	m := x.WrongPrincipal(ctx, o)
	if m == nil {
		return nil
	}
	hint := "the caller's policy belongs to the role that your code runs as: `remotion-doctor fix --function NAME --apply`; what this role lacks as the renderer: `remotion-doctor fix --renderer=" + x.Principal.Name() + " --apply`"
	if m.Requirement == "renderer" {
		hint = "the renderer's policy belongs to the role of the render functions: `remotion-doctor fix --renderer --apply`; what this one lacks as the caller: the same command without --require renderer"
	}
	return &change.Refusal{Msg: fmt.Sprintf("refusing to write: this would add the %s's policy to %s, and that is the %s: %s", m.Requirement, x.Principal.ARN, m.Is, m.Why), Hint: hint}
}

// Permitted asks the policy simulator whether whoever runs this may make the
// writes of a plan, and those that take it back. What their permissions boundary
// blocks is a [*change.Refusal]; what else they seem to lack is a note, for the
// simulator does not see every policy. Where it cannot be asked, as for the root
// user, AWS decides at the write.
func Permitted(ctx context.Context, a Account, p *change.Plan) (note string, err error) {
	found, err := a.Resolve(ctx, audit.Target{Kind: audit.TargetCaller})
	if err != nil {
		return "", nil
	}
	needs := p.Needs()
	verdicts, err := a.Evaluate(ctx, found.Principal, needs)
	if err != nil || len(verdicts) != len(needs) {
		return "", nil
	}
	var lacks []string
	for i, v := range verdicts {
		switch {
		case v.Decision == "" || v.Decision == iam.Allowed || len(v.MissingContext) > 0:
		case slices.Contains(v.BlockedBy, iam.LayerBoundary):
			return "", &change.Refusal{
				Msg:  fmt.Sprintf("refusing to write: your permissions boundary blocks %s on %s (you are %s)", needs[i].Action, needs[i].Resource, found.Principal.ARN),
				Hint: "run this as somebody who may, or hand them the output of --as cli",
			}
		default:
			lacks = append(lacks, needs[i].Action)
		}
	}
	if len(lacks) == 0 {
		return "", nil
	}
	slices.Sort(lacks)
	return "by the policy simulator " + found.Principal.ARN + ", as whom you run this, lacks " + strings.Join(slices.Compact(lacks), ", "), nil
}
