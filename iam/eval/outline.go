package eval

import (
	"slices"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// An outline is what all policies say to one action with one context, on
// whatever resource: a resource is allowed if no Deny matches and every consent
// does.
type outline struct {
	consents []consent
	denies   []clause
	// in and out are the resources that the outline is for; all where empty.
	in, out []union
	made    unions
}

// An consent is a set of policies that must allow, or grants that outweigh it.
type consent struct {
	layer  iam.Layer
	own    []clause
	direct []clause // of a resource policy, see [Compiled.authorize]
}

func (o *consent) clauses() []clause { return slices.Concat(o.own, o.direct) }

// A clause is one statement about the action, whose conditions are decided as far
// as the context decides them.
type clause struct {
	layer iam.Layer
	not   bool // NotResource
	// sure are the resources that it names, open those that it may name,
	// depending on policy variables without a value.
	sure, open policy.Set
	// always says that no condition keeps it from applying, given that none does
	// as long as the missing keys are absent.
	always, given bool
}

// undecided reports whether it depends on missing keys where the clause applies.
func (c clause) undecided() bool { return !c.always || len(c.open) > 0 }

// A bound says for which values of the missing keys a statement matches.
type bound uint8

const (
	surely    bound = iota // for all of them
	perhaps                // for some of them
	asPresent              // if they are absent
)

// A union is the resources that any of several statements matches.
type union struct {
	set  policy.Set
	nots []policy.Set // of each: the resources that are not in it
}

// unions are those that questions about an outline are made of, made once.
type unions struct {
	denied [3]*union
	given  map[givenBy]union
}

type givenBy struct {
	consent int
	own     bool
	bound   bound
}

// denied is what is denied.
func (o *outline) denied(b bound) union {
	if o.made.denied[b] == nil {
		u := unionOf(o.denies, b)
		o.made.denied[b] = &u
	}
	return *o.made.denied[b]
}

// given is what a consent is given to, or only by its own statements.
func (o *outline) given(i int, b bound, own bool) union {
	by := givenBy{i, own, b}
	u, ok := o.made.given[by]
	if !ok {
		clauses := o.consents[i].own
		if !own {
			clauses = o.consents[i].clauses()
		}
		u = unionOf(clauses, b)
		if o.made.given == nil {
			o.made.given = map[givenBy]union{}
		}
		o.made.given[by] = u
	}
	return u
}

func unionOf(clauses []clause, b bound) union {
	var out union
	for i := range clauses {
		c := &clauses[i]
		if b == surely && !c.always || b == asPresent && !c.given {
			continue
		}
		set := c.sure
		if (b == perhaps) != c.not && b != asPresent {
			set = slices.Concat(c.sure, c.open)
		}
		if c.not {
			out.nots = append(out.nots, set)
		} else {
			out.set = append(out.set, set...)
		}
	}
	return out
}

// outlines returns what the policies say to a request's action. There are two
// outlines where it depends on the resource whose account it is in.
func (c *Compiled) outlines(r *Request) []outline {
	same := c.outline(&r.request)
	if c.resource == nil || c.owner == "" || c.owner == c.account {
		return []outline{same}
	}
	concerned := unionOf(c.concerned(&r.request), asPresent)
	same.out = []union{concerned}
	across := c.outline(&r.request)
	across.in = []union{concerned}
	for i := range across.consents {
		across.consents[i].direct = nil
	}
	allow, _ := outlineOf(c.resource, &r.request, c.names(r.principal))
	across.consents = append(across.consents, consent{layer: iam.LayerResource, own: allow})
	return []outline{same, across}
}

// outline is for resources in the principal's own account.
func (c *Compiled) outline(r *request) outline {
	var out outline
	add := func(s *set, must bool) *consent {
		allow, deny := outlineOf(s, r, nil)
		out.denies = append(out.denies, deny...)
		if !must {
			return nil
		}
		out.consents = append(out.consents, consent{layer: s.layer, own: allow})
		return &out.consents[len(out.consents)-1]
	}
	users, roles := c.direct(r, &out)
	add(c.identity, true).direct = slices.Concat(users, roles)
	for _, s := range []*set{c.boundary, c.session} {
		if s != nil {
			add(s, true).direct = users
		}
	}
	for _, s := range c.scps {
		add(s, true)
	}
	for _, s := range c.rcps {
		add(s, false)
	}
	return out
}

// direct returns the statements of the resource policy that name the principal,
// by what it is, and adds the denying ones to the outline.
func (c *Compiled) direct(r *request, out *outline) (users, roles []clause) {
	if c.resource == nil {
		return nil, nil
	}
	grants := func(want grant) []clause {
		allow, _ := outlineOf(c.resource, r, func(s *statement) bool { return grantOf(s.source().Principals, r.principal) == want })
		return allow
	}
	_, deny := outlineOf(c.resource, r, c.names(r.principal))
	out.denies = append(out.denies, deny...)
	return grants(namesUser), grants(namesRole)
}

// names reports whether a statement names a principal in any way.
func (c *Compiled) names(principal string) func(*statement) bool {
	return func(s *statement) bool { return grantOf(s.source().Principals, principal) != noGrant }
}

// concerned are all statements of the resource policy, see [set.concerns].
func (c *Compiled) concerned(r *request) []clause {
	var out []clause
	for _, p := range c.resource.programs {
		for i := range p.statements {
			out = append(out, p.statements[i].clause(c.resource.layer, r))
		}
	}
	for i := range out {
		out[i].given = true
	}
	return out
}

// outlineOf returns the clauses of a set about the request's action, without
// those that conditions rule out.
func outlineOf(s *set, r *request, concerns func(*statement) bool) (allow, deny []clause) {
	for _, p := range s.programs {
		for _, st := range p.about(r) {
			if concerns != nil && !concerns(st) {
				continue
			}
			always, given, possible := st.conditioned(r)
			if !possible {
				continue
			}
			c := st.clause(s.layer, r)
			c.always, c.given = always, given
			if st.deny {
				deny = append(deny, c)
			} else {
				allow = append(allow, c)
			}
		}
	}
	return allow, deny
}

// conditioned decides the conditions: whether they hold for all values of the
// missing keys, for absent ones, and for any.
func (s *statement) conditioned(r *request) (always, given, possible bool) {
	always, given = true, true
	for i := range s.conditions {
		c := &s.conditions[i]
		holds := c.holds(r)
		way, known := c.branched(r)
		switch absent := len(c.absentKeys(r)) > 0; {
		case absent && known:
			holds = way
			if !way {
				return false, false, false
			}
		case absent:
			always = false
		case !holds:
			return false, false, false
		}
		given = given && holds
	}
	return always, given, true
}

// everyName is the resources of a statement that names none.
var everyName = policy.Set{policy.CompileGlob("*")}

// clause returns the resources that a statement names. A policy variable without
// a value makes a pattern that matches nothing, or any text in its place.
func (s *statement) clause(layer iam.Layer, r *request) clause {
	out := clause{layer: layer, not: s.notResource}
	if s.noResource {
		out.sure = everyName
		return out
	}
	for i := range s.resources {
		p := &s.resources[i]
		if p.template == nil {
			out.sure = append(out.sure, p.Pattern)
			continue
		}
		if text, ok := p.template.Expand(r.single); ok {
			out.sure = append(out.sure, policy.CompileResource(text))
			continue
		}
		out.open = append(out.open, policy.CompileResource(p.template.ExpandOpen(r.single)))
	}
	return out
}
