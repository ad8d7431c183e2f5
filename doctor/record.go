package doctor

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
)

// records are the policies that decided about a section's principal, with the
// statements that its findings refer to: the evidence that is left when the
// policies have changed. Where the policies cannot be read there are none.
func (j *job) records(ctx context.Context, s *audit.Section) []audit.PolicyRecord {
	policies, err := j.source.Policies(ctx, s.Principal)
	if err != nil {
		return nil
	}
	var out []audit.PolicyRecord
	add := func(layer iam.Layer, p *eval.Policy) {
		if p == nil || p.Document == nil {
			return
		}
		r := policyRecord(layer, p, s.Findings)
		if !slices.ContainsFunc(out, func(o audit.PolicyRecord) bool {
			return o.Layer == r.Layer && o.PolicyID == r.PolicyID && o.Name == r.Name && o.Digest == r.Digest
		}) {
			out = append(out, r)
		}
	}
	for i := range policies.Identity {
		add(iam.LayerIdentity, &policies.Identity[i])
	}
	add(iam.LayerBoundary, policies.Boundary)
	add(iam.LayerSession, policies.Session)
	add(iam.LayerResource, policies.Resource)
	for _, level := range policies.SCPs {
		for i := range level {
			add(iam.LayerSCP, &level[i])
		}
	}
	for _, level := range policies.RCPs {
		for i := range level {
			add(iam.LayerRCP, &level[i])
		}
	}
	return out
}

// policyRecord is one policy with the statements that findings refer to.
func policyRecord(layer iam.Layer, p *eval.Policy, findings []audit.Finding) audit.PolicyRecord {
	out := audit.PolicyRecord{Name: p.Name, PolicyID: p.ID, Layer: layer, Digest: documentDigest(p.Document), Statements: []audit.Quote{}}
	wanted := map[int]bool{}
	look := func(refs []iam.StatementRef) {
		for i := range refs {
			if r := &refs[i]; r.Policy == p.Name && r.PolicyID == p.ID && (r.Layer == layer || r.Layer == "") {
				wanted[r.Index] = true
				out.File = r.File
			}
		}
	}
	for i := range findings {
		look(findings[i].Statements)
		for j := range findings[i].Evidence {
			look(findings[i].Evidence[j].Verdict.Matched)
		}
	}
	lines := policy.NewLines(p.Document.Source)
	for i := range p.Document.Statements {
		s := &p.Document.Statements[i]
		if text := p.Document.Text(s); wanted[i] && text != "" {
			out.Statements = append(out.Statements, audit.Quote{Sid: s.Sid, Index: i, Start: lines.At(s.Span.Start), Text: text})
		}
	}
	return out
}

// documentDigest is the SHA-256 of a policy as minified JSON.
func documentDigest(d *policy.Document) string {
	text, err := d.MarshalJSON()
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}
