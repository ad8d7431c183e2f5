package eval

import (
	"cmp"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/policy"
)

// A Request is one question to compiled policies, prepared to be asked many
// times. It belongs to the principal that prepared it.
type Request struct {
	request
	// crossAccount says that the resource belongs to another account, whose
	// own policies must allow as well.
	crossAccount bool
	// account is that of the resource, where the request has one.
	account string
	// own is the policy of the resource, where it is at hand.
	own *set
	// mandate says which policy of the resource must allow.
	mandate mandate
	// ownUnknown says that the resource has a policy, or may have one, which is
	// not known and which decides.
	ownUnknown bool
	// ownerAllows: see [iam.Probe].
	ownerAllows bool
	// restricted says that Block Public Access shuts out other accounts.
	restricted bool
	// free says that the action needs no permission, fixed that nobody but AWS
	// can do it.
	free, fixed bool
	// rcps are the resource control policies that may restrict the resource.
	rcps []*set
	// noRCP says that resource control policies do not restrict the service,
	// otherRCP that those at hand are not known to restrict the account.
	noRCP, otherRCP bool
	// plain says that the identity-based policies alone decide.
	plain bool
	// entry is the resource's entry among the policies of resources.
	entry *resourcePolicy
}

// Prepare makes a request with the context keys that follow from the principal
// and the resource (aws:PrincipalArn, aws:RequestedRegion, …), where the probe
// does not give them. owner is the account of the resource; empty for the one
// that its ARN or the policies name, else the principal's own.
func (c *Compiled) Prepare(p iam.Probe, owner string) *Request {
	r := c.prepareAsGiven(p, owner)
	r.addFacts(&c.known, r.account)
	r.addRegion(&c.facts, p.Resource)
	return r
}

// prepareAsGiven makes a request whose context is the probe's and no more.
func (c *Compiled) prepareAsGiven(p iam.Probe, owner string) *Request {
	r := &Request{request: newRequest(p.Action, p.Resource, newContext(p.Context)), ownerAllows: p.OwnerAllows}
	r.caller = &c.caller
	r.mismatch = !takes(r.action, p.Resource)
	r.free = actions.NeedsNoPermission(r.action)
	r.fixed = actions.OwnedByAWS(r.action, p.Resource) != ""
	if p.Resource == "*" {
		r.resource = c.authorizedOn(p.Action, &r.request)
	} else {
		r.mandate = mandateOf(r.action, r.service, p.Resource)
		owner = c.ownerOf(r, owner)
		r.account = owner
		r.crossAccount = owner != "" && owner != c.caller.account
		c.findPolicy(r)
	}
	c.restrict(r)
	r.plain = c.identityOnly && r.own == nil && r.mandate == noMandate && !r.crossAccount && !r.fixed
	return r
}

// restrict finds the resource control policies of a request: "RCPs do not affect
// resources in the management account" (Organizations User Guide, "Resource
// control policies").
func (c *Compiled) restrict(r *Request) {
	owner := cmp.Or(r.account, c.caller.account)
	if len(c.rcps) == 0 || c.manages(owner) {
		return
	}
	r.rcps = c.rcps
	r.noRCP = !actions.SupportsRCP(r.service)
	r.otherRCP = !r.noRCP && c.restricted != "" && owner != c.restricted
}

// authorizedOn is the resource of a request that names none.
func (c *Compiled) authorizedOn(action string, r *request) string {
	a, _ := policy.ParseARN(c.caller.arn)
	region, _, _ := r.single("aws:RequestedRegion")
	return actions.AuthorizedOn(action, cmp.Or(a.Partition, "aws"), region, a.AccountID)
}

// ownerOf returns the account that the request's resource belongs to: the one
// that is known, else that of its ARN, else that of a policy which names it,
// else the principal's own.
func (c *Compiled) ownerOf(r *Request, told string) string {
	// What is given of the very resource represents what else is known of it.
	if r.entry = c.resources.find(c.asHeld(r.resource)); r.entry != nil && c.resource != nil && c.resource.names(r.resource) {
		r.entry = nil
	}
	if told != "" {
		return told
	}
	a, _ := policy.ParseARN(r.resource)
	switch {
	case isAccountID(a.AccountID) && c.caller.account != iam.UnknownAccount:
		return a.AccountID
	case r.entry != nil && r.entry.Account != "":
		return r.entry.Account
	case c.owner != "" && a.AccountID == "" && (c.resource == nil || c.resource.names(r.resource)):
		return c.owner
	}
	return c.caller.account
}

// asHeld is the ARN by which what is known is found: where the principal's account
// is not known, the one that represents it.
func (c *Compiled) asHeld(resource string) string {
	if c.caller.account != iam.UnknownAccount {
		return resource
	}
	a, ok := policy.ParseARN(resource)
	if !ok || !isAccountID(a.AccountID) {
		return resource
	}
	a.AccountID = iam.UnknownAccount
	return a.String()
}

func isAccountID(s string) bool { return len(s) == 12 && strings.Trim(s, "0123456789") == "" }

// findPolicy finds the policy of the request's resource, and notes where one
// that decides is not known.
func (c *Compiled) findPolicy(r *Request) {
	if !decides(r.action, r.resource) {
		return
	}
	if e := r.entry; e != nil {
		r.own = e.set
		r.ownUnknown = e.set == nil && !e.None
		r.restricted = r.crossAccount && c.caller.kind != callerExternal && e.public && e.PublicAccess != nil && e.PublicAccess.RestrictPublicBuckets
		return
	}
	if c.resource != nil && (c.resource.kindred(r.resource) || c.resource.names(r.resource)) {
		r.own = c.resource
		return
	}
	if c.lookup != nil {
		if found, ok := c.lookup(c.asHeld(r.resource)); ok {
			r.own, r.ownUnknown = compileOne(iam.LayerResource, found.Policy), found.Policy == nil && !found.None
			return
		}
	}
	// Nothing of another account but a role can be reached: IAM has no other
	// resource-based policies (IAM User Guide, "AWS services that work with
	// IAM").
	r.ownUnknown = r.mandate != noMandate || r.crossAccount && r.service != "iam"
}
