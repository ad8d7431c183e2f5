package doctor

import (
	"context"
	"slices"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
)

// narrow makes the requirement that of the deployment and of the operations
// that were asked for. A policy of the user's own stays unchanged.
func (j *job) narrow(r *checks.Requirement, regions []string) (*checks.Requirement, error) {
	if len(r.Operations) == 0 {
		return r, nil
	}
	r, err := r.With(j.Deployment, regions)
	if err != nil {
		return nil, err
	}
	return r.For(j.Operations)
}

// diagnose looks at a section as a whole. What cannot be read for it only makes
// it say less.
func (j *job) diagnose(ctx context.Context, r *checks.Requirement, s *audit.Section) []audit.Diagnosis {
	documents, statement := j.read(ctx, s)
	return checks.Diagnose(&checks.Situation{
		Requirement: r, Principal: s.Principal, Regions: s.Regions, Findings: s.Findings,
		Policies: documents, Statement: statement,
	})
}

// read returns the identity policies of a principal that does not pass, where
// they can be read, and how to find a statement of any of its policies.
func (j *job) read(ctx context.Context, s *audit.Section) ([]checks.NamedDocument, func(iam.StatementRef) *policy.Statement) {
	n := audit.Summarize(s.Findings)
	if n.Met() == n.Total() {
		return nil, nil
	}
	p, err := j.source.Policies(ctx, s.Principal)
	if err != nil {
		return nil, nil
	}
	var out []checks.NamedDocument
	for i := range p.Identity {
		out = append(out, checks.NamedDocument{Name: p.Identity[i].Name, Document: p.Identity[i].Document})
	}
	return out, func(ref iam.StatementRef) *policy.Statement { return statementOf(&p, ref) }
}

// statementOf finds the statement that a verdict refers to.
func statementOf(p *eval.Policies, ref iam.StatementRef) *policy.Statement {
	for _, level := range append(slices.Concat(p.SCPs, p.RCPs), p.Identity) {
		for i := range level {
			q := &level[i]
			if q.ID == ref.PolicyID && q.Name == ref.Policy && ref.Index >= 0 && ref.Index < len(q.Document.Statements) {
				return &q.Document.Statements[ref.Index]
			}
		}
	}
	return nil
}
