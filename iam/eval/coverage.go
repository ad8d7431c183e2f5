package eval

import (
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// Examples returns names that stand for all of a requirement's: one of each
// class of names that the principal's policies, in every layer, treat alike.
// What is decided for the examples is decided for all names. The hints, names
// that a person would know, are preferred. The probe's context must hold what
// depends on the name, such as aws:RequestedRegion. The error is
// [policy.ErrTooComplex].
func (c *Compiled) Examples(p iam.Probe, names policy.Names, hints []string) ([]string, error) {
	r := c.prepareName(p, names, "*")
	classes, err := names.Divide(c.resourceSets(&r.request), hints)
	out := make([]string, len(classes))
	for i := range classes {
		out[i] = classes[i].Example
	}
	return out, err
}

// resourceSets returns the resources of every statement about the request's
// action, as sets of patterns.
func (c *Compiled) resourceSets(r *request) []policy.Set {
	var out []policy.Set
	for _, s := range c.sets() {
		for _, p := range s.programs {
			for _, st := range p.about(r) {
				out = append(out, st.resourceSets(r)...)
			}
		}
	}
	return out
}

// resourceSets returns the resources that a statement names. Where a policy
// variable has no value there is a second set, of what the pattern may become:
// such a statement matches the first, the second, or neither, depending on what
// is assumed.
func (s *statement) resourceSets(r *request) []policy.Set {
	var known, open policy.Set
	for i := range s.resources {
		p := &s.resources[i]
		if p.template == nil {
			known = append(known, p.Pattern)
			continue
		}
		if text, ok := p.template.Expand(r.context.single); ok {
			known = append(known, policy.CompileResource(text))
			continue
		}
		if !r.mayFill(p.template) {
			continue // a variable that never has a value: it matches nothing
		}
		open = append(open, policy.CompileResource(p.template.ExpandOpen(r.context.single)))
	}
	out := []policy.Set{known, open}
	if len(open) == 0 {
		out = out[:1]
	}
	return out
}

// Covers reports whether the principal is allowed the action on every one of
// the names, whatever their type, and returns a name for which it is not where
// there is one. The error is [policy.ErrTooComplex].
func (c *Compiled) Covers(p iam.Probe, names policy.Names, hints []string) (bool, string, error) {
	examples, err := c.Examples(p, names, hints)
	for _, name := range examples {
		r := c.prepareName(p, names, name)
		r.mismatch = false
		if c.Decide(r) != iam.Allowed || c.undecided(r) {
			return false, name, nil
		}
	}
	return err == nil, "", err
}

// Denied returns examples of the names on which the action is explicitly
// denied. The error is [policy.ErrTooComplex].
func (c *Compiled) Denied(p iam.Probe, names policy.Names, hints []string) ([]string, error) {
	examples, err := c.Examples(p, names, hints)
	var out []string
	for _, name := range examples {
		if c.Decide(c.prepareName(p, names, name)) == iam.ExplicitDeny {
			out = append(out, name)
		}
	}
	return out, err
}

// prepareName prepares a request for one of several names. Its context is the
// same for all of them: of the region only what the probe tells, and the owner
// where all have one.
func (c *Compiled) prepareName(p iam.Probe, names policy.Names, name string) *Request {
	p.Resource = name
	r := c.prepareAsGiven(p, "")
	r.addDefaults(c.known)
	r.addDefaults(c.facts.AboutAny(p.Action, c.ownerOfAll(r, names.String())))
	return r
}

// ownerOfAll returns the account that all names of a pattern belong to; empty
// where they may belong to several.
func (c *Compiled) ownerOfAll(r *Request, pattern string) string {
	if told, _, ok := r.context.single("aws:ResourceAccount"); ok {
		return told
	}
	a, _ := policy.ParseARN(pattern)
	if isAccountID(a.AccountID) {
		return a.AccountID
	}
	for i := range c.resources {
		if owner := c.resources[i].Account; owner != "" && owner != c.caller.account {
			return ""
		}
	}
	if c.owner != "" && a.AccountID == "" {
		return c.owner
	}
	return c.caller.account
}
