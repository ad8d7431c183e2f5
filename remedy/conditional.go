package remedy

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/iam/policy"
)

// conditional lists the Allow statements that go and that no evaluation without
// a context shows: those with a condition or with a policy variable.
func conditional(h *Holding, keep []string) []string {
	var out []string
	for _, kind := range []struct {
		name string
		list []Held
	}{{"inline", h.Inline}, {"managed", h.Attached}} {
		for i := range kind.list {
			p := &kind.list[i]
			if p.Document == nil || p.kept(keep) {
				continue
			}
			for n := range p.Document.Statements {
				if s := &p.Document.Statements[n]; depends(s) {
					out = append(out, fmt.Sprintf("removes %s (%s policy %s)", AllowInWords(s), kind.name, p.Name))
				}
			}
		}
	}
	return out
}

// depends reports an Allow that holds for some requests only.
func depends(s *policy.Statement) bool {
	variable := slices.ContainsFunc(s.Resources, func(r string) bool { return strings.Contains(r, "${") })
	return s.Effect == policy.Allow && (len(s.Conditions) > 0 || variable)
}

// AllowInWords says what an Allow statement grants, whole, with its condition:
// s3:GetObject on arn:aws:s3:::films/*, allowed if aws:SourceVpc StringEquals
// vpc-1.
func AllowInWords(s *policy.Statement) string {
	text := strings.Join(s.Actions, ", ")
	if slices.Contains(s.Actions, "*") {
		text = "every action"
	}
	if s.NotAction {
		text = "all actions but " + text
	}
	on := " on " + strings.Join(s.Resources, ", ")
	if s.NotResource {
		on = " on all but " + strings.Join(s.Resources, ", ")
	}
	text += on
	for i, c := range s.Conditions {
		word := " and "
		if i == 0 {
			word = ", allowed if "
		}
		text += word + c.Key + " " + c.Operator + " " + strings.Join(c.Values, " or ")
	}
	return text
}
