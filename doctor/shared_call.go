package doctor

import (
	"context"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
)

// unshare denies what the simulator allowed only because of a key that belongs to
// another action of the same call, and that requests of this action never carry.
// The policies say so: they allow the request with the key, and not without. It
// needs policies that were read in full; without them the simulator decides.
func (j *job) unshare(ctx context.Context, out *judgement, probes []iam.Probe, verdicts []iam.Verdict) error {
	if j.source.Engine() != audit.EngineAWS {
		return nil
	}
	asked := askedBy(out.policies)
	var shared iam.Context
	for i := range probes {
		for _, e := range probes[i].Context {
			if asked[strings.ToLower(e.Key)] && !slices.ContainsFunc(shared, func(o iam.ContextEntry) bool { return o.Key == e.Key }) {
				shared = append(shared, e)
			}
		}
	}
	alone, together := []iam.Probe{}, []iam.Probe{}
	var places []int
	for i, p := range probes {
		if verdicts[i].Decision == iam.Allowed && len(checks.Foreign(p.Action, shared)) > 0 {
			alone = append(alone, p)
			p.Context = shared.With(p.Context)
			together = append(together, p)
			places = append(places, i)
		}
	}
	without, err := out.analyst.Evaluate(ctx, alone)
	if err != nil {
		return err
	}
	with, err := out.analyst.Evaluate(ctx, together)
	if err != nil {
		return err
	}
	for n, i := range places {
		if with[n].Decision == iam.Allowed && isDenied(&without[n]) {
			verdicts[i] = without[n]
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
