package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/eval"
	"remotion-doctor/explain"
	"remotion-doctor/policy"
)

// simulating is a source that asks AWS's policy simulator.
type simulating interface {
	audit.Evaluator
	simulates()
}

func (awsSource) simulates() {}

// policiesFor returns the policies that decide a request, and the layers whose
// policies the source cannot read.
func policiesFor(ctx context.Context, s source, p audit.Principal, resource string) (eval.Policies, map[audit.Layer]string, error) {
	policies, err := s.policies(ctx, p)
	unknown := map[audit.Layer]string{}
	if b, ok := s.(interface{ bucketPolicy(arn string) *eval.Policy }); ok && policies.Resource == nil {
		policies.Resource = b.bucketPolicy(resource)
	}
	if u, ok := s.(interface{ unread() map[audit.Layer]string }); ok {
		unknown = u.unread()
	}
	if err != nil {
		why := "could not be read: " + asFailure(err).msg
		unknown[audit.LayerIdentity], unknown[audit.LayerBoundary] = why, why
	}
	return policies, unknown, err
}

// unread are the layers that a member account cannot read of AWS.
func (awsSource) unread() map[audit.Layer]string {
	return map[audit.Layer]string{
		audit.LayerRCP:      "a member account cannot read them, and the simulator does not evaluate them",
		audit.LayerSCP:      "a member account cannot read them; the simulator evaluates them",
		audit.LayerResource: "the policies of buckets, keys, functions and layers are not read",
	}
}

// unread are the layers that the snapshot does not hold.
func (s localSource) unread() map[audit.Layer]string {
	out := map[audit.Layer]string{audit.LayerResource: "the snapshot holds no policy of this resource"}
	if s.snapshot.Organization == nil {
		out[audit.LayerSCP] = "the snapshot holds no organization policies"
		out[audit.LayerRCP] = out[audit.LayerSCP]
	}
	return out
}

// unread are the layers that the files do not tell.
func (s *fileSource) unread() map[audit.Layer]string {
	const why = "the files do not tell"
	out := map[audit.Layer]string{audit.LayerRCP: why, audit.LayerSCP: why, audit.LayerResource: why}
	if s.deployment == nil && s.principal == "" {
		out = s.localSource.unread()
	}
	if s.overlay.scps != nil {
		delete(out, audit.LayerSCP)
	}
	if s.overlay.rcps != nil {
		delete(out, audit.LayerRCP)
	}
	return out
}

// bucketPolicy returns the policy of the bucket that an S3 ARN is of.
func (s localSource) bucketPolicy(arn string) *eval.Policy {
	a, ok := policy.ParseARN(arn)
	if !ok || a.Service != "s3" {
		return nil
	}
	bucket, _, _ := strings.Cut(a.Resource, "/")
	document, ok := s.snapshot.BucketPolicies[bucket]
	if !ok {
		return nil
	}
	doc, err := policy.Parse(document.Text)
	if err != nil {
		return nil
	}
	return &eval.Policy{Name: bucket, Document: doc, Origin: document.Origin}
}

// combine brings the simulator's answer into a trace. The simulator sees the
// organization's service control policies; it does not see that an action
// works on another kind of resource.
func combine(t *audit.Trace, v *audit.Verdict, read bool) {
	computed := t.Decision
	if !read {
		identity := fromVerdict(v)
		i := slices.IndexFunc(t.Layers, func(l audit.TraceLayer) bool { return l.Layer == audit.LayerIdentity })
		if i >= 0 {
			t.Layers[i].Statements = identity
			t.Layers[i].Decision = v.Decision
		}
		t.Reason = "the policy simulator says so"
		if len(v.BlockedBy) > 0 {
			t.Reason = "a " + v.BlockedBy[0].Title() + " stops it"
		} else if len(identity) > 0 {
			t.Reason = explain.Title(&identity[0].StatementRef) + " decides it"
		}
		t.Decision, t.MissingContext = v.Decision, slices.Clone(v.MissingContext)
		if t.MissingContext == nil {
			t.MissingContext = []string{}
		}
	}
	simulated(t, v)
	if !read || v.Decision == "" || v.Decision == computed {
		return
	}
	switch {
	case computed == audit.ExplicitDeny, v.Decision == audit.Allowed:
		t.Notes = append(t.Notes, fmt.Sprintf("the policy simulator says %s; ARCHITECTURE.md lists where it differs from authorization", v.Decision))
	default:
		t.Decision = v.Decision
		if len(v.BlockedBy) > 0 {
			t.Reason = "a " + v.BlockedBy[0].Title() + " stops it, says the policy simulator"
		} else {
			t.Reason = "the policy simulator says so; the policies that were read would come to " + string(computed)
		}
	}
}

func fromVerdict(v *audit.Verdict) []audit.TraceStatement {
	out := []audit.TraceStatement{}
	for _, ref := range v.Matched {
		out = append(out, audit.TraceStatement{StatementRef: ref, Marks: []audit.Mark{}})
	}
	return out
}

// simulated sets what the simulator says of the layers that were not read.
func simulated(t *audit.Trace, v *audit.Verdict) {
	for i := range t.Layers {
		l := &t.Layers[i]
		blocked := slices.Contains(v.BlockedBy, l.Layer)
		switch {
		case l.State != audit.LayerUnknown || l.Layer != audit.LayerSCP && !blocked:
		case blocked:
			l.State, l.Decision = audit.LayerEvaluated, v.Decision
			l.Reason = "the policy simulator says so; which statement, only the organization's administrator can read"
		case v.Decision == audit.Allowed:
			l.State, l.Decision = audit.LayerEvaluated, audit.Allowed
			l.Reason = "the policy simulator says so, or there is no organization"
		}
	}
}
