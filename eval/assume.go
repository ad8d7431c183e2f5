package eval

import (
	"slices"
	"strings"
)

// An assumption says how conditions on keys that the request does not give are
// taken.
type assumption uint8

const (
	asGiven      assumption = iota // the keys are absent
	favourable                     // such allows apply, such denies do not
	unfavourable                   // such denies apply, such allows do not
)

// undecidedKeys returns the context keys that the request does not give and on
// which its decision depends: the decision is the same for all their values
// where there are none. Sorted.
func (c *Compiled) undecidedKeys(r *Request) []string {
	best, worst := *r, *r
	best.assume, worst.assume = favourable, unfavourable
	if c.authorize(&best, nil) == c.authorize(&worst, nil) {
		return nil
	}
	var keys []string
	for _, s := range c.sets() {
		for _, p := range s.programs {
			keys = p.absentKeys(&best.request, keys)
		}
	}
	slices.Sort(keys)
	return keys
}

func (c *Compiled) sets() []*set {
	var out []*set
	for _, s := range append([]*set{c.identity, c.boundary, c.session, c.resource}, append(c.scps, c.rcps...)...) {
		if s != nil {
			out = append(out, s)
		}
	}
	return out
}

// absentKeys adds to keys those on which it depends whether a statement of the
// program applies to the request.
func (p *program) absentKeys(r *request, keys []string) []string {
	list, _ := p.candidates(r)
	for _, i := range list {
		for _, key := range p.statements[i].absentKeys(r) {
			if !slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, key) }) {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// absentKeys returns the keys on which it depends whether the statement
// applies to the request.
func (s *statement) absentKeys(r *request) []string {
	if !s.matchesAction(r) {
		return nil
	}
	open, closed := *r, *r
	// The statement applies at the most, and at the least.
	open.assume, closed.assume = favourable, unfavourable
	if s.deny {
		open.assume, closed.assume = unfavourable, favourable
	}
	if !s.matches(&open) || s.matches(&closed) {
		return nil
	}
	var keys []string
	for i := range s.conditions {
		keys = append(keys, s.conditions[i].absentKeys(r)...)
	}
	for i := range s.resources {
		if t := s.resources[i].template; t != nil {
			keys = append(keys, r.absent(t.Keys())...)
		}
	}
	return keys
}

// absentKeys returns the condition's key and variables that the request does
// not give.
func (c *condition) absentKeys(r *request) []string {
	keys := r.absent([]string{c.key})
	for i := range c.operands {
		if c.operands[i].dynamic {
			keys = append(keys, r.absent(c.operands[i].template.Keys())...)
		}
	}
	return keys
}

func (r *request) absent(keys []string) []string {
	var out []string
	for _, key := range keys {
		if _, ok := r.context[strings.ToLower(key)]; !ok {
			out = append(out, key)
		}
	}
	return out
}

// applies says whether a statement is taken to apply where that depends on
// what the request does not give.
func (r *request) applies(s *statement) bool {
	return (r.assume == favourable) == !s.deny
}
