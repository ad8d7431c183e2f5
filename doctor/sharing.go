package doctor

import (
	"strings"
	"sync"

	"remotion-doctor/checks"
)

// A sharing is what is the same for several sections of a run. What goes out of it
// is not to be changed.
type sharing struct {
	judging      bool     // judgements are shared
	judgements   sync.Map // sharedKey -> *shared
	requirements sync.Map // requirementKey -> *checks.Requirement
	parts        sync.Map // partKey -> *checks.Requirement
}

// A requirementKey is a requirement as a deployment has it.
type requirementKey struct{ name, partition, regions string }

// A partKey is a requirement as some operations need it.
type partKey struct {
	of         *checks.Requirement
	operations string
}

// once returns what m holds for a key, and makes it where there is nothing yet.
func once[K comparable, V any](m *sync.Map, key K, build func() (V, error)) (V, error) {
	if v, ok := m.Load(key); ok {
		return v.(V), nil
	}
	v, err := build()
	if err == nil {
		m.Store(key, v)
	}
	return v, err
}

// required is a requirement in a partition, narrowed to the deployment in some
// Regions.
func (j *job) required(name, partition string, regions []string) (*checks.Requirement, error) {
	return once(&j.shared.requirements, requirementKey{name, partition, strings.Join(regions, ",")}, func() (*checks.Requirement, error) {
		req, err := j.require(name, partition)
		if err != nil {
			return nil, err
		}
		return j.narrow(req, regions)
	})
}

// part is what some operations need of a requirement.
func (j *job) part(req *checks.Requirement, names []string) (*checks.Requirement, error) {
	return once(&j.shared.parts, partKey{req, strings.Join(names, ",")}, func() (*checks.Requirement, error) { return req.For(names) })
}

func (s *sharing) of(key sharedKey) *shared {
	if e, ok := s.judgements.Load(key); ok {
		return e.(*shared)
	}
	e, _ := s.judgements.LoadOrStore(key, &shared{})
	return e.(*shared)
}
