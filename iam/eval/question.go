package eval

import (
	"context"
	"slices"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// A question asks for a resource in some unions and not in others.
type question struct{ in, out []union }

// An inquiry asks questions about the resources of one pattern and collects the
// answers, each once.
type inquiry struct {
	ctx    context.Context
	finder *policy.Finder
	names  policy.Names
	hints  []string
	found  []string
	err    error // why a question has no answer
}

// maxWays bounds the queries that one question becomes.
const maxWays = 64

// ask looks for an answer and reports whether there is one.
func (q *inquiry) ask(o *outline, in, out []union) bool {
	x := question{in: plus(in, o.in...), out: plus(out, o.out...)}
	queries, err := x.queries(q.names, q.finder)
	if err != nil {
		q.err = err
		return false
	}
	for i := range queries {
		queries[i].Names, queries[i].Hints = q.names, q.hints
		name, ok, err := q.finder.Find(q.ctx, &queries[i])
		if err != nil {
			q.err = err
		}
		if ok {
			q.add(name)
			return true
		}
	}
	return false
}

// queries are those any of which answers the question. A resource is in a union
// by its patterns or by one NotResource, and outside only if it is in every
// NotResource. The error is [policy.ErrTooComplex].
func (x *question) queries(names policy.Names, f *policy.Finder) ([]policy.Query, error) {
	if err := f.Spend(x.size()); err != nil {
		return nil, err
	}
	var first policy.Query
	for _, u := range x.out {
		first.Out = append(first.Out, u.set)
		first.In = append(first.In, u.nots...)
	}
	out := []policy.Query{first}
	for _, u := range x.in {
		if names.Within(u.set) {
			continue
		}
		var ways []policy.Query
		for _, q := range out {
			if len(u.set) > 0 {
				ways = append(ways, policy.Query{In: plus(q.In, u.set), Out: q.Out})
			}
			for _, not := range u.nots {
				ways = append(ways, policy.Query{In: q.In, Out: plus(q.Out, not)})
			}
		}
		if out = ways; len(out) > maxWays {
			return nil, policy.ErrTooComplex
		}
		if err := f.Spend(len(out) * (len(first.In) + len(u.set) + len(x.in))); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// size is the number of patterns.
func (x *question) size() int {
	n := 1
	for _, list := range [][]union{x.in, x.out} {
		for i := range list {
			n += len(list[i].set)
			for _, not := range list[i].nots {
				n += len(not)
			}
		}
	}
	return n
}

func plus[T any](list []T, more ...T) []T { return append(list[:len(list):len(list)], more...) }

// surelyDenied asks, for each layer, for a resource that it denies whatever the
// missing keys are.
func (q *inquiry) surelyDenied(o *outline) {
	for _, layer := range o.denying() {
		q.ask(o, []union{layer}, nil)
	}
}

// denying returns what each layer denies.
func (o *outline) denying() []union {
	var out []union
	for start := 0; start < len(o.denies); {
		end := start
		for end < len(o.denies) && o.denies[end].layer == o.denies[start].layer {
			end++
		}
		out = append(out, unionOf(o.denies[start:end], surely))
		start = end
	}
	return out
}

// lacking asks, for each consent, for a resource that it is not given to, and
// that is not denied, whatever the missing keys are; and for one that only the
// identity-based policies do not allow. A Deny that is not known to apply decides
// nothing where the request is not allowed anyway.
func (q *inquiry) lacking(o *outline) {
	denied := unionOf(slices.DeleteFunc(slices.Clone(o.denies), func(c clause) bool { return c.unknown }), perhaps)
	var others []union
	identity := -1
	for i := range o.consents {
		s := &o.consents[i]
		missing := q.ask(o, nil, []union{denied, o.given(i, perhaps, false)})
		if s.layer == iam.LayerIdentity {
			identity = i
			continue
		}
		others = append(others, o.given(i, asPresent, true))
		for j := range o.consents {
			// What another consent lacks is blocked by this one as well.
			if !missing && j != i && slices.ContainsFunc(s.own, clause.undecided) {
				q.ask(o, nil, []union{denied, o.given(j, perhaps, false), o.given(i, asPresent, true)})
			}
		}
	}
	if len(others) > 0 && identity >= 0 {
		q.ask(o, others, []union{denied, o.given(identity, perhaps, false)})
	}
}

// undecided asks for resources whose decision depends on missing keys: those of
// a Deny, or of what a consent allows.
func (q *inquiry) undecided(o *outline) {
	if slices.ContainsFunc(o.denies, clause.undecided) {
		q.perhapsDenied(o, o)
	}
	if len(o.gaps) > 0 {
		q.ask(o, plus(o.allowing(perhaps), unionOf(o.gaps, perhaps)), []union{o.denied(surely)})
	}
	q.perhapsStopped(o)
	for i := range o.consents {
		if slices.ContainsFunc(o.consents[i].clauses(), clause.undecided) {
			q.perhapsAllowed(o, o, i)
		}
	}
}

// perhapsStopped asks for a resource that is allowed but for a Deny that is not
// known to apply.
func (q *inquiry) perhapsStopped(o *outline) {
	var unknown []clause
	for _, c := range o.denies {
		if c.unknown {
			unknown = append(unknown, c)
		}
	}
	if len(unknown) > 0 {
		q.ask(o, plus(o.allowing(perhaps), unionOf(unknown, perhaps)), []union{o.denied(surely)})
	}
}

// differing asks for resources that are decided otherwise by b than by a, which
// are the same policies with a condition turned round.
func (q *inquiry) differing(a, b *outline) {
	q.perhapsDenied(a, b)
	for i := range b.consents {
		q.perhapsAllowed(a, b, i)
	}
}

// perhapsDenied asks for a resource that a denies for some values of the missing
// keys, and b does not for some.
func (q *inquiry) perhapsDenied(a, b *outline) {
	q.ask(a, []union{a.denied(perhaps)}, []union{b.denied(surely)})
}

// perhapsAllowed asks for a resource that a allows for some values of the missing
// keys, and to which a consent of b is not given for some.
func (q *inquiry) perhapsAllowed(a, b *outline, i int) {
	q.ask(a, a.allowing(perhaps), []union{a.denied(surely), b.given(i, surely, false)})
}

// allowed asks for a resource that is allowed whatever the missing keys are.
func (q *inquiry) allowed(o *outline) bool {
	return q.ask(o, o.allowing(surely), []union{o.denied(perhaps), unionOf(o.gaps, perhaps)})
}

func (o *outline) allowing(b bound) []union {
	out := make([]union, len(o.consents))
	for i := range o.consents {
		out[i] = o.given(i, b, false)
	}
	return out
}
