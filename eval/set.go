package eval

import (
	"remotion-doctor/audit"
)

// A set is the policies of one layer, compiled: within a set any allow allows
// and any deny denies.
type set struct {
	layer    audit.Layer
	policies []Policy
	programs []*program // of the policies
}

func compileSet(layer audit.Layer, policies []Policy) *set {
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
func (s *set) decide(r *request, e *evidence) audit.Decision { return s.decideFor(r, e, nil) }

// decideFor is decide over the statements that concern the principal: all of
// them, where concerns is nil.
func (s *set) decideFor(r *request, e *evidence, concerns func(*statement) bool) audit.Decision {
	if r.mismatch {
		return audit.ImplicitDeny
	}
	decision := audit.ImplicitDeny
	for n, p := range s.programs {
		list, matched := p.candidates(r)
		for _, i := range list {
			st := &p.statements[i]
			// An allow behind an allow changes nothing that is not recorded.
			// With evidence every statement is visited, so that the list is
			// complete.
			if e == nil && decision == audit.Allowed && !st.deny {
				continue
			}
			if concerns != nil && !concerns(st) || !matched && !st.matchesAction(r) || !st.matchesRest(r) {
				continue
			}
			switch {
			case !st.deny:
				if decision == audit.ImplicitDeny {
					decision = audit.Allowed
				}
			case e == nil:
				return audit.ExplicitDeny
			default:
				decision = audit.ExplicitDeny
			}
			e.add(s.layer, &s.policies[n], st)
		}
	}
	return decision
}

// concerns reports whether a statement of the set is about the resource.
func (s *set) concerns(r *request) bool {
	if s == nil {
		return false
	}
	for _, p := range s.programs {
		for i := range p.statements {
			if p.statements[i].matchesResource(r) {
				return true
			}
		}
	}
	return false
}
