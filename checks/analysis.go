package checks

import (
	"errors"

	"remotion-doctor/audit"
)

// An Analysis says how it is known what verdicts about single names mean for
// whole patterns. It is either [Proven] or [Sampled]: a plan cannot be judged
// without one.
type Analysis interface {
	// Coverage says it in a report.
	Coverage() audit.Coverage
	// proofs returns what is proven of each grant of the plan.
	proofs(plan *Plan) ([]proof, error)
}

// Proven is the analysis of a principal whose policies were read:
// [Plan.Analyze] chose the probes by them. The zero Proven belongs to no plan, which Judge refuses.
type Proven struct {
	plan  *Plan
	about []proof
}

// Coverage is "proven", or "sampled" where the policies were too complex for
// one of the grants.
func (p Proven) Coverage() audit.Coverage {
	if p.plan == nil {
		return ""
	}
	for i := range p.about {
		if !p.about[i].done {
			return audit.CoverageSampled
		}
	}
	return audit.CoverageProven
}

func (p Proven) proofs(plan *Plan) ([]proof, error) {
	if p.plan != plan {
		return nil, errors.New("the analysis is one of another plan")
	}
	return p.about, nil
}

// Sampled is the analysis of a principal whose policies were not read, or not
// all of them: the verdicts are about samples alone.
type Sampled struct {
	// Why says what kept the policies from being read.
	Why string
}

// Coverage is "sampled".
func (Sampled) Coverage() audit.Coverage { return audit.CoverageSampled }

func (s Sampled) proofs(plan *Plan) ([]proof, error) {
	return make([]proof, len(plan.grants)), nil
}
