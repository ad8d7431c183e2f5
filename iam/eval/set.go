package eval

import (
	"remotion-doctor/iam"
)

// A set is the policies of one layer, compiled: within a set any allow allows
// and any deny denies.
type set struct {
	layer    iam.Layer
	policies []Policy
	programs []*program // of the policies
}

func compileSet(layer iam.Layer, policies []Policy) *set {
	s := &set{layer: layer, policies: policies, programs: make([]*program, len(policies))}
	for i := range policies {
		s.programs[i] = policies[i].program
		if s.programs[i] == nil {
			s.programs[i] = compileProgram(policies[i].Document)
		}
	}
	return s
}

// decide returns the set's own decision. With evidence, every statement that
// determined it is added.
func (s *set) decide(r *request, e *evidence) iam.Decision {
	d, _ := s.decideFor(r, e, nil)
	return d
}

// decideFor is decide over the statements that name a caller, of all where it
// is nil, and says how the allowing ones name it.
func (s *set) decideFor(r *request, e *evidence, who *caller) (iam.Decision, grant) {
	if r.mismatch {
		return iam.ImplicitDeny, noGrant
	}
	d := visitor{set: s, request: r, evidence: e, who: who, decision: iam.ImplicitDeny}
	for n, p := range s.programs {
		named := p.named(r)
		if d.visit(n, named, true) {
			break
		}
		if p.complete && len(named) > 0 {
			continue
		}
		if d.visit(n, p.ofService(r), false) || d.visit(n, p.other, false) {
			break
		}
	}
	return d.decision, d.grant
}

// A visitor is one decision of a set in progress.
type visitor struct {
	set      *set
	request  *request
	evidence *evidence
	who      *caller
	decision iam.Decision
	grant    grant
}

// visit takes statements into account, and reports whether the decision cannot
// change any more. named says that they are known to match the action.
func (d *visitor) visit(n int, list []int32, named bool) bool {
	p := d.set.programs[n]
	for _, i := range list {
		st := &p.statements[i]
		// An allow behind an allow changes nothing that is not recorded. With
		// evidence every statement is visited, so that the list is complete.
		if d.evidence == nil && d.decision == iam.Allowed && !st.deny && (d.who == nil || d.grant == namesDirectly) {
			continue
		}
		g := noGrant
		if d.who != nil {
			open := d.request.suppose.session && d.request.applies(st)
			if g = d.who.applies(st.source().Principals, st.deny, open); g == noGrant {
				continue
			}
		}
		if !named && !st.matchesAction(d.request) || !st.matchesRest(d.request) {
			continue
		}
		switch {
		case st.deny:
			d.decision = iam.ExplicitDeny
		case d.decision == iam.ImplicitDeny:
			d.decision = iam.Allowed
		}
		if d.evidence == nil && st.deny {
			return true
		}
		if !st.deny {
			d.grant = max(d.grant, g)
		}
		d.evidence.add(d.set.layer, &d.set.policies[n], st)
	}
	return false
}
