package checks

import (
	"fmt"
	"slices"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// Engines is the module of findings about the evaluators themselves.
var Engines = audit.Module{
	Name: "engines", Title: "Engines",
	Why:    "The policy simulator and the offline evaluator were both asked, and should agree.",
	Breaks: "One of the two answers is wrong, or one engine knows policies that the other does not.",
}

// Compare returns a finding for each probe that the policy simulator and the
// offline evaluator decide differently, with both answers. What one of them
// could not decide is no disagreement.
func Compare(probes []iam.Probe, simulator, local []iam.Verdict) []audit.Finding {
	var out []audit.Finding
	for i, p := range probes {
		a, b := &simulator[i], &local[i]
		if a.Decision == "" || b.Decision == "" || a.Decision == b.Decision {
			continue
		}
		if slices.ContainsFunc(out, func(f audit.Finding) bool { return f.Action == p.Action && f.Resource == p.Resource }) {
			continue // in another region, the same
		}
		f := audit.Finding{
			Module: Engines.Name, Action: p.Action, Resource: p.Resource, Status: audit.Unknown,
			Reason:     fmt.Sprintf("simulator says %s, offline evaluator %s", a.Decision, b.Decision),
			Statements: []iam.StatementRef{}, MissingContext: []string{},
			Evidence: []audit.Evidence{
				{Engine: audit.EngineAWS, Resource: p.Resource, Context: p.Context, Verdict: a},
				{Engine: audit.EngineLocal, Resource: p.Resource, Context: p.Context, Verdict: b},
			},
		}
		if slices.Contains(a.BlockedBy, iam.LayerSCP) && !slices.Contains(b.BlockedBy, iam.LayerSCP) {
			f.Reason += " without the organization's policies"
		}
		out = append(out, f)
	}
	return out
}
