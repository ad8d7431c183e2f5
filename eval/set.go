package eval

import (
	"slices"
	"strings"

	"remotion-doctor/audit"
)

// A set is the policies of one layer, compiled: within a set any allow allows
// and any deny denies.
type set struct {
	layer      audit.Layer
	policies   []Policy
	statements []statement
	// buckets are the statements that can match a service's actions, sorted
	// by service; other is for every service that has no bucket.
	buckets []bucket
	other   []int32
}

type bucket struct {
	service    string
	statements []int32
}

func compileSet(layer audit.Layer, policies []Policy) *set {
	s := &set{layer: layer, policies: policies}
	n := 0
	for i := range policies {
		n += len(policies[i].Document.Statements)
	}
	s.statements = make([]statement, 0, n)
	for i := range policies {
		for j := range policies[i].Document.Statements {
			s.statements = append(s.statements, compileStatement(&policies[i], j))
		}
	}
	s.fillBuckets()
	return s
}

func (s *set) fillBuckets() {
	services := map[string][]int32{}
	for i := range s.statements {
		names, ok := s.statements[i].services()
		for _, name := range names {
			services[name] = append(services[name], int32(i))
		}
		if !ok {
			s.other = append(s.other, int32(i))
		}
	}
	for name, list := range services {
		list = append(list, s.other...)
		slices.Sort(list)
		s.buckets = append(s.buckets, bucket{name, list})
	}
	slices.SortFunc(s.buckets, func(a, b bucket) int { return strings.Compare(a.service, b.service) })
}

// candidates returns the statements that can match an action of a service.
func (s *set) candidates(service string) []int32 {
	lo, hi := 0, len(s.buckets)
	for lo < hi {
		mid := (lo + hi) / 2
		if s.buckets[mid].service < service {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(s.buckets) && s.buckets[lo].service == service {
		return s.buckets[lo].statements
	}
	return s.other
}

// decide returns the set's own decision. With evidence, every statement that
// determined it is added.
func (s *set) decide(r *request, e *evidence) audit.Decision {
	if r.mismatch {
		return audit.ImplicitDeny
	}
	decision := audit.ImplicitDeny
	// With evidence every statement is visited, so that the list is complete.
	for _, i := range s.candidates(r.service) {
		st := &s.statements[i]
		// An allow behind an allow changes nothing that is not recorded.
		if e == nil && decision == audit.Allowed && !st.deny {
			continue
		}
		if !st.matches(r) {
			continue
		}
		if st.deny {
			if e == nil {
				return audit.ExplicitDeny
			}
			decision = audit.ExplicitDeny
		} else if decision == audit.ImplicitDeny {
			decision = audit.Allowed
		}
		e.add(s.layer, st)
	}
	return decision
}
