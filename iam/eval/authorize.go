package eval

import (
	"remotion-doctor/iam"
)

// Decide answers a request as authorization does. What hangs on a policy that
// is not known is not allowed; [Compiled.Verdict] says.
func (c *Compiled) Decide(r *Request) iam.Decision { return c.authorize(r, nil) }

// authorize composes the layers.
// Source: IAM User Guide, "Policy evaluation logic" and "Cross-account policy
// evaluation logic".
func (c *Compiled) authorize(r *Request, e *evidence) iam.Decision {
	if r.free {
		return iam.Allowed
	}
	identity := c.decideIdentity(r, e)
	if r.plain && r.assume == asGiven || e == nil && identity == iam.ExplicitDeny {
		return identity
	}
	boundary := c.decideOptional(c.boundary, r, iam.LayerBoundary, e)
	session := c.decideSession(r, e)
	scps := r.open(iam.LayerSCP, decideLevels(c.scps, &r.request, e))
	rcps := r.open(iam.LayerRCP, decideRCPs(r, e))
	endpoint := c.decideEndpoint(r, e)
	resource, how := c.decideResource(r, e)

	if identity == iam.ExplicitDeny || boundary == iam.ExplicitDeny || session == iam.ExplicitDeny || scps == iam.ExplicitDeny ||
		rcps == iam.ExplicitDeny || endpoint == iam.ExplicitDeny || resource == iam.ExplicitDeny {
		return iam.ExplicitDeny
	}
	if rcps != iam.Allowed || scps != iam.Allowed || endpoint != iam.Allowed || r.fixed || c.shutOut(r, e) {
		return iam.ImplicitDeny
	}
	switch {
	case c.caller.kind == callerExternal:
		return resource
	case r.crossAccount:
		return allAllow(identity, boundary, session, resource)
	case how == namesDirectly:
		// "…a resource-based policy that grants permissions to an IAM user
		// is not limited by an implicit deny in a permissions boundary", and one
		// that grants them to a session is limited by nothing else (IAM User
		// Guide, "Permissions boundaries", "Session policies").
		return iam.Allowed
	case how == namesRole:
		// A grant to a role ARN is limited by the boundary and the session
		// policy (same page; ruled cases d070, d071).
		return allAllow(boundary, session)
	case r.mandate != noMandate && how != delegates:
		return iam.ImplicitDeny
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

// decideIdentity decides the identity-based policies. A root has none, and may
// do everything in its account.
// Source: IAM User Guide, "AWS account root user".
func (c *Compiled) decideIdentity(r *Request, e *evidence) iam.Decision {
	d := iam.Allowed
	if c.caller.kind != callerRoot || r.mismatch {
		d = c.identity.decide(&r.request, e)
	}
	e.layer(iam.LayerIdentity, d)
	return r.open(iam.LayerIdentity, d)
}

// decideOptional decides a layer that allows everything where it is absent.
func (c *Compiled) decideOptional(s *set, r *Request, layer iam.Layer, e *evidence) iam.Decision {
	d := iam.Allowed
	if s != nil {
		d = s.decide(&r.request, e)
		e.layer(layer, d)
	}
	return r.open(layer, d)
}

// decideSession decides the session policy. A federated user without one has no
// permissions but those that a resource-based policy gives to the session itself.
// Source: AWS STS API Reference, GetFederationToken, Policy.
func (c *Compiled) decideSession(r *Request, e *evidence) iam.Decision {
	if c.session == nil && c.caller.kind == callerSession {
		e.layer(iam.LayerSession, iam.ImplicitDeny)
		return r.open(iam.LayerSession, iam.ImplicitDeny)
	}
	return c.decideOptional(c.session, r, iam.LayerSession, e)
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
func decideRCPs(r *Request, e *evidence) iam.Decision {
	decision := iam.Allowed
	if (r.noRCP || r.otherRCP) && (!r.suppose.rcps || r.assume != unfavourable) {
		return decision
	}
	for _, level := range r.rcps {
		d := level.decide(&r.request, e)
		if d != iam.ExplicitDeny {
			d = iam.Allowed
		}
		e.layer(level.layer, d)
		decision = strictest(decision, d)
	}
	return decision
}

// decideEndpoint decides the policy of the VPC endpoint, which must let the
// request through.
// Source: AWS PrivateLink Guide, "Control access to VPC endpoints using
// endpoint policies".
func (c *Compiled) decideEndpoint(r *Request, e *evidence) iam.Decision {
	d := iam.Allowed
	if c.endpoint != nil {
		d, _ = c.endpoint.decideFor(&r.request, e, &c.caller)
		e.layer(iam.LayerEndpoint, d)
	}
	return r.open(iam.LayerEndpoint, d)
}

// shutOut reports whether Block Public Access stops the request.
func (c *Compiled) shutOut(r *Request, e *evidence) bool {
	out := r.restricted || r.open(iam.LayerPublicAccess, iam.Allowed) != iam.Allowed
	if out {
		e.layer(iam.LayerPublicAccess, iam.ImplicitDeny)
	}
	return out
}

// decideResource decides the resource's own policy and says whom its allowing
// statements name.
func (c *Compiled) decideResource(r *Request, e *evidence) (iam.Decision, grant) {
	d, how := iam.ImplicitDeny, noGrant
	switch {
	case r.own != nil:
		d, how = r.own.decideFor(&r.request, e, &c.caller)
		e.layer(iam.LayerResource, d)
	case r.ownerAllows && r.ownUnknown && !r.mismatch:
		d, how = iam.Allowed, delegates
	case r.ownUnknown && r.mandate == keyMandate && !r.crossAccount && r.entry == nil:
		// "The default key policy … gives the AWS account that owns the KMS key
		// full access", which leaves it to IAM policies (AWS KMS Developer Guide,
		// "Default key policy").
		d, how = iam.Allowed, delegates
	}
	switch {
	case r.assume == asGiven || r.suppose == (supposition{}):
		return d, how
	case r.assume == favourable && d != iam.ExplicitDeny && r.suppose.allow&layerBit(iam.LayerResource) != 0:
		return iam.Allowed, namesDirectly
	}
	return r.open(iam.LayerResource, d), how
}
