package eval

import (
	"cmp"
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/policy"
)

// A supposition is what policies that are not known are supposed to say: in
// the favourable case they allow, in the unfavourable one they deny. The zero
// supposition supposes nothing.
type supposition struct {
	allow, deny layers
	// session supposes that a statement which names a session of the caller's
	// role names this one, where that is favourable or unfavourable.
	session bool
	// rcps supposes that resource control policies restrict the service.
	rcps bool
}

// layers is a set of layers.
type layers uint16

func layerBit(l iam.Layer) layers {
	switch l {
	case iam.LayerRCP:
		return 1 << 0
	case iam.LayerSCP:
		return 1 << 1
	case iam.LayerResource:
		return 1 << 2
	case iam.LayerIdentity:
		return 1 << 3
	case iam.LayerBoundary:
		return 1 << 4
	case iam.LayerSession:
		return 1 << 5
	case iam.LayerEndpoint:
		return 1 << 6
	case iam.LayerPublicAccess:
		return 1 << 7
	}
	return 1<<8 - 1 // it may be any
}

func (s supposition) with(o supposition) supposition {
	return supposition{s.allow | o.allow, s.deny | o.deny, s.session || o.session, s.rcps || o.rcps}
}

// open returns the decision of a layer under what is supposed of it.
func (r *request) open(l iam.Layer, d iam.Decision) iam.Decision {
	if r.assume == asGiven {
		return d
	}
	return r.supposed(l, d)
}

func (r *request) supposed(l iam.Layer, d iam.Decision) iam.Decision {
	switch {
	case r.assume == favourable && d == iam.ImplicitDeny && r.suppose.allow&layerBit(l) != 0:
		return iam.Allowed
	case r.assume == unfavourable && r.suppose.deny&layerBit(l) != 0:
		return iam.ExplicitDeny
	}
	return d
}

// An unknown is a gap with what it leaves open.
type unknown struct {
	gap     iam.Gap
	suppose supposition
}

// newUnknown is the unknown of a gap in one layer.
func newUnknown(g iam.Gap) unknown {
	u := unknown{gap: g}
	if g.Affects.Allows() {
		u.suppose.allow = layerBit(g.Layer)
	}
	if g.Affects.Denies() {
		u.suppose.deny = layerBit(g.Layer)
	}
	return u
}

// unknowns are all that is not known and could concern the request.
func (c *Compiled) unknowns(r *Request) []unknown {
	var out []unknown
	add := func(ok bool, g func() iam.Gap) {
		if ok {
			out = append(out, newUnknown(g()))
		}
	}
	add(r.ownUnknown && !r.ownerAllows, func() iam.Gap { return ownGap(r) })
	add(r.mandate == keyMandate && actions.ByGrant(r.action), func() iam.Gap { return grantGap(r) })
	add(r.crossAccount && c.caller.kind != callerExternal && r.ownPublic() && r.publicAccessUnknown(), func() iam.Gap { return publicGap(r) })
	if c.caller.sessionIn(r.own) || c.caller.sessionIn(c.endpoint) {
		out = append(out, unknown{c.sessionGap(), supposition{session: true}})
	}
	if r.noRCP || r.otherRCP {
		out = append(out, unknown{rcpGap(r), supposition{rcps: true}})
	}
	// What a source never claimed to hold is known once, of all requests.
	for i := range c.gaps {
		add(c.gaps[i].Counts(false) && gapConcerns(&c.gaps[i], r), func() iam.Gap { return c.gaps[i] })
	}
	return out
}

// gapConcerns reports whether a gap may change a request.
func gapConcerns(g *iam.Gap, r *Request) bool {
	matches := func(patterns []string, match func(string) bool) bool {
		return len(patterns) == 0 || slices.ContainsFunc(patterns, match)
	}
	return !slices.Contains(g.Except, r.resource) && matches(g.Actions, func(p string) bool { return policy.MatchGlob(strings.ToLower(p), r.action) }) &&
		matches(g.Resources, func(p string) bool { return policy.MatchResource(p, r.resource) })
}

// ownGap says that the policy of the request's resource is not known.
func ownGap(r *Request) iam.Gap {
	g := iam.Gap{Where: r.resource, Layer: iam.LayerResource, What: "the policy of " + r.resource, Why: "it was not given", Hint: "give it with --resource-policy FILE"}
	switch r.mandate {
	case trustMandate:
		g.What = "the trust policy of " + r.resource
	case keyMandate:
		g.What = "the key policy of " + r.resource
		if !r.crossAccount && r.entry == nil {
			g.Kind, g.Why = iam.GapAssumption, "it was not given; AWS's default key policy is assumed, which leaves the decision to IAM policies"
		}
	}
	if r.entry != nil {
		g.Why = cmp.Or(r.entry.Why, "it could not be read")
	}
	return g
}

func grantGap(r *Request) iam.Gap {
	return iam.Gap{
		Where: r.resource, What: "the grants on " + r.resource, Why: "grants are not read", Affects: iam.MayAllow,
		Kind: iam.GapAssumption, Layer: iam.LayerResource, Hint: "list them with: aws kms list-grants --key-id " + r.resource,
	}
}

func publicGap(r *Request) iam.Gap {
	return iam.Gap{
		Where: r.resource, What: "Block Public Access of " + rootOf(r.resource), Why: "it was not given, and the bucket's policy is public",
		Affects: iam.MayDeny, Kind: iam.GapAssumption, Layer: iam.LayerPublicAccess,
	}
}

func rcpGap(r *Request) iam.Gap {
	if r.otherRCP {
		return iam.Gap{
			Where: r.resource, What: "the resource control policies of account " + r.account, Affects: iam.MayDeny, Layer: iam.LayerRCP,
			Why:  "those that were read restrict another account and would deny the request",
			Hint: "give those of account " + r.account + " with --rcp FILE",
		}
	}
	return iam.Gap{
		Where: r.resource, What: "whether resource control policies restrict " + r.service, Affects: iam.MayDeny, Kind: iam.GapAssumption, Layer: iam.LayerRCP,
		Why: "AWS Organizations did not list the service when this release was made",
	}
}

func (c *Compiled) sessionGap() iam.Gap {
	return iam.Gap{
		Where: c.caller.arn, What: "the name of the session of " + c.caller.arn, Layer: iam.LayerResource,
		Why: "a resource-based policy names sessions of this role", Hint: "ask about the session: " + c.caller.sessions + "NAME",
	}
}

// ownPublic reports whether the resource is a bucket, or in one, with a public
// policy.
func (r *Request) ownPublic() bool {
	return r.service == "s3" && r.own != nil && slices.ContainsFunc(r.own.programs, func(p *program) bool { return isPublic(p.document) })
}

func (r *Request) publicAccessUnknown() bool { return r.entry == nil || r.entry.PublicAccess == nil }

// An outlook says whether a request is allowed at best, and at worst.
type outlook struct{ best, worst bool }

func (c *Compiled) outlook(r *Request, s supposition) outlook {
	best, worst := *r, *r
	best.assume, worst.assume = favourable, unfavourable
	best.suppose, worst.suppose = s, s
	return outlook{c.authorize(&best, nil) == iam.Allowed, c.authorize(&worst, nil) == iam.Allowed}
}

// gapsOf returns what is not known and could change the decision, and whether
// that leaves the request undecided.
func (c *Compiled) gapsOf(r *Request) (gaps []iam.Gap, undecided bool) {
	all := c.unknowns(r)
	if len(all) == 0 {
		return nil, false
	}
	var joint, counted supposition
	for _, u := range all {
		joint = joint.with(u.suppose)
		if u.gap.Counts(false) {
			counted = counted.with(u.suppose)
		}
	}
	known := c.outlook(r, supposition{})
	if c.outlook(r, joint) == known {
		return nil, false
	}
	for _, u := range all {
		if c.outlook(r, u.suppose) != known {
			gaps = append(gaps, u.gap)
		}
	}
	if len(gaps) == 0 { // only together they change it
		for _, u := range all {
			gaps = append(gaps, u.gap)
		}
	}
	return gaps, c.outlook(r, counted) != known
}
