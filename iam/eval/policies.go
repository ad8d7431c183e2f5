package eval

import (
	"slices"
	"strconv"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// Policies is everything that decides what one principal may do. A nil
// Boundary, Session or Resource means that there is none; so does an empty
// list of levels.
type Policies struct {
	Identity []Policy
	Boundary *Policy
	Session  *Policy
	SCPs     [][]Policy // levels, root first; each must allow
	RCPs     [][]Policy
	Resource *Policy // the resource's own policy
	// UserID is the unique id of an IAM user, the value of aws:userid; empty
	// where it is not known. That of a role ends in the name of a session.
	UserID string
	// Gaps are what is not known of all this; whoever judges has to ask whether
	// one of them could change the answer.
	Gaps []iam.Gap
	// ResourceAccount is the account of the resources that Resource is about;
	// empty for the principal's own.
	ResourceAccount string
}

// Supposing returns the policies with more identity policies, as if they were
// attached.
func (p Policies) Supposing(documents []*policy.Document) Policies {
	p.Identity = slices.Clone(p.Identity)
	for i, doc := range documents {
		p.Identity = append(p.Identity, Policy{Name: "supposed policy " + strconv.Itoa(i+1), Document: doc})
	}
	return p
}

// As returns the policies as if what the principal supposes were attached.
func (p Policies) As(principal iam.Principal) Policies {
	if principal.Instead {
		p.Identity = nil
	}
	return p.Supposing(principal.Supposing)
}

// A Compiled is the policies of one principal, compiled once to decide many
// requests.
type Compiled struct {
	principal string
	account   string
	context   requestContext // the keys that follow from the principal
	identity  *set
	boundary  *set
	session   *set
	scps      []*set
	rcps      []*set
	resource  *set
	owner     string // of the resources that the resource policy is about
}

// Compile prepares the policies of the principal with an ARN.
func Compile(principalARN string, p Policies) *Compiled {
	c := &Compiled{principal: principalARN, context: principalContext(principalARN, p.UserID), identity: compileSet(iam.LayerIdentity, p.Identity)}
	a, _ := policy.ParseARN(principalARN)
	c.account = a.AccountID
	c.boundary = compileOne(iam.LayerBoundary, p.Boundary)
	c.session = compileOne(iam.LayerSession, p.Session)
	c.resource = compileOne(iam.LayerResource, p.Resource)
	c.owner = p.ResourceAccount
	c.rcps = compileLevels(iam.LayerRCP, p.RCPs)
	if !serviceLinked(principalARN) {
		c.scps = compileLevels(iam.LayerSCP, p.SCPs)
	}
	return c
}

// Documents returns the identity-based policies and the boundary by name.
func (c *Compiled) Documents() map[string]*policy.Document {
	out := map[string]*policy.Document{}
	for _, s := range []*set{c.identity, c.boundary} {
		for i := 0; s != nil && i < len(s.policies); i++ {
			out[s.policies[i].Name] = s.policies[i].Document
		}
	}
	return out
}

// serviceLinked: "SCPs do not affect any service-linked role" (Organizations
// User Guide, "Service control policies"; ruled case d067).
func serviceLinked(arn string) bool {
	a, _ := policy.ParseARN(arn)
	return strings.HasPrefix(a.Resource, "role/aws-service-role/")
}

func compileOne(layer iam.Layer, p *Policy) *set {
	if p == nil {
		return nil
	}
	return compileSet(layer, []Policy{*p})
}

func compileLevels(layer iam.Layer, levels [][]Policy) []*set {
	var out []*set
	for _, level := range levels {
		out = append(out, compileSet(layer, level))
	}
	return out
}

// A Request is one question to compiled policies, prepared to be asked many
// times. It belongs to the principal that prepared it.
type Request struct {
	request
	// crossAccount says that the resource belongs to another account, whose
	// own policies must allow as well.
	crossAccount bool
}

// Prepare makes a request with the context keys that follow from the principal
// and the resource (aws:PrincipalArn, aws:RequestedRegion, …), where the probe
// does not give them. owner is the account of the resource, or empty for the
// principal's own.
func (c *Compiled) Prepare(p iam.Probe, owner string) *Request {
	r := c.prepareAsGiven(p, owner)
	r.addPrincipal(c.context)
	r.addRegion()
	return r
}

// prepareAsGiven makes a request whose context is the probe's and no more.
func (c *Compiled) prepareAsGiven(p iam.Probe, owner string) *Request {
	r := &Request{request: *newRequest(p.Action, p.Resource, newContext(p.Context))}
	r.principal = c.principal
	r.mismatch = !takes(r.action, p.Resource)
	if owner == "" && c.owner != "" && c.resource.concerns(&r.request) {
		owner = c.owner
	}
	r.crossAccount = owner != "" && owner != c.account
	return r
}

// Decide answers a request as authorization does.
func (c *Compiled) Decide(r *Request) iam.Decision { return c.authorize(r, nil) }

// authorize composes the layers.
// Source: IAM User Guide, "Policy evaluation logic".
func (c *Compiled) authorize(r *Request, e *evidence) iam.Decision {
	identity := c.identity.decide(&r.request, e)
	e.layer(iam.LayerIdentity, identity)
	if e == nil && identity == iam.ExplicitDeny {
		return identity
	}
	boundary := c.decideOptional(c.boundary, &r.request, e)
	session := c.decideOptional(c.session, &r.request, e)
	scps := decideLevels(c.scps, &r.request, e)
	rcps := c.decideRCPs(&r.request, e)
	resource, how := c.decideResource(&r.request, e)

	for _, d := range []iam.Decision{identity, boundary, session, scps, rcps, resource} {
		if d == iam.ExplicitDeny {
			return iam.ExplicitDeny
		}
	}
	if rcps != iam.Allowed || scps != iam.Allowed {
		return iam.ImplicitDeny
	}
	if r.crossAccount {
		return allAllow(identity, boundary, session, resource)
	}
	switch how {
	case namesUser:
		// "…a resource-based policy that grants permissions to an IAM user
		// is not limited by an implicit deny in a permissions boundary"
		// (IAM User Guide, "Permissions boundaries").
		return iam.Allowed
	case namesRole:
		// A grant to a role ARN is limited by the boundary and the session
		// policy (same page; ruled cases d070, d071).
		return allAllow(boundary, session)
	}
	return allAllow(identity, boundary, session)
}

func allAllow(decisions ...iam.Decision) iam.Decision {
	for _, d := range decisions {
		if d != iam.Allowed {
			return iam.ImplicitDeny
		}
	}
	return iam.Allowed
}

// decideOptional decides a layer that allows everything where it is absent.
func (c *Compiled) decideOptional(s *set, r *request, e *evidence) iam.Decision {
	if s == nil {
		return iam.Allowed
	}
	d := s.decide(r, e)
	e.layer(s.layer, d)
	return d
}

// decideLevels: every level must allow; within a level any policy may.
// Source: Organizations User Guide, "SCP evaluation"; ruled case d069.
func decideLevels(levels []*set, r *request, e *evidence) iam.Decision {
	decision := iam.Allowed
	for _, level := range levels {
		d := level.decide(r, e)
		e.layer(level.layer, d)
		decision = strictest(decision, d)
	}
	return decision
}

// decideRCPs: RCPFullAWSAccess is attached to every level and cannot be
// detached, so that RCPs stop a request only by denying it.
// Source: Organizations User Guide, "Resource control policies".
func (c *Compiled) decideRCPs(r *request, e *evidence) iam.Decision {
	decision := iam.Allowed
	for _, level := range c.rcps {
		d := level.decide(r, e)
		if d != iam.ExplicitDeny {
			d = iam.Allowed
		}
		e.layer(level.layer, d)
		decision = strictest(decision, d)
	}
	return decision
}

// A grant says how a resource-based policy allows a request.
type grant uint8

const (
	noGrant grant = iota
	// delegates: the account is named, which leaves the decision to the
	// identity-based policies.
	delegates
	namesRole
	namesUser
)

// decideResource decides the resource's own policy and says whom its allowing
// statements name.
func (c *Compiled) decideResource(r *request, e *evidence) (iam.Decision, grant) {
	if c.resource == nil {
		return iam.ImplicitDeny, noGrant
	}
	best := noGrant
	d := c.resource.decideFor(r, e, func(s *statement) bool {
		g := grantOf(s.source().Principals, r.principal)
		if g != noGrant && !s.deny && s.matches(r) {
			best = max(best, g)
		}
		return g != noGrant
	})
	e.layer(iam.LayerResource, d)
	return d, best
}
