package awsapi

import (
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
)

// share gives probes the context of others that says more, where what it says
// more is in no request of the probe's action: so that they share calls. The
// simulator takes such a key for real; whoever reads the principal's policies
// sees whether that mattered.
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
