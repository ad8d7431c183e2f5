package doctor

import (
	"context"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
)

// narrow makes the requirement that of the deployment and of the operations
// that were asked for. A policy of the user's own stays as it is.
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
	return checks.Diagnose(&checks.Situation{
		Requirement: r, Principal: s.Principal, Regions: s.Regions, Findings: s.Findings,
		Policies: j.read(ctx, s),
	})
}

// read returns the identity policies of a principal that does not pass, where
// they can be read.
func (j *job) read(ctx context.Context, s *audit.Section) []checks.NamedDocument {
	n := audit.Summarize(s.Findings)
	if n.Met() == n.Total() {
		return nil
	}
	p, err := j.source.Policies(ctx, s.Principal)
	if err != nil {
		return nil
	}
	var out []checks.NamedDocument
	for i := range p.Identity {
		out = append(out, checks.NamedDocument{Name: p.Identity[i].Name, Document: p.Identity[i].Document})
	}
	return out
}
