package checks

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
)

// UnusedActions reports grants that are missing and that nothing needs.
func UnusedActions(s *Situation) []audit.Diagnosis {
	var asked []string
	for _, g := range s.Requirement.Grants {
		if g.Feature == "" && slices.Contains(s.pack().Unused, g.Action) {
			asked = append(asked, g.Action)
		}
	}
	if !s.Documented() || len(asked) == 0 {
		return nil
	}
	return []audit.Diagnosis{{
		Code: "unused-actions", Severity: audit.SeverityNote, Actions: asked,
		Message: fmt.Sprintf("%s %s in the documented policy, but %s %s never calls %s: nothing breaks without", JoinWords(asked), IsAre(len(asked)), s.pack().Name, s.pack().Newest, ItThem(len(asked))),
		Source:  s.pack().Pages.Package,
	}}
}

// UndocumentedActions reports what the product does and its policy does not grant.
func UndocumentedActions(s *Situation) []audit.Diagnosis {
	if !s.Documented() || s.Requirement.narrowed {
		return nil
	}
	var actions, cases []string
	for _, u := range s.pack().Undocumented {
		if u.Policy != s.Requirement.Name || s.Requirement.Has(u.Feature) {
			continue
		}
		actions = append(actions, u.Actions...)
		cases = append(cases, fmt.Sprintf("%s when %s (%s)", JoinWords(u.Actions), u.When, s.pack().flagOf(u.Feature)))
	}
	if len(cases) == 0 {
		return nil
	}
	return []audit.Diagnosis{{
		Code: "ungranted-actions", Severity: audit.SeverityNote, Actions: actions,
		Message: s.pack().Name + " uses what no documented policy grants: " + strings.Join(cases, "; "),
		Hint:    "the flags in parentheses check for it", Source: s.pack().Pages.Package,
	}}
}
