package eval

import (
	"slices"
	"strings"

	"remotion-doctor/iam"
)

// An evidence collects what determined a decision. A nil evidence collects
// nothing.
type evidence struct {
	matched []matchedStatement
	layers  []iam.LayerDecision
	ways    int // in which the request was decided before
}

type matchedStatement struct {
	layer  iam.Layer
	policy *Policy
	*statement
}

// reset empties the evidence for the next decision.
func (e *evidence) reset() {
	e.matched, e.layers = e.matched[:0], e.layers[:0]
}

func (e *evidence) add(layer iam.Layer, p *Policy, s *statement) {
	if m := (matchedStatement{layer, p, s}); e != nil && (e.ways == 0 || !slices.Contains(e.matched, m)) {
		e.matched = append(e.matched, m)
	}
}

// layer notes what one layer by itself says. Of several sets of one layer
// (levels of an organization) the strictest counts.
func (e *evidence) layer(layer iam.Layer, d iam.Decision) {
	if e == nil {
		return
	}
	for i := range e.layers {
		if e.layers[i].Layer == layer {
			e.layers[i].Decision = strictest(e.layers[i].Decision, d)
			return
		}
	}
	e.layers = append(e.layers, iam.LayerDecision{Layer: layer, Decision: d})
}

func strictest(a, b iam.Decision) iam.Decision {
	for _, d := range []iam.Decision{iam.ExplicitDeny, iam.ImplicitDeny} {
		if a == d || b == d {
			return d
		}
	}
	return iam.Allowed
}

// refs returns the statements with the given effect, sorted by layer, policy
// and index.
func (e *evidence) refs(deny bool) []iam.StatementRef {
	var out []iam.StatementRef
	for _, m := range e.matched {
		if m.deny == deny {
			out = append(out, m.ref())
		}
	}
	slices.SortStableFunc(out, func(a, b iam.StatementRef) int {
		if c := strings.Compare(string(a.Layer), string(b.Layer)); c != 0 {
			return c
		}
		if c := strings.Compare(a.Policy, b.Policy); c != 0 {
			return c
		}
		return a.Index - b.Index
	})
	return out
}

func (m matchedStatement) ref() iam.StatementRef {
	src := m.source()
	file, start, end := m.policy.Origin.Locate(m.index, src.Start, src.End)
	return iam.StatementRef{
		Policy: m.policy.Name, PolicyID: m.policy.ID, Sid: src.Sid, Index: m.index, Effect: src.Effect,
		Layer: m.layer, Start: start, End: end, File: file,
	}
}
