package awsapi

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"remotion-doctor/iam"
)

// A batch is one call of the simulator: every action on every resource, with
// one context.
type batch struct {
	context   iam.Context
	actions   []string
	resources []string // none: the call names no resource
}

// The bounds of one call. 100 actions and two resources are known to work; the
// product keeps the answer small.
const (
	maxActions = 100
	maxPairs   = 400
)

// A pair is what a batch is asked about.
type pair struct{ context, action, resource string }

func pairOf(p iam.Probe) pair { return pair{contextKey(p.Context), p.Action, p.Resource} }

// contextKey is the same for contexts that say the same.
func contextKey(ctx iam.Context) string {
	parts := make([]string, len(ctx))
	for i, e := range ctx {
		parts[i] = strings.ToLower(e.Key) + "\x00" + string(e.Type) + "\x00" + strings.Join(e.Values, "\x01")
	}
	slices.Sort(parts)
	return strings.Join(parts, "\x02")
}

// batches packs probes into few calls. Actions are asked together where they
// share the context; those on "*" are asked without resources, for the
// simulator refuses a star among ARNs, and an ARN given to an action that takes
// none is an implicit deny (recorded cases kind-*). Pairs that nobody asked for
// are answered along and ignored.
func batches(probes []iam.Probe) []batch {
	var out []batch
	for _, group := range byContext(probes) {
		ctx := group[0].Context
		star := map[string]bool{}
		arns := map[string]map[string]bool{} // by service
		actionsOf := map[string]map[string]bool{}
		for _, p := range group {
			if p.Resource == "*" {
				star[p.Action] = true
				continue
			}
			service, _, _ := strings.Cut(strings.ToLower(p.Action), ":")
			add(actionsOf, service, p.Action)
			add(arns, service, p.Resource)
		}
		for chunk := range slices.Chunk(slices.Sorted(maps.Keys(star)), maxActions) {
			out = append(out, batch{context: ctx, actions: chunk})
		}
		out = append(out, pack(ctx, actionsOf, arns)...)
	}
	return out
}

func byContext(probes []iam.Probe) [][]iam.Probe {
	var out [][]iam.Probe
	index := map[string]int{}
	for _, p := range probes {
		key := contextKey(p.Context)
		i, ok := index[key]
		if !ok {
			i = len(out)
			index[key] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], p)
	}
	return out
}

func add(m map[string]map[string]bool, key, value string) {
	if m[key] == nil {
		m[key] = map[string]bool{}
	}
	m[key][value] = true
}

// pack puts services together as long as their product stays within bounds,
// the largest first, so that the small ones fill up.
func pack(ctx iam.Context, actionsOf, resourcesOf map[string]map[string]bool) []batch {
	services := slices.Sorted(maps.Keys(actionsOf))
	slices.SortStableFunc(services, func(a, b string) int {
		return cmp.Compare(len(actionsOf[b])*len(resourcesOf[b]), len(actionsOf[a])*len(resourcesOf[a]))
	})
	var out []batch
	for _, s := range services {
		for _, b := range split(batch{ctx, slices.Sorted(maps.Keys(actionsOf[s])), slices.Sorted(maps.Keys(resourcesOf[s]))}) {
			if i := slices.IndexFunc(out, func(have batch) bool { return fits(have, b) }); i >= 0 {
				out[i].actions = append(out[i].actions, b.actions...)
				for _, r := range b.resources {
					if !slices.Contains(out[i].resources, r) {
						out[i].resources = append(out[i].resources, r)
					}
				}
				continue
			}
			out = append(out, b)
		}
	}
	return out
}

func fits(a, b batch) bool {
	n := len(a.actions) + len(b.actions)
	return n <= maxActions && n*(len(a.resources)+len(b.resources)) <= maxPairs
}

// split cuts a batch that is too large for one call.
func split(b batch) []batch {
	if len(b.actions) <= maxActions && len(b.actions)*len(b.resources) <= maxPairs {
		return []batch{b}
	}
	var out []batch
	for actions := range slices.Chunk(b.actions, min(len(b.actions), maxActions)) {
		for resources := range slices.Chunk(b.resources, max(1, maxPairs/len(actions))) {
			out = append(out, batch{b.context, actions, resources})
		}
	}
	return out
}
