package doctor

import (
	"context"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
)

// refine sharpens the simulator's verdicts by what the principal's policies
// say: it names the statements, for which the simulator gives the position only,
// and drops the keys that do not matter, since the simulator lists every key of
// every policy as missing (recorded cases miss-key-other-action).
func (j *job) refine(ctx context.Context, local *eval.Evaluator, policies *eval.Policies, probes []iam.Probe, verdicts []iam.Verdict) error {
	if j.source.Engine() != audit.EngineAWS {
		return nil
	}
	nameStatements(verdicts, policies)
	own, err := local.Evaluate(ctx, probes)
	if err != nil {
		return err
	}
	for i := range verdicts {
		if len(verdicts[i].MissingContext) > 0 {
			verdicts[i].MissingContext, verdicts[i].Deciders = own[i].MissingContext, own[i].Deciders
		}
	}
	return nil
}

// nameStatements fills in which statements the simulator means. An inline
// policy goes by its identity, a managed one by its name among those with an
// ARN; where both are possible the position decides, and where that does not
// either the statement keeps its position alone.
func nameStatements(verdicts []iam.Verdict, p *eval.Policies) {
	for i := range verdicts {
		for k := range verdicts[i].Matched {
			nameStatement(&verdicts[i].Matched[k], p)
		}
	}
}

func nameStatement(ref *iam.StatementRef, p *eval.Policies) {
	if ref.Index >= 0 {
		return
	}
	for _, q := range candidates(ref, p) {
		for i := range q.Document.Statements {
			// The simulator's start is that of the token before; its end is the
			// statement's own.
			if s := &q.Document.Statements[i]; s.End == ref.End {
				ref.PolicyID, ref.Policy, ref.Sid, ref.Index, ref.Start = q.ID, q.Name, s.Sid, i, s.Start
				return
			}
		}
	}
}

// candidates are the policies that a reference may mean.
func candidates(ref *iam.StatementRef, p *eval.Policies) []*eval.Policy {
	var out []*eval.Policy
	add := func(q *eval.Policy) {
		if q == nil || q.Document == nil {
			return
		}
		if ref.PolicyID != "" && q.ID == ref.PolicyID || ref.PolicyID == "" && q.Name == ref.Policy {
			out = append(out, q)
		}
	}
	if ref.Layer == iam.LayerBoundary {
		add(p.Boundary)
		return out
	}
	for i := range p.Identity {
		add(&p.Identity[i])
	}
	return out
}
