package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/explain"
	"remotion-doctor/iam/policy"
)

// simulating is a source that asks AWS's policy simulator.
type simulating interface {
	iam.Evaluator
	simulates()
}

func (awsSource) simulates() {}

// policiesFor returns the policies that decide a request, and the layers whose
// policies the source cannot read.
func policiesFor(ctx context.Context, s sourcer, p iam.Principal, probe iam.Probe) (eval.Policies, map[iam.Layer]string, error) {
	policies, err := s.policies(ctx, p)
	unknown := map[iam.Layer]string{}
	if u, ok := s.(interface{ unread() map[iam.Layer]string }); ok {
		unknown = u.unread()
	}
	if policies.Resource == nil {
		policies.Resource = ownPolicy(ctx, s, probe, unknown)
	}
	if err != nil {
		why := "could not be read: " + asFailure(err).msg
		unknown[iam.LayerIdentity], unknown[iam.LayerBoundary] = why, why
	}
	return policies, unknown, err
}

// unread are the layers that a member account cannot read of AWS.
func (awsSource) unread() map[iam.Layer]string {
	return map[iam.Layer]string{
		iam.LayerRCP:      "a member account cannot read them, and the simulator does not evaluate them",
		iam.LayerSCP:      "a member account cannot read them; the simulator evaluates them",
		iam.LayerResource: "the policies of keys, functions and layers are not read",
	}
}

// unread are the layers that the snapshot does not hold.
func (s localSource) unread() map[iam.Layer]string {
	out := map[iam.Layer]string{iam.LayerResource: "the snapshot holds no policy of this resource"}
	if s.snapshot.Organization == nil {
		out[iam.LayerSCP] = "the snapshot holds no organization policies"
		out[iam.LayerRCP] = out[iam.LayerSCP]
	}
	return out
}

// unread are the layers that the files do not tell.
func (s *fileSource) unread() map[iam.Layer]string {
	const why = "the files do not tell"
	out := map[iam.Layer]string{iam.LayerRCP: why, iam.LayerSCP: why, iam.LayerResource: why}
	if s.deployment == nil && s.principal == "" {
		out = s.localSource.unread()
	}
	if s.overlay.scps != nil {
		delete(out, iam.LayerSCP)
	}
	if s.overlay.rcps != nil {
		delete(out, iam.LayerRCP)
	}
	return out
}

// ownPolicy returns the policy of the bucket that a request is about; of other
// resources none is read.
func ownPolicy(ctx context.Context, s sourcer, probe iam.Probe, unknown map[iam.Layer]string) *eval.Policy {
	a, ok := policy.ParseARN(probe.Resource)
	where, reads := s.(surroundings)
	// An access point has an account in its ARN.
	if !ok || !reads || a.Service != "s3" || a.AccountID != "" {
		return nil
	}
	region := s.Region()
	for _, e := range probe.Context {
		if strings.EqualFold(e.Key, "aws:RequestedRegion") && len(e.Values) == 1 {
			region = e.Values[0]
		}
	}
	bucket, _, _ := strings.Cut(a.Resource, "/")
	doc, problem := bucketPolicy(ctx, where, account.Bucket{Name: bucket}, region)
	switch {
	case problem != "":
		unknown[iam.LayerResource] = problem
	case doc == nil:
		delete(unknown, iam.LayerResource)
	default:
		out := &eval.Policy{Name: bucket, Document: doc}
		if files, ok := s.(interface {
			bucketOrigin(name string) *account.Origin
		}); ok {
			out.Origin = files.bucketOrigin(bucket)
		}
		return out
	}
	return nil
}

// bucketOrigin is where a bucket's policy stands in a file.
func (s localSource) bucketOrigin(name string) *account.Origin {
	return s.snapshot.BucketPolicies[name].Origin
}

// combine brings the simulator's answer into a trace. The simulator sees the
// organization's service control policies; it does not see that an action
// works on another kind of resource.
func combine(t *audit.Trace, v *iam.Verdict, read bool) {
	computed := t.Decision
	if !read {
		identity := fromVerdict(v)
		i := slices.IndexFunc(t.Layers, func(l iam.TraceLayer) bool { return l.Layer == iam.LayerIdentity })
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
	case computed == iam.ExplicitDeny, v.Decision == iam.Allowed, resourceAllows(t) && len(v.BlockedBy) == 0:
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

// resourceAllows reports a resource-based policy that allows the request, which
// the simulator is not given.
func resourceAllows(t *audit.Trace) bool {
	return slices.ContainsFunc(t.Layers, func(l iam.TraceLayer) bool {
		return l.Layer == iam.LayerResource && l.Decision == iam.Allowed
	})
}

func fromVerdict(v *iam.Verdict) []iam.TraceStatement {
	out := []iam.TraceStatement{}
	for _, ref := range v.Matched {
		out = append(out, iam.TraceStatement{StatementRef: ref, Marks: []iam.Mark{}})
	}
	return out
}

// simulated sets what the simulator says of the layers that were not read.
func simulated(t *audit.Trace, v *iam.Verdict) {
	for i := range t.Layers {
		l := &t.Layers[i]
		blocked := slices.Contains(v.BlockedBy, l.Layer)
		switch {
		case l.State != iam.LayerUnknown || l.Layer != iam.LayerSCP && !blocked:
		case blocked:
			l.State, l.Decision = iam.LayerEvaluated, v.Decision
			l.Reason = "the policy simulator says so; which statement, only the organization's administrator can read"
		case v.Decision == iam.Allowed:
			l.State, l.Decision = iam.LayerEvaluated, iam.Allowed
			l.Reason = "the policy simulator says so, or there is no organization"
		}
	}
}
