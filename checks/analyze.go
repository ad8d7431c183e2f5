package checks

import (
	"slices"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// An Analyst knows the policies of a principal and decides about all names of
// a pattern at once. The errors are [policy.ErrTooComplex].
type Analyst interface {
	// Examples returns one name of each class of names that the policies treat
	// alike.
	Examples(p iam.Probe, names policy.Names, hints []string) ([]string, error)
	// Covers reports whether every name is allowed, and returns one that is
	// not.
	Covers(p iam.Probe, names policy.Names, hints []string) (bool, string, error)
	// Denied returns examples of the names that are explicitly denied.
	Denied(p iam.Probe, names policy.Names, hints []string) ([]string, error)
}

// A proof is what an Analyst says of a grant. The zero proof is none.
type proof struct {
	done bool // all needs were analyzed
	err  error
	// documented says that the whole documented pattern is granted, gap a name
	// of it that is not.
	documented bool
	gap        string
}

// Analyze adds probes so that what the product uses of each grant is not only
// sampled but decided: every class of names that the principal's policies treat
// alike has one. Probes that are in the plan already keep their place. Judge
// takes the result with the verdicts on all probes.
func (plan *Plan) Analyze(a Analyst) Proven {
	out := Proven{plan: plan, about: make([]proof, len(plan.grants))}
	for i := range plan.grants {
		out.about[i] = plan.grants[i].analyze(plan, a)
	}
	return out
}

func (g *planned) analyze(plan *Plan, a Analyst) proof {
	out := proof{done: true}
	for _, n := range g.needs {
		probe := iam.Probe{Action: g.Action, Context: n.context, OwnerAllows: plan.pack.Opens(g.Action, n.Names().String())}
		examples, err := a.Examples(probe, n.Names(), n.hints())
		out.note(err)
		for _, name := range examples {
			g.ask(plan, name, n.region, isNeeded, n.context)
		}
		if n.Reach == "" {
			continue
		}
		denied, err := a.Denied(probe, policy.TypedNames(n.Reach), n.hints())
		out.note(err)
		for _, name := range denied {
			g.ask(plan, name, n.region, isReached, n.context)
		}
	}
	documented := plan.probes[g.asked[0].probe]
	covered, gap, err := a.Covers(documented, policy.NamesOf(g.Resource), g.samples())
	out.documented, out.gap = covered && err == nil, gap
	return out
}

func (p *proof) note(err error) {
	if err != nil {
		p.done, p.err = false, err
	}
}

func (e *Extent) hints() []string { return slices.Concat(e.Samples, e.Others) }

func (g *planned) samples() []string {
	var out []string
	for _, n := range g.needs {
		out = append(out, n.Samples...)
	}
	return out
}
