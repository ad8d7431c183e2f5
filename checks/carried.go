package checks

import (
	"slices"

	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
)

// Carried returns the entries of a context that requests of an action can carry.
// The others are in no such request, whoever gives them: a condition on one of
// them is decided as where the key is absent.
//
// Source: Service Authorization Reference, condition keys of the action.
func Carried(action string, c iam.Context) iam.Context {
	if !slices.ContainsFunc(c, func(e iam.ContextEntry) bool { return foreign(action, &e) }) {
		return c
	}
	return slices.DeleteFunc(slices.Clone(c), func(e iam.ContextEntry) bool { return foreign(action, &e) })
}

// Foreign returns the keys of a context that requests of an action never carry.
func Foreign(action string, c iam.Context) []string {
	var out []string
	for i := range c {
		if foreign(action, &c[i]) {
			out = append(out, c[i].Key)
		}
	}
	return out
}

func foreign(action string, e *iam.ContextEntry) bool {
	return len(e.Values) > 0 && actions.Carries(action, e.Key) == actions.NeverCarry
}
