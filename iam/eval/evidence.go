package eval

import (
	"slices"
	"strings"

	"remotion-doctor/audit"
)

// An evidence collects what determined a decision. A nil evidence collects
// nothing.
type evidence struct {
	matched []matchedStatement
	layers  []audit.LayerDecision
}

type matchedStatement struct {
	layer  audit.Layer
	policy *Policy
	*statement
}

// reset empties the evidence for the next decision.
func (e *evidence) reset() {
	e.matched, e.layers = e.matched[:0], e.layers[:0]
}

func (e *evidence) add(layer audit.Layer, p *Policy, s *statement) {
	if e != nil {
		e.matched = append(e.matched, matchedStatement{layer, p, s})
	}
}

// layer notes what one layer by itself says. Of several sets of one layer
// (levels of an organization) the strictest counts.
func (e *evidence) layer(layer audit.Layer, d audit.Decision) {
	if e == nil {
		return
	}
	for i := range e.layers {
		if e.layers[i].Layer == layer {
			e.layers[i].Decision = strictest(e.layers[i].Decision, d)
			return
		}
	}
	e.layers = append(e.layers, audit.LayerDecision{Layer: layer, Decision: d})
}

func strictest(a, b audit.Decision) audit.Decision {
	for _, d := range []audit.Decision{audit.ExplicitDeny, audit.ImplicitDeny} {
		if a == d || b == d {
			return d
		}
	}
	return audit.Allowed
}

// refs returns the statements with the given effect, sorted by layer, policy
// and index.
func (e *evidence) refs(deny bool) []audit.StatementRef {
	var out []audit.StatementRef
	for _, m := range e.matched {
		if m.deny == deny {
			out = append(out, m.ref())
		}
	}
	slices.SortStableFunc(out, func(a, b audit.StatementRef) int {
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

func (m matchedStatement) ref() audit.StatementRef {
	src := m.source()
	file, start, end := m.policy.Origin.Locate(m.index, src.Start, src.End)
	return audit.StatementRef{
		Policy: m.policy.Name, Sid: src.Sid, Index: m.index, Effect: src.Effect,
		Layer: m.layer, Start: start, End: end, File: file,
	}
}
