package eval

import (
	"cmp"
	"context"
	"slices"
	"unicode/utf8"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// Witnesses returns names that represent all of a pattern's: a name for each
// outcome that any of them has. The outcomes are: allowed; not granted by the
// identity-based policies; not allowed, or denied, by another layer; denied by
// them; undecided, without context keys. So what holds for the decisions on
// the witnesses holds for those on all names. The hints, names that a person
// would know, are preferred. The probe's context must hold what depends on the
// name, such as aws:RequestedRegion.
//
// With the error [policy.ErrTooComplex] outcomes may be missing; any other is
// that of the context.
func (c *Compiled) Witnesses(ctx context.Context, f *policy.Finder, p iam.Probe, names policy.Names, hints []string) ([]string, error) {
	if name, ok := names.Single(); ok {
		return []string{name}, nil
	}
	q := inquiry{ctx: ctx, finder: f, names: names, hints: hints}
	for _, frame := range q.frames(c, p) {
		o := c.outline(&frame, frame.request)
		q.surelyDenied(o)
		q.lacking(o)
		q.allowed(o)
		if worlds := c.worlds(frame.request); len(worlds) > 0 {
			q.tried(c, &frame, worlds)
		} else {
			q.undecided(o)
		}
	}
	return q.answers(), q.err
}

// tried asks for what is not allowed, or undecided, in one of the worlds, and for
// what one decides otherwise than another. Comparing worlds that differ in one condition.
func (q *inquiry) tried(c *Compiled, f *frame, worlds []*Request) {
	outlines := make([]*outline, len(worlds))
	for i, w := range worlds {
		outlines[i] = c.outline(f, w)
	}
	q.allowed(outlines[0])
	for i, o := range outlines {
		if q.err != nil {
			return
		}
		q.surelyDenied(o)
		q.lacking(o)
		q.undecided(o)
		for bit := 1; bit < len(worlds); bit <<= 1 {
			q.differing(o, outlines[i^bit])
		}
	}
}

// Covers reports whether the principal is allowed the action on every one of
// the names, whatever their type, and returns a name for which it is not where
// there is one. The errors are those of [Compiled.Witnesses].
func (c *Compiled) Covers(ctx context.Context, f *policy.Finder, p iam.Probe, names policy.Names, hints []string) (bool, string, error) {
	q := inquiry{ctx: ctx, finder: f, names: names, hints: hints}
	for _, frame := range q.frames(c, p) {
		worlds := c.worlds(frame.request)
		if len(worlds) == 0 {
			worlds = []*Request{frame.request}
		}
		for _, w := range worlds {
			o := c.outline(&frame, w)
			q.ask(o, []union{o.denied(perhaps)}, nil)
			q.ask(o, []union{unionOf(o.gaps, perhaps)}, nil)
			for _, allowed := range o.allowing(surely) {
				q.ask(o, nil, []union{allowed})
			}
		}
	}
	if gaps := q.answers(); len(gaps) > 0 {
		return false, gaps[0], nil
	}
	return q.err == nil, "", q.err
}

// Denied returns names on which the action is explicitly denied, one for each
// layer that denies some. The errors are those of [Compiled.Witnesses].
func (c *Compiled) Denied(ctx context.Context, f *policy.Finder, p iam.Probe, names policy.Names, hints []string) ([]string, error) {
	q := inquiry{ctx: ctx, finder: f, names: names, hints: hints}
	for _, frame := range q.frames(c, p) {
		q.surelyDenied(c.outline(&frame, frame.request))
	}
	return q.answers(), q.err
}

func (q *inquiry) add(name string) {
	if !slices.Contains(q.found, name) {
		q.found = append(q.found, name)
	}
}

// answers returns what was found: hints in their order, then the others by their
// lengths.
func (q *inquiry) answers() []string {
	place := func(name string) int {
		if i := slices.Index(q.hints, name); i >= 0 {
			return i
		}
		return len(q.hints) + utf8.RuneCountInString(name)
	}
	slices.SortStableFunc(q.found, func(a, b string) int { return cmp.Compare(place(a), place(b)) })
	return q.found
}

// prepareName prepares a request for one of several names. Its context is the
// same for all of them: of the name only its owner counts.
func (c *Compiled) prepareName(p iam.Probe, name string) *Request {
	p.Resource = name
	r := c.prepareAsGiven(p, "")
	r.addFacts(&c.known, r.account)
	return r
}
