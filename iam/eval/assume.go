package eval

import (
	"maps"
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/policy"
)

// An assumption says how conditions on keys that the request does not give are
// taken.
type assumption uint8

const (
	asGiven      assumption = iota // the keys are absent
	favourable                     // such allows apply, such denies do not
	unfavourable                   // such denies apply, such allows do not
)

// deciders returns the conditions and variables whose keys the request does not
// give and on which its decision depends.
func (c *Compiled) deciders(r *Request) []iam.Decider {
	found := deciders{seen: map[string]bool{}}
	for _, s := range c.setsOf(r) {
		for _, p := range s.programs {
			for _, st := range p.about(&r.request) {
				st.deciders(&r.request, &found)
			}
		}
	}
	return found.list
}

// hangsOnKeys reports whether the decision depends on keys that the request
// does not give. Where it does not because the two ways of some conditions come
// to the same, it returns the request for each way, else the request.
func (c *Compiled) hangsOnKeys(r *Request) (ways []*Request, yes bool) {
	if !c.lacks(r) || c.settled(r) != "" {
		return []*Request{r}, false
	}
	worlds := c.worlds(r)
	for _, way := range worlds {
		if d := c.settled(way); d == "" || d != c.settled(worlds[0]) {
			return []*Request{r}, true
		}
		way.assume = favourable
	}
	if len(worlds) == 0 {
		return []*Request{r}, true
	}
	return worlds, false
}

// settled returns the decision that is the same for all values of the missing
// keys, or none.
func (c *Compiled) settled(r *Request) iam.Decision {
	best, worst := *r, *r
	best.assume, worst.assume = favourable, unfavourable
	if d := c.authorize(&best, nil); d == c.authorize(&worst, nil) {
		return d
	}
	return ""
}

// lacks reports whether some statement about the request's action uses a key
// that the request does not give.
func (c *Compiled) lacks(r *Request) bool {
	for _, s := range c.setsOf(r) {
		for _, p := range s.programs {
			if slices.ContainsFunc(p.about(&r.request), func(st *statement) bool { return st.lacks(&r.request) }) {
				return true
			}
		}
	}
	return false
}

func (s *statement) lacks(r *request) bool {
	if !s.open {
		return false
	}
	for i := range s.conditions {
		if len(s.conditions[i].absentKeys(r)) > 0 {
			return true
		}
	}
	return slices.ContainsFunc(s.resources, func(p resourcePattern) bool {
		return p.template != nil && len(r.absent(p.template.Keys())) > 0
	})
}

// A deciders collects deciders, each once.
type deciders struct {
	list []iam.Decider
	seen map[string]bool
}

func (d *deciders) add(x iam.Decider) {
	id := strings.ToLower(x.Key) + "\n" + x.Operator + "\n" + strings.Join(x.Values, "\n")
	if !d.seen[id] {
		d.seen[id] = true
		d.list = append(d.list, x)
	}
}

// missingKeys are the keys of deciders, each once, sorted.
func missingKeys(list []iam.Decider) []string {
	byLower := map[string]string{}
	for _, d := range list {
		if lower := strings.ToLower(d.Key); byLower[lower] == "" {
			byLower[lower] = d.Key
		}
	}
	if len(byLower) == 0 {
		return nil
	}
	return slices.Sorted(maps.Values(byLower))
}

// deciders adds those on which it depends whether the statement applies to the
// request.
func (s *statement) deciders(r *request, found *deciders) {
	open, closed := *r, *r
	// The statement applies at most, and at least.
	open.assume, closed.assume = favourable, unfavourable
	if s.deny {
		open.assume, closed.assume = unfavourable, favourable
	}
	if !s.matches(&open) || s.matches(&closed) {
		return
	}
	src := s.source()
	for i := range s.conditions {
		for _, key := range s.conditions[i].absentKeys(r) {
			found.add(iam.Decider{Key: key, Operator: src.Conditions[i].Operator, Values: src.Conditions[i].Values, Effect: src.Effect})
		}
	}
	for i := range s.resources {
		if t := s.resources[i].template; t != nil {
			for _, key := range r.absent(t.Keys()) {
				found.add(iam.Decider{Key: key, Effect: src.Effect})
			}
		}
	}
}

// absentKeys returns the condition's key and variables that the request does
// not give.
func (c *condition) absentKeys(r *request) []string {
	keys := r.absent([]string{c.key})
	if len(keys) == 0 && c.hesitates(r) {
		keys = []string{c.key}
	}
	for i := range c.operands {
		if c.operands[i].dynamic {
			keys = append(keys, r.absent(c.operands[i].template.Keys())...)
		}
	}
	return keys
}

// hesitates reports whether the condition holds for some of the values that
// its key may have, and not for others.
func (c *condition) hesitates(r *request) bool {
	v := r.find(c.lowerKey)
	if v == nil || len(v.others) == 0 {
		return false
	}
	first := c.one(v.values[0], v, r)
	return slices.ContainsFunc(v.others, func(text string) bool { return c.one(text, v, r) != first })
}

// absent returns those of the keys whose value is not known: the request does
// not give them, and may carry them.
func (r *request) absent(keys []string) []string {
	var out []string
	for _, key := range keys {
		if !r.tells(strings.ToLower(key)) && r.mayCarry(key) {
			out = append(out, key)
		}
	}
	return out
}

// mayCarry reports whether requests of the action can have a key. A key that
// none has is absent, and what is asked of it is decided.
func (r *request) mayCarry(key string) bool {
	if _, unknown := policy.IsUnknown(key); unknown {
		return true
	}
	return actions.Carries(r.action, key) != actions.NeverCarry
}

// applies says whether a statement is taken to apply where that depends on
// what the request does not give.
func (r *request) applies(s *statement) bool {
	return (r.assume == favourable) == !s.deny
}
