package checks

import (
	"context"
	"slices"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// An Analyst knows the policies of a principal and decides about all names of
// a pattern at once. The errors are [policy.ErrTooComplex] and those of the
// context.
type Analyst interface {
	// Witnesses returns a name for each outcome that some of the names have.
	Witnesses(ctx context.Context, f *policy.Finder, p iam.Probe, names policy.Names, hints []string) ([]string, error)
	// Covers reports whether every name is allowed, and returns one that is
	// not.
	Covers(ctx context.Context, f *policy.Finder, p iam.Probe, names policy.Names, hints []string) (bool, string, error)
	// Denied returns names that are explicitly denied, one for each layer.
	Denied(ctx context.Context, f *policy.Finder, p iam.Probe, names policy.Names, hints []string) ([]string, error)
}

// A proof is what an Analyst says of a grant. The zero proof proves nothing.
type proof struct {
	done bool // all needs were analyzed
	err  error
	// documented says that the whole documented pattern is granted, gap a name
	// of it that is not.
	documented bool
	gap        string
}

// Analyze adds probes so that what the product uses of each grant is not only
// sampled but decided: every outcome that any of its names has is that of a
// probe. Probes that are in the plan already keep their place. All grants share
// one budget; those that it does not suffice for become [audit.Unknown]. Judge
// takes the result with the verdicts on all probes.
func (plan *Plan) Analyze(ctx context.Context, a Analyst) Proven {
	f := policy.NewFinder(policy.DefaultWork)
	out := Proven{plan: plan, about: make([]proof, len(plan.grants))}
	for i := range plan.grants {
		out.about[i] = plan.grants[i].analyze(ctx, f, plan, a)
	}
	return out
}

func (g *planned) analyze(ctx context.Context, f *policy.Finder, plan *Plan, a Analyst) proof {
	out := proof{done: true}
	for _, n := range g.needs {
		probe := iam.Probe{Action: g.Action, Context: n.context, OwnerAllows: plan.pack.Opens(g.Action, n.Names().String())}
		witnesses, err := a.Witnesses(ctx, f, probe, n.Names(), n.hints())
		out.note(err)
		for _, name := range witnesses {
			g.ask(plan, name, n.region, isNeeded, n.context)
		}
		if n.Reach == "" {
			continue
		}
		denied, err := a.Denied(ctx, f, probe, policy.TypedNames(n.Reach), n.hints())
		out.note(err)
		for _, name := range denied {
			g.ask(plan, name, n.region, isReached, n.context)
		}
	}
	documented := plan.probes[g.asked[0].probe]
	covered, gap, err := a.Covers(ctx, f, documented, policy.NamesOf(g.Resource), g.samples())
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
