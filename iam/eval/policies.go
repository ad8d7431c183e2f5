package eval

import (
	"slices"
	"strconv"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
	requests "remotion-doctor/iam/request"
)

// Policies is everything that decides what one principal may do. A nil
// Boundary, Session or Endpoint means that there is none, an empty list of
// levels that there is no organization; what is not known is a Gap. A resource without a known policy has a policy that is not known: that changes nothing
// within the account, where the principal's own policies can allow, and leaves
// undecided what only the resource's policy can allow.
type Policies struct {
	Identity []Policy
	Boundary *Policy
	Session  *Policy
	SCPs     [][]Policy // levels, root first; each must allow
	RCPs     [][]Policy
	// RCPAccount is the account whose resources the RCPs restrict; empty for
	// that of whatever resource is asked about.
	RCPAccount string
	// Endpoint is the policy of the VPC endpoint that requests pass through.
	Endpoint *Policy
	// Resource is the policy of the resource that is asked about. Where many
	// are asked about, it is that of those which it names.
	Resource *Policy
	// ResourceAccount is the account of the resources that Resource concerns;
	// empty for the account in their ARN, or the principal's own.
	ResourceAccount string
	// Resources are the policies of further resources; nil where there are none.
	Resources *Resources
	// Lookup finds the policy of a resource that is in none of the above, and
	// false where nothing is known of it. It may be nil, and is called by several
	// goroutines.
	Lookup func(resource string) (ResourcePolicy, bool)
	// Facts are what is known of the principal's requests. Its Principal is the
	// one that is compiled for, with what hears of its session.
	Facts requests.Facts
	// SessionName is the name of the role's session; empty where it is not
	// known.
	SessionName string
	// Gaps are what is not known of all this. A verdict that one of them could
	// change lists it, and is undecided; assumptions and what was sampled are for
	// whoever judges.
	Gaps []iam.Gap
}

// Of returns what is known of the policy of a request's resource, and false where
// nothing is, or it does not decide about the action.
func (p *Policies) Of(action, resource string) (ResourcePolicy, bool) {
	if !decides(strings.ToLower(action), resource) {
		return ResourcePolicy{}, false
	}
	own := p.Resources.find(resource)
	if p.Resource != nil {
		if s := compileOne(iam.LayerResource, p.Resource); own == nil && s.kindred(resource) || s.names(resource) {
			return ResourcePolicy{ARN: resource, Account: p.ResourceAccount, Policy: p.Resource}, true
		}
	}
	if own != nil {
		return *own.ResourcePolicy, true
	}
	if p.Lookup != nil {
		return p.Lookup(resource)
	}
	return ResourcePolicy{}, false
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

// As returns the policies of a session of the principal, as if what it supposes
// were attached.
func (p Policies) As(principal iam.Principal) Policies {
	if principal.Session != "" {
		p.SessionName = principal.Session
	}
	p.Facts.Principal = principal
	if principal.Instead {
		p.Identity = nil
	}
	return p.Supposing(principal.Supposing)
}

// A Compiled is the policies of one principal, compiled once to decide many
// requests.
type Compiled struct {
	caller   caller
	facts    requests.Facts
	known    facts
	identity *set
	boundary *set
	session  *set
	endpoint *set
	scps     []*set
	rcps     []*set
	// restricted is the account whose resources the rcps are known to restrict;
	// empty for any.
	restricted string
	resource   *set
	owner      string // of the resources that the resource policy concerns
	resources  *Resources
	lookup     func(resource string) (ResourcePolicy, bool)
	gaps       []iam.Gap
	// identityOnly says that there are identity-based policies and no others.
	identityOnly bool
}

// Compile prepares the policies of a principal: the ARN of a user, role, root,
// session or identity provider, or the name of an AWS service.
func Compile(principalARN string, p Policies) *Compiled {
	c := &Compiled{
		caller:   newCaller(principalARN, p.SessionName),
		identity: compileSet(iam.LayerIdentity, p.Identity),
		boundary: compileOne(iam.LayerBoundary, p.Boundary),
		session:  compileOne(iam.LayerSession, p.Session),
		endpoint: compileOne(iam.LayerEndpoint, p.Endpoint),
		resource: compileOne(iam.LayerResource, p.Resource),
		owner:    p.ResourceAccount, resources: p.Resources, lookup: p.Lookup, gaps: p.Gaps,
	}
	c.caller.bounded = p.Boundary != nil
	c.facts = p.Facts
	c.facts.Principal = iam.Principal{ARN: c.caller.arn, AccountID: c.caller.account, Session: c.caller.sessionName(), Host: p.Facts.Principal.Host}
	c.known = newFacts(&c.facts)
	if !c.caller.serviceLinked {
		c.rcps = compileLevels(iam.LayerRCP, p.RCPs)
		c.restricted = p.RCPAccount
		// "SCPs do not affect users or roles in the management account"
		// (Organizations User Guide, "Service control policies").
		if c.caller.kind != callerExternal && !c.manages(c.caller.account) {
			c.scps = compileLevels(iam.LayerSCP, p.SCPs)
		}
	}
	c.identityOnly = (c.caller.kind == callerUser || c.caller.kind == callerRole) && len(c.sets()) == 1
	return c
}

// manages reports whether an account is the management account of the
// organization.
func (c *Compiled) manages(account string) bool {
	return account != "" && account == c.facts.Organization.Management
}

// sessionIn reports whether a set, which may be nil, names a session of the
// caller's role, whose name is not known.
func (c *caller) sessionIn(s *set) bool {
	return s != nil && c.session == "" && c.sessions != "" && slices.ContainsFunc(s.programs, func(p *program) bool {
		return slices.ContainsFunc(p.document.Statements, func(st policy.Statement) bool { return c.namesSomeSession(st.Principals) })
	})
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

// sets are those of all layers but the policies of resources.
func (c *Compiled) sets() []*set {
	var out []*set
	for _, s := range append([]*set{c.identity, c.boundary, c.session, c.endpoint}, append(c.scps, c.rcps...)...) {
		if s != nil {
			out = append(out, s)
		}
	}
	return out
}

// setsOf are those that take part in a request.
func (c *Compiled) setsOf(r *Request) []*set {
	out := c.sets()
	if r.own != nil {
		out = append(out, r.own)
	}
	return out
}
