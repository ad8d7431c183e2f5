package eval

import (
	"slices"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// An outline is what all policies say to one action with one context, on the
// resources of a frame: a resource is allowed if no Deny matches and every
// consent does. It says the same as [Compiled.authorize].
type outline struct {
	in, out  []union // the frame's
	consents []consent
	denies   []clause
	// gaps are the denies of policies that are not known.
	gaps []clause
	made unions
}

// A consent is policies that must allow, or grants that outweigh them.
type consent struct {
	layer iam.Layer
	own   []clause
	// grants are those of a resource policy which make it needless.
	grants []clause
}

func (o *consent) clauses() []clause { return slices.Concat(o.own, o.grants) }

// A clause is one statement about the action, whose conditions are decided as far
// as the context decides them; or what a policy that is not known may say.
type clause struct {
	layer iam.Layer
	not   bool // NotResource
	// sure are the resources that it names, open those that it may name,
	// depending on policy variables without a value.
	sure, open policy.Set
	// always says that no condition keeps it from applying, given that none does
	// as long as the missing keys are absent.
	always, given bool
	grant         grant // how a resource policy names the caller
	// unknown says that it applies, or not, by what is no condition key: the name
	// of the caller's session, or whether a policy is the resource's. Where the
	// request is not allowed anyway, that decides nothing.
	unknown bool
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

// denied is what is denied by policies that are known.
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

// outline makes the outline of a frame for its request, or for one in which
// conditions are turned round.
func (c *Compiled) outline(f *frame, r *Request) *outline {
	o := &outline{in: f.in, out: f.out}
	if r.free {
		return o
	}
	g := c.gapClauses(r)
	o.gaps = g.denies
	grants := c.granting(o, r, &g)
	add := func(layer iam.Layer, s *set, who *caller, by ...grant) {
		var allow, deny []clause
		if s != nil {
			allow, deny = outlineOf(s, r, who)
		}
		o.denies = append(o.denies, deny...)
		o.consents = append(o.consents, consent{layer: layer, own: slices.Concat(allow, g.allowing(layer)), grants: granted(grants, by...)})
	}
	if c.caller.kind != callerExternal {
		by := []grant{namesDirectly, namesRole}
		if r.crossAccount {
			by, grants = nil, nil
		}
		if c.caller.kind == callerRoot {
			add(iam.LayerIdentity, nil, nil)
			o.consents[len(o.consents)-1].own = []clause{everything(iam.LayerIdentity)}
		} else {
			add(iam.LayerIdentity, c.identity, nil, by...)
		}
		if c.boundary != nil {
			add(iam.LayerBoundary, c.boundary, nil, namesDirectly)
		}
		if c.session != nil || c.caller.kind == callerSession {
			add(iam.LayerSession, c.session, nil, namesDirectly)
		}
	}
	for _, s := range c.scps {
		add(s.layer, s, nil)
	}
	if c.endpoint != nil {
		add(c.endpoint.layer, c.endpoint, &c.caller)
	}
	for _, s := range r.rcps {
		_, deny := outlineOf(s, r, nil)
		switch {
		case r.otherRCP:
			for i := range deny {
				deny[i].always, deny[i].given, deny[i].unknown = false, false, true
			}
			o.denies = append(o.denies, deny...)
		case !r.noRCP:
			o.denies = append(o.denies, deny...)
		}
	}
	if r.restricted {
		o.consents = append(o.consents, consent{layer: iam.LayerPublicAccess})
	}
	if r.fixed {
		o.consents = append(o.consents, consent{layer: iam.LayerIdentity})
	}
	return o
}

// granting adds what the resource's own policy denies, and a consent where it
// must allow; it returns what it allows.
func (c *Compiled) granting(o *outline, r *Request, g *gapClauses) []clause {
	var allow, deny []clause
	switch {
	case r.own != nil:
		allow, deny = outlineOf(r.own, r, &c.caller)
	case r.ownUnknown && (r.ownerAllows || r.mandate == keyMandate && !r.crossAccount && r.entry == nil):
		allow = []clause{everything(iam.LayerResource)}
		allow[0].grant = delegates
	}
	o.denies = append(o.denies, deny...)
	for _, c := range g.allowing(iam.LayerResource) {
		c.grant = namesDirectly
		allow = append(allow, c)
	}
	if c.caller.kind == callerExternal || r.crossAccount || r.mandate != noMandate {
		o.consents = append(o.consents, consent{layer: iam.LayerResource, own: allow})
	}
	return allow
}

// granted are the clauses that name the caller in one of some ways.
func granted(clauses []clause, by ...grant) []clause {
	var out []clause
	for _, c := range clauses {
		if slices.Contains(by, c.grant) {
			out = append(out, c)
		}
	}
	return out
}

// everything is a clause that matches all resources.
func everything(layer iam.Layer) clause {
	return clause{layer: layer, sure: everyName, always: true, given: true}
}

// gapClauses are what policies that are not known may say.
type gapClauses struct {
	allows []supposed
	denies []clause
}

type supposed struct {
	layers layers
	clause clause
}

func (g *gapClauses) allowing(layer iam.Layer) []clause {
	var out []clause
	for _, s := range g.allows {
		if s.layers&layerBit(layer) != 0 {
			out = append(out, s.clause)
		}
	}
	return out
}

// gapClauses returns what the gaps that count may allow and deny: those of the
// principal where they say, those of the request's resource everywhere.
func (c *Compiled) gapClauses(r *Request) gapClauses {
	var out gapClauses
	add := func(u unknown, on policy.Set) {
		clause := clause{layer: u.gap.Layer, open: on}
		if u.suppose.allow != 0 {
			out.allows = append(out.allows, supposed{u.suppose.allow, clause})
		}
		if u.suppose.deny != 0 {
			out.denies = append(out.denies, clause)
		}
	}
	own := *c
	own.gaps = nil
	for _, u := range own.unknowns(r) {
		if u.gap.Counts(false) {
			add(u, everyName)
		}
	}
	for i := range c.gaps {
		g := c.gaps[i]
		on := everyName
		if len(g.Resources) > 0 {
			on = nil
			for _, p := range g.Resources {
				on = append(on, policy.CompileResource(p))
			}
		}
		if g.Resources = nil; g.Counts(false) && gapConcerns(&g, r) {
			add(newUnknown(g), on)
		}
	}
	return out
}

// outlineOf returns the clauses of a set about the request's action, without
// those that conditions rule out; of those that name a caller, where it is not
// nil.
func outlineOf(s *set, r *Request, who *caller) (allow, deny []clause) {
	for _, p := range s.programs {
		for _, st := range p.about(&r.request) {
			for _, c := range st.clauses(s.layer, r, who) {
				if st.deny {
					deny = append(deny, c)
				} else {
					allow = append(allow, c)
				}
			}
		}
	}
	return allow, deny
}

// clauses returns the statement as a clause, and as another where a session of
// the caller, whose name is not known, may be the one that it names.
func (s *statement) clauses(layer iam.Layer, r *Request, who *caller) []clause {
	always, given, possible := s.conditioned(&r.request)
	if !possible {
		return nil
	}
	c := s.clause(layer, &r.request)
	c.always, c.given = always, given
	if who == nil {
		return []clause{c}
	}
	var out []clause
	principals := s.source().Principals
	if c.grant = who.applies(principals, s.deny, false); c.grant != noGrant {
		out = append(out, c)
	}
	if g := who.applies(principals, s.deny, true); who.session == "" && g != c.grant {
		out = append(out, clause{layer: layer, not: c.not, sure: c.sure, open: c.open, grant: g, unknown: true})
	}
	return out
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
		if r.mayFill(p.template) {
			out.open = append(out.open, policy.CompileResource(p.template.ExpandOpen(r.single)))
		}
	}
	return out
}
