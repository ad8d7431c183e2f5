package checks

import (
	"fmt"
	"slices"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// FaultyPolicies looks for faults in the principal's own policies, where they
// explain what does not pass.
func FaultyPolicies(s *Situation) []audit.Diagnosis {
	if !slices.ContainsFunc(s.Findings, func(f audit.Finding) bool { return f.Status == audit.Fail || f.Status == audit.Partial }) {
		return nil
	}
	var out []audit.Diagnosis
	for _, p := range s.Policies {
		for _, f := range s.pack().Lint(p.Document, LintScope{Partition: s.Principal.Partition()}) {
			if f.Code == "stale-policy" || f.Code == "swapped-policies" || f.Statement < 0 || !s.concerns(p, f) {
				continue
			}
			st := &p.Document.Statements[f.Statement]
			out = append(out, audit.Diagnosis{
				Code: f.Code, Severity: f.Severity, Hint: f.Hint, Source: f.Source, Actions: f.Actions,
				Message:   fmt.Sprintf("policy %s, line %d: %s", p.Name, f.Pos.Line, f.Message),
				Statement: &iam.StatementRef{Policy: p.Name, Sid: st.Sid, Index: f.Statement, Effect: st.Effect, Layer: iam.LayerIdentity, Start: f.Pos, End: st.End},
			})
		}
	}
	return out
}

// concerns reports whether a fault concerns a service that the requirement
// asks for: a principal's other policies are not the doctor's business.
func (s *Situation) concerns(p NamedDocument, f Fault) bool {
	wanted := map[string]bool{}
	for _, g := range s.Requirement.Grants {
		wanted[serviceOf(g.Action)] = true
	}
	list := f.Actions
	if len(list) == 0 {
		list = p.Document.Statements[f.Statement].Actions
	}
	return slices.ContainsFunc(list, func(a string) bool { return a == "*" || wanted[serviceOf(a)] })
}

func serviceOf(action string) string {
	for i := range len(action) {
		if action[i] == ':' {
			return action[:i]
		}
	}
	return action
}
