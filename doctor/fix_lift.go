package doctor

import (
	"context"
	"slices"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
	"remotion-doctor/remedy"
)

// lift sets what would lift the obstacles, and evaluates that.
func (j *job) lift(ctx context.Context, x *Remedy) error {
	policies, err := j.source.Policies(ctx, x.Principal)
	if err != nil {
		policies = eval.Policies{}
	}
	for i := range x.Obstacles {
		o := &x.Obstacles[i]
		blocked, probes := blockedBy(x.Findings, o)
		doc := denying(&policies, o)
		remedy.Lift(o, x.Principal.ARN, blocked, doc)
		if o.Change == nil || o.Change.Kind == "except" && doc == nil {
			continue
		}
		o.Change.Verified = lifted(ctx, x.Principal, policies, o, probes)
	}
	return nil
}

// blockedBy returns the findings that an obstacle stops, and what was asked for
// them.
func blockedBy(findings []audit.Finding, o *audit.Obstacle) (blocked []audit.Finding, probes []iam.Probe) {
	for i := range findings {
		f := &findings[i]
		if f.Status != audit.Blocked || !slices.Contains(o.Actions, f.Action) {
			continue
		}
		blocked = append(blocked, *f)
		for _, e := range f.Evidence {
			if !e.Documented || len(f.Evidence) == 1 {
				probes = append(probes, iam.Probe{Action: f.Action, Resource: e.Resource, Context: e.Context, OwnerAllows: true})
			}
		}
	}
	return blocked, probes
}

// denying returns the document of the denying statement, or nil.
func denying(p *eval.Policies, o *audit.Obstacle) *policy.Document {
	if len(o.Statements) == 0 {
		return nil
	}
	var found *policy.Document
	eachPolicy(p, o.Layer, func(q *eval.Policy) {
		if denies(q, o) {
			found = q.Document
		}
	})
	return found
}

// denies reports whether a policy is the one of the denying statement. An inline
// and a managed policy may share their name.
func denies(q *eval.Policy, o *audit.Obstacle) bool {
	s := &o.Statements[0]
	if s.PolicyID != "" && q.ID != "" {
		return s.PolicyID == q.ID
	}
	return q.Name == s.Policy
}

func samePolicy(a, b *iam.StatementRef) bool {
	if a.PolicyID != "" && b.PolicyID != "" {
		return a.PolicyID == b.PolicyID
	}
	return a.Policy == b.Policy
}

// eachPolicy visits the policies of a layer, which may be changed.
func eachPolicy(p *eval.Policies, layer iam.Layer, visit func(*eval.Policy)) {
	all := func(list []eval.Policy) {
		for i := range list {
			visit(&list[i])
		}
	}
	switch layer {
	case iam.LayerBoundary:
		if p.Boundary != nil {
			visit(p.Boundary)
		}
	case iam.LayerSession:
		if p.Session != nil {
			visit(p.Session)
		}
	case iam.LayerResource:
		if p.Resource != nil {
			visit(p.Resource)
		}
	case iam.LayerSCP:
		for _, level := range p.SCPs {
			all(level)
		}
	case iam.LayerRCP:
		for _, level := range p.RCPs {
			all(level)
		}
	default:
		all(p.Identity)
	}
}

// lifted evaluates what was stopped with an obstacle's change made, and reports
// whether its layer and statement stop none of it any more.
func lifted(ctx context.Context, p iam.Principal, policies eval.Policies, o *audit.Obstacle, probes []iam.Probe) bool {
	changed := clonePolicies(&policies)
	made := false
	eachPolicy(&changed, o.Layer, func(q *eval.Policy) {
		if len(o.Statements) == 0 || denies(q, o) {
			*q, made = eval.Policy{ID: q.ID, Name: q.Name, ARN: q.ARN, Document: remedy.Apply(o.Change, q.Document)}, true
		}
	})
	verdicts, err := eval.NewEvaluator(p.ARN, changed).Evaluate(ctx, probes)
	if err != nil || !made {
		return false
	}
	for _, v := range verdicts {
		for _, m := range v.Matched {
			if m.Effect == policy.Deny && len(o.Statements) > 0 && m.Layer == o.Layer && samePolicy(&m, &o.Statements[0]) && m.Sid == o.Statements[0].Sid {
				return false
			}
		}
		if len(o.Statements) == 0 && slices.Contains(v.BlockedBy, o.Layer) {
			return false
		}
	}
	return len(probes) > 0
}

func clonePolicies(p *eval.Policies) eval.Policies {
	out := *p
	out.Identity = slices.Clone(p.Identity)
	one := func(q *eval.Policy) *eval.Policy {
		if q == nil {
			return nil
		}
		c := *q
		return &c
	}
	out.Boundary, out.Session, out.Resource = one(p.Boundary), one(p.Session), one(p.Resource)
	levels := func(in [][]eval.Policy) (out [][]eval.Policy) {
		for _, level := range in {
			out = append(out, slices.Clone(level))
		}
		return out
	}
	out.SCPs, out.RCPs = levels(p.SCPs), levels(p.RCPs)
	return out
}
