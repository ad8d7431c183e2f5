package eval

import (
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
// the principal's values; those that have none stand for anything.
func (g *Grant) Expand(resource string) string {
	t, ok := policy.ParseTemplate(resource)
	if !ok || !g.compiled.document.HasVariables() {
		return resource
	}
	return t.ExpandOpen(g.owner.prepareName(iam.Probe{}, policy.Names{}, "").context.single)
}

// Grants reports whether the statement allows the probe's action on a resource,
// and nothing else that is known stops it.
func (c *Compiled) Grants(g Grant, p iam.Probe, resource string) bool {
	p.OwnerAllows = true
	r := c.prepareName(p, policy.NamesOf(resource), resource)
	return g.compiled.matches(&r.request) && !r.mismatch && c.authorize(r, nil) == iam.Allowed
}

// Search returns one of the names for which found is true, of those that the
// policies and the further sets treat alike. It asks about a name of each such
// class, the hints first.
func (c *Compiled) Search(p iam.Probe, names policy.Names, hints []string, further []policy.Set, found func(string) bool) (string, bool) {
	for _, h := range hints {
		if names.Contains(h) && found(h) {
			return h, true
		}
	}
	r := c.prepareName(p, names, "*")
	sets := append(c.resourceSets(&r.request), further...)
	classes, _ := names.Divide(sets, nil) // what is too complex is searched as far as it goes
	for i := range classes {
		if found(classes[i].Example) {
			return classes[i].Example, true
		}
	}
	return "", false
}
