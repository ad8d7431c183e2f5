package remotion

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// qualifiedOnly: a grant on function:NAME:* is for versions and aliases, and
// Remotion calls the function without a qualifier.
// Source: AWS Lambda Developer Guide, "Fine-tuning the Resources and Conditions
// sections of policies".
func qualifiedOnly(s *checks.Situation) []audit.Diagnosis {
	var out []audit.Diagnosis
	for _, p := range s.Policies {
		for i := range p.Document.Statements {
			st := &p.Document.Statements[i]
			actions := missingIn(s, st)
			resource := qualified(st)
			if len(actions) == 0 || resource == "" {
				continue
			}
			name := fmt.Sprintf("statement %d", i+1)
			if st.Sid != "" {
				name = fmt.Sprintf("statement %q", st.Sid)
			}
			out = append(out, audit.Diagnosis{
				Code: "qualified-function-only", Severity: audit.SeverityWarning, Actions: actions,
				Message:   fmt.Sprintf("%s grants %s on %s only, which matches a version or an alias (a qualifier). Remotion calls the function without a qualifier, so the grant never applies", name, checks.JoinWords(actions), resource),
				Hint:      "remove the last part of the resource, or add " + resource[:strings.LastIndexByte(resource, ':')],
				Source:    "https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html",
				Statement: &iam.StatementRef{Policy: p.Name, Sid: st.Sid, Index: i, Effect: st.Effect, Layer: iam.LayerIdentity, Start: st.Start, End: st.End},
			})
		}
	}
	return out
}

// qualified returns the first resource of an Allow that is a function with a
// qualifier; empty where one is without.
func qualified(st *policy.Statement) string {
	if st.Effect != policy.Allow || st.NotResource {
		return ""
	}
	found := ""
	for _, r := range st.Resources {
		a, ok := policy.ParseARN(r)
		switch {
		case !ok:
			return ""
		case a.Service != "lambda" || !strings.HasPrefix(a.Resource, "function:"):
		case strings.Count(a.Resource, ":") < 2:
			return ""
		case found == "":
			found = r
		}
	}
	return found
}

// missingIn are the missing actions that an Allow names.
func missingIn(s *checks.Situation, st *policy.Statement) []string {
	var out []string
	if st.Effect != policy.Allow || st.NotAction {
		return nil
	}
	for _, g := range s.Missing() {
		names := func(a string) bool { return policy.MatchGlob(strings.ToLower(a), strings.ToLower(g.Action)) }
		if strings.HasPrefix(g.Action, "lambda:") && slices.ContainsFunc(st.Actions, names) && !slices.Contains(out, g.Action) {
			out = append(out, g.Action)
		}
	}
	return out
}

// grantsAny reports whether the principal's policies allow any required action,
// on whatever resource.
func grantsAny(s *checks.Situation) bool {
	for _, p := range s.Policies {
		for i := range p.Document.Statements {
			st := &p.Document.Statements[i]
			if st.Effect != policy.Allow || st.NotAction {
				continue
			}
			for _, g := range s.Requirement.Grants {
				if slices.ContainsFunc(st.Actions, func(a string) bool {
					return strings.ContainsRune(a, ':') && policy.MatchGlob(strings.ToLower(a), strings.ToLower(g.Action))
				}) {
					return true
				}
			}
		}
	}
	return false
}
