package eval

import (
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// The words that the simulator uses for the kinds of policies
// (recorded cases bnd-deny, rp-owner-cross).
const (
	kindIdentity = "IAM Policy"
	kindBoundary = "Permissions Boundary Policy"
	kindResource = "Resource Policy"
)

// A simulation is a request of the simulator with its policies compiled.
type simulation struct {
	policies *Compiled
	sources  []*policy.Document // every document that can miss a context key
	context  requestContext
	caller   string
	// owner is the account of the resource where ResourceOwner names one.
	owner string
	// organization says that the account is in an organization.
	organization bool
}

// An outcome is the simulator's answer for one action and one resource.
type outcome struct {
	decision      iam.Decision
	matched       []matchedStatement
	missing       []string
	boundary      *BoundaryDecision
	organizations *OrganizationsDecision
	details       map[string]string
}

// simulate answers one action on one resource as the simulator does. The rules
// are those of the recorded answers; ARCHITECTURE.md lists where they differ
// from authorization.
func (s *simulation) simulate(action, resource string) outcome {
	q := newRequest(action, resource, s.context)
	r := &q
	r.caller, r.simulated = &s.policies.caller, true
	e := &evidence{}
	var out outcome

	// The organization's policies are asked before the kind of resource is.
	scps := decideLevels(s.policies.scps, r, nil)
	r.mismatch = !takesInSimulator(action, resource)
	if s.organization {
		out.organizations = &OrganizationsDecision{AllowedByOrganizations: scps == iam.Allowed}
	}
	identity := s.policies.identity.decide(r, e)
	boundary := iam.Allowed
	if s.policies.boundary != nil {
		boundary = s.policies.boundary.decide(r, e)
		out.boundary = &BoundaryDecision{AllowedByPermissionsBoundary: boundary == iam.Allowed}
	}
	resourceDecision, grants := s.resource(r, e)
	// Trust policies given as ResourcePolicy are ignored for sts:Assume*
	// (aws/aws-cli#10314).
	if strings.HasPrefix(r.action, "sts:assume") {
		resourceDecision, grants = iam.ImplicitDeny, noGrant
	}
	cross := s.crossAccount()
	if cross {
		out.details = s.details(identity, boundary, resourceDecision)
	}
	out.decision = compose(identity, boundary, resourceDecision, grants, cross)
	s.finish(&out, e, scps)
	return out
}

// resource decides the resource policy that the request brings.
func (s *simulation) resource(r *request, e *evidence) (iam.Decision, grant) {
	if s.policies.resource == nil {
		return iam.ImplicitDeny, noGrant
	}
	return s.policies.resource.decideFor(r, e, &s.policies.caller)
}

// crossAccount: only a ResourceOwner of another account makes a call one
// across accounts (recorded cases rp-owner-cross, prin-other-caller).
func (s *simulation) crossAccount() bool {
	a, ok := policy.ParseARN(s.caller)
	return s.policies.resource != nil && ok && s.owner != "" && s.owner != a.AccountID
}

func (s *simulation) details(identity, boundary, resource iam.Decision) map[string]string {
	details := map[string]string{kindIdentity: string(identity), kindResource: string(resource)}
	if s.policies.boundary != nil {
		details[kindBoundary] = string(boundary)
	}
	return details
}

// compose joins the layers below the organization. Within one account an allow
// of the resource policy suffices, whomever it names, and an implicit deny of
// the boundary does not cut it (recorded cases rp-user-*, rp-root-*, rp-any-*).
func compose(identity, boundary, resource iam.Decision, grants grant, cross bool) iam.Decision {
	for _, d := range []iam.Decision{identity, boundary, resource} {
		if d == iam.ExplicitDeny {
			return iam.ExplicitDeny
		}
	}
	if cross {
		return allAllow(identity, boundary, resource)
	}
	if grants != noGrant && resource == iam.Allowed {
		return iam.Allowed
	}
	return allAllow(identity, boundary)
}

// finish fills in the evidence. Where the organization stops the request
// nothing else is known (recorded cases scp-deny, scp-implicit).
func (s *simulation) finish(out *outcome, e *evidence, scps iam.Decision) {
	if scps != iam.Allowed {
		out.decision = scps
		return
	}
	for _, m := range e.matched {
		switch {
		case out.decision == iam.ExplicitDeny && m.deny,
			out.decision == iam.Allowed && !m.deny && m.layer != iam.LayerBoundary:
			out.matched = append(out.matched, m)
		}
	}
	if out.decision == iam.ImplicitDeny {
		out.missing = s.missing()
	}
}

// missing lists every key and variable of every policy that the context
// entries do not give, whether it would matter or not (recorded cases miss-*).
// Keys that the simulator fills in by itself are listed as well (caller-*).
func (s *simulation) missing() []string {
	var out []string
	for _, d := range s.sources {
		for _, key := range d.ContextKeys() {
			v := s.context.find(strings.ToLower(key))
			if (v == nil || v.implied) && !slices.Contains(out, key) {
				out = append(out, key)
			}
		}
	}
	slices.Sort(out)
	return out
}

func (m matchedStatement) simulatorRef() MatchedStatement {
	src := m.source()
	return MatchedStatement{
		SourcePolicyID: m.policy.source, SourcePolicyType: m.policy.kind,
		StartPosition: SimulationPosition(src.After), EndPosition: SimulationPosition(src.End),
	}
}
