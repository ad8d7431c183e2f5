package eval

import (
	"context"
	"slices"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// A Grant is one Allow statement of a principal's identity-based policies.
type Grant struct {
	Ref       iam.StatementRef
	Statement *policy.Statement

	compiled *statement
	owner    *Compiled
}

// AllGrants returns the Allow statements of the identity-based policies, in
// their order.
func (c *Compiled) AllGrants() []Grant {
	var out []Grant
	for n, p := range c.identity.programs {
		for i := range p.statements {
			s := &p.statements[i]
			if s.deny {
				continue
			}
			ref := matchedStatement{c.identity.layer, &c.identity.policies[n], s}.ref()
			out = append(out, Grant{Ref: ref, Statement: s.source(), compiled: s, owner: c})
		}
	}
	return out
}

// Expand replaces the policy variables in one of the statement's resources by
// the principal's values; those that have none represent anything.
func (g *Grant) Expand(resource string) string {
	t, ok := policy.ParseTemplate(resource)
	if !ok || !g.compiled.document.HasVariables() {
		return resource
	}
	return t.ExpandOpen(g.owner.prepareName(iam.Probe{}, "").single)
}

// Grants reports whether the statement allows the probe's action on a resource,
// and nothing else that is known stops it.
func (c *Compiled) Grants(g Grant, p iam.Probe, resource string) bool {
	p.OwnerAllows = true
	r := c.prepareName(p, resource)
	return g.compiled.matches(&r.request) && !r.mismatch && c.authorize(r, nil) == iam.Allowed
}

// Search returns one of the names, of the given types, on which the statement
// allows the probe's action, nothing else stops it, and which is not in except.
// Without types there is no such bound. The errors are those of
// [Compiled.Witnesses].
func (c *Compiled) Search(ctx context.Context, f *policy.Finder, g Grant, p iam.Probe, names policy.Names, hints []string, types, except policy.Set) (string, bool, error) {
	if name, ok := c.hinted(g, p, names, hints, types, except); ok {
		return name, true, ctx.Err()
	}
	p.OwnerAllows = true
	q := inquiry{ctx: ctx, finder: f, names: names, hints: hints}
	for _, frame := range q.frames(c, p) {
		r := &frame.request.request
		_, given, _ := g.compiled.conditioned(r)
		if !given || !g.compiled.matchesAction(r) {
			continue
		}
		own := g.compiled.clause(c.identity.layer, r)
		own.given = true
		o := c.outline(&frame, frame.request)
		in := plus(o.allowing(asPresent), unionOf([]clause{own}, asPresent))
		out := []union{o.denied(asPresent), {set: except}}
		q.ask(o, in, out)
		for i := range types {
			q.ask(o, plus(in, union{set: types[i : i+1]}), out)
		}
	}
	for _, name := range q.answers() {
		if c.Grants(g, p, name) {
			return name, true, q.err
		}
	}
	return "", false, q.err
}

// hinted returns the first hint that answers a search. A decision is a fraction of
// the work of a query, and a statement that allows everything is searched for each
// action that there is.
func (c *Compiled) hinted(g Grant, p iam.Probe, names policy.Names, hints []string, types, except policy.Set) (string, bool) {
	for _, name := range hints {
		if (len(types) == 0 || matchesAny(types, name)) && !matchesAny(except, name) && c.Grants(g, p, name) && names.Contains(name) {
			return name, true
		}
	}
	return "", false
}

func matchesAny(set policy.Set, name string) bool {
	return slices.ContainsFunc(set, func(p policy.Pattern) bool { return p.Match(name) })
}
