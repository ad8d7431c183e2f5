package doctor

import (
	"context"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/eval"
)

// unshare denies what the simulator allowed only because of a key that belongs to
// another action of the same call, and that requests of this action never carry.
// It needs policies that were read in full; without them the simulator decides.
func (j *job) unshare(ctx context.Context, out *judgement, probes []iam.Probe, verdicts []iam.Verdict) error {
	if j.source.Engine() != audit.EngineAWS {
		return nil
	}
	asked := askedBy(out.policies)
	var told []string
	for i := range probes {
		for _, e := range probes[i].Context {
			if key := strings.ToLower(e.Key); asked[key] && !slices.Contains(told, key) {
				told = append(told, key)
			}
		}
	}
	foreign := func(p *iam.Probe) bool {
		return slices.ContainsFunc(told, func(key string) bool { return actions.Carries(p.Action, key) == actions.NeverCarry })
	}
	if !slices.ContainsFunc(probes, func(p iam.Probe) bool { return foreign(&p) }) {
		return nil
	}
	own, err := out.analyst.Evaluate(ctx, probes)
	if err != nil {
		return err
	}
	for i := range probes {
		if verdicts[i].Decision == iam.Allowed && foreign(&probes[i]) && isDenied(&own[i]) {
			verdicts[i] = own[i]
		}
	}
	return nil
}

// askedBy are the condition keys of the policies that grant and limit, in lower
// case.
func askedBy(p *eval.Policies) map[string]bool {
	keys := map[string]bool{}
	if p == nil {
		return keys
	}
	policies := slices.Clone(p.Identity)
	if p.Boundary != nil {
		policies = append(policies, *p.Boundary)
	}
	for i := range policies {
		if policies[i].Document == nil {
			continue
		}
		for _, key := range policies[i].Document.ContextKeys() {
			keys[strings.ToLower(key)] = true
		}
	}
	return keys
}
