package awsapi

import (
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
)

// share gives a probe the context of another that has further keys, where requests
// of the probe's action never carry those: the two then share a call. The simulator
// evaluates the keys all the same; the caller corrects what it allows by them.
func share(probes []iam.Probe) []iam.Probe {
	groups := byContext(probes)
	out := slices.Clone(probes)
	for i := range out {
		for _, g := range groups {
			if extends(g[0].Context, out[i].Context, out[i].Action) {
				out[i].Context = g[0].Context
				break
			}
		}
	}
	return out
}

// extends reports whether a context says all that another does, and besides only
// what requests of an action never carry.
func extends(more, less iam.Context, action string) bool {
	if len(more) <= len(less) {
		return false
	}
	same := 0
	for _, e := range more {
		i := slices.IndexFunc(less, func(o iam.ContextEntry) bool { return strings.EqualFold(o.Key, e.Key) })
		switch {
		case i >= 0 && less[i].Type == e.Type && slices.Equal(less[i].Values, e.Values):
			same++
		case i >= 0 || actions.Carries(action, e.Key) != actions.NeverCarry:
			return false
		}
	}
	return same == len(less)
}
