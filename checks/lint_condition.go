package checks

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/policy"
)

// condition reports a condition of an Allow that never holds, because requests of
// the actions do not carry its key. A Deny with one such condition denies nothing,
// or everything, which may be meant.
// Source: Service Authorization Reference, condition keys of the action; IAM User
// Guide, "Condition operators": a key that is not in the request does not match.
func (l *linter) condition(s *policy.Statement, c *policy.Condition) {
	if _, ok := policy.IsUnknown(c.Key); ok {
		return // nobody can say
	}
	if meant, ok := actions.Meant(c.Key); ok {
		l.at(c.Key, Fault{
			Code: "unknown-key", Actions: s.Actions, Hint: fmt.Sprintf("write %q", meant),
			Message: fmt.Sprintf("there is no condition key %s; it looks like %s", c.Key, meant),
		})
		return
	}
	if s.Effect != policy.Allow || s.NotAction || !needsKey(c) {
		return
	}
	var without []string
	for _, name := range s.Actions {
		if neverAllowed(name, c.Key) {
			without = append(without, name)
		}
	}
	if len(without) == 0 {
		return
	}
	l.at(c.Key, Fault{
		Code: "key-never-carried", Actions: without,
		Message: fmt.Sprintf("requests of %s never carry %s: the statement does not allow %s", JoinWords(shortened(without)), c.Key, itThem(len(without))),
		Hint:    "give these actions a statement of their own without the condition; the Service Authorization Reference lists the keys of each action",
	})
}

// neverAllowed reports whether a condition that needs a key allows an action, or any
// action of a pattern, never: none carries the key, and none is allowed without.
func neverAllowed(name, key string) bool {
	list := []string{name}
	if strings.ContainsAny(name, "*?") {
		list = actions.Expand(name)
	}
	return len(list) > 0 && !slices.ContainsFunc(list, func(name string) bool {
		return actions.NeedsNoPermission(name) || actions.Carries(name, key) != actions.NeverCarry
	})
}

// needsKey reports whether a condition does not hold where the key is absent.
// Source: IAM User Guide, "...IfExists condition operators", "Null condition
// operator", "Negated matching condition operators", "Multivalued context keys":
// ForAllValues holds where there are no values.
func needsKey(c *policy.Condition) bool {
	op := strings.ToLower(c.Operator)
	switch {
	case strings.HasSuffix(op, "ifexists"), strings.HasPrefix(op, "forallvalues:"):
		return false
	case op == "null":
		return len(c.Values) == 1 && strings.EqualFold(c.Values[0], "false")
	}
	return !strings.Contains(op, "not")
}

func shortened(list []string) []string {
	if len(list) > 4 {
		return append(list[:3:3], fmt.Sprintf("%d more", len(list)-3))
	}
	return list
}

func itThem(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}
