package doctor

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
	"remotion-doctor/source"
)

// A judgement is what came of one requirement.
type judgement struct {
	findings      []audit.Finding
	disagreements []audit.Finding // between the engines
	coverage      audit.Coverage
	gaps          []iam.Gap
	// alone is the engine that answered where two were asked; empty otherwise.
	alone audit.Engine
	// policies and analyst are nil where the policies could not be read.
	policies *eval.Policies
	analyst  *eval.Evaluator
	// unread is what is missing of the policies; nil where they were read in
	// full.
	unread *iam.Gap
}

// judgeAlone asks about the requirement and judges the answers. The principal's
// policies are read along with the first questions; by them the others are
// chosen, so that what is granted of each pattern is decided and not only
// sampled.
func (j *job) judgeAlone(ctx context.Context, req *checks.Requirement, p iam.Principal, scope checks.Scope) (*judgement, error) {
	plan, err := req.Plan(p, scope)
	if err != nil {
		return nil, &source.Error{Kind: source.KindInput, Msg: err.Error(), Hint: "use Regions in the partition of the principal", Err: err}
	}
	out := &judgement{}
	g := errgroup.Group{}
	g.Go(func() error {
		policies, err := j.source.Policies(ctx, p)
		out.read(policies, p, j.source.Engine(), err)
		return nil // the questions alone show less, but they show something
	})
	first := len(plan.Probes())
	verdicts, err := j.source.Evaluate(ctx, p, plan.Probes())
	if waited := g.Wait(); err != nil || waited != nil {
		return nil, errors.Join(err, waited)
	}
	analysis, verdicts, err := j.askMore(ctx, plan, out, verdicts, p, first)
	if err != nil {
		return nil, err
	}
	if err := j.settle(ctx, out, p, plan.Probes(), verdicts); err != nil {
		return nil, err
	}
	out.coverage = analysis.Coverage()
	out.findings, err = plan.Judge(verdicts, analysis, checks.Doubts{Gaps: out.gaps, RequireProof: j.RequireProof})
	return out, err
}

// askMore asks what the policies say is worth asking, and compares the engines
// where both were asked for. Policies that were read in part choose questions as
// well, and prove nothing.
func (j *job) askMore(ctx context.Context, plan *checks.Plan, out *judgement, verdicts []iam.Verdict, p iam.Principal, first int) (checks.Analysis, []iam.Verdict, error) {
	if j.engine == audit.EngineBoth && out.unread != nil {
		out.answeredAlone(j.source.Engine())
	}
	if out.analyst == nil {
		return checks.Sampled{Why: out.unread.String()}, verdicts, nil
	}
	proven := plan.Analyze(ctx, out.analyst)
	more, err := j.source.Evaluate(ctx, p, plan.Probes()[first:])
	if err != nil {
		return nil, nil, err
	}
	verdicts = append(verdicts, more...)
	if out.unread != nil {
		if j.source.Engine() == audit.EngineAWS {
			nameStatements(verdicts, out.policies)
		}
		return checks.Sampled{Why: out.unread.String()}, verdicts, nil
	}
	if err := j.unshare(ctx, out, plan.Probes(), verdicts); err != nil {
		return nil, nil, err
	}
	if j.engine == audit.EngineBoth {
		local, err := out.analyst.Evaluate(ctx, plan.Probes())
		if err != nil {
			return nil, nil, err
		}
		out.disagreements = checks.Compare(plan.Probes(), verdicts, local)
	}
	return proven, verdicts, j.refine(ctx, out.analyst, out.policies, plan.Probes(), verdicts)
}

// read takes what the source says of the principal's policies. Policies that
// could not be read are a gap: for a passing reason the section is incomplete,
// else the simulator decides about samples.
func (out *judgement) read(policies eval.Policies, p iam.Principal, engine audit.Engine, err error) {
	if err != nil {
		g := gapOf("", "the principal's policies", iam.MayBoth, err)
		g.Layer = iam.LayerIdentity
		if asError(err).Kind == source.KindNotFound {
			g.Kind = iam.GapIncomplete // it was found a moment ago: another try finds out
		}
		policies.Gaps = []iam.Gap{g}
	} else {
		out.policies, out.analyst = &policies, eval.NewEvaluator(p.ARN, policies.As(p))
	}
	for _, g := range policies.Gaps {
		if p.Instead && g.Layer == iam.LayerIdentity && err == nil {
			continue // what is not known is taken away
		}
		if engine == audit.EngineAWS {
			g = bySimulator(g)
		}
		out.gaps = append(out.gaps, g)
		if out.unread == nil && (err != nil || engine == audit.EngineAWS && ownUnread(&g)) {
			out.unread = &g
		}
	}
}

// bySimulator is a gap where the policy simulator decides: it knows the
// principal's policies, its boundary and the organization's policies, so that
// what it says of a sample is so. What was not read of them may only deny other
// names. What no source could read is not a gap of this one.
func bySimulator(g iam.Gap) iam.Gap {
	if g.Kind == iam.GapAssumption {
		g.Kind = iam.GapLimit
	}
	switch g.Layer {
	case iam.LayerIdentity, iam.LayerBoundary, iam.LayerSCP:
		g.Affects = iam.MayDeny
		if g.Kind == iam.GapUnread {
			g.Kind = iam.GapSampled
		}
	}
	return g
}

// ownUnread reports whether a gap leaves out some of the policies that the
// analysis goes by.
func ownUnread(g *iam.Gap) bool {
	if g.Kind == iam.GapAssumption || g.Kind == iam.GapLimit {
		return false
	}
	return g.Layer == "" || g.Layer == iam.LayerIdentity || g.Layer == iam.LayerBoundary
}

// answeredAlone notes that of two engines only one had something to answer
// from: nothing is confirmed by the other then.
func (out *judgement) answeredAlone(engine audit.Engine) {
	out.alone = engine
	g := iam.Gap{
		What: "the answer of the offline evaluator", Why: "it had no complete policies to answer from: " + out.unread.String(),
		Affects: iam.MayDeny, Hint: "allow the credentials that run the check to read the policies, or ask one engine", Kind: iam.GapUnread,
	}
	if out.unread.Kind == iam.GapIncomplete {
		g.Kind = iam.GapIncomplete
	}
	out.gaps = append(out.gaps, g)
}

// unlisted returns why grants of the principal may be missing from what was
// read; nil where none are.
func (out *judgement) unlisted() *iam.Gap {
	i := slices.IndexFunc(out.gaps, func(g iam.Gap) bool { return ownUnread(&g) && g.Layer != iam.LayerBoundary })
	if i < 0 {
		return nil
	}
	return &out.gaps[i]
}
