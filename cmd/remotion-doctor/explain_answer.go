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

// conclude puts what AWS recorded above what was computed.
func conclude(t *audit.Trace) {
	r := t.Recorded
	if r == nil || r.Decision == "" {
		return
	}
	if t.Decision != r.Decision {
		t.Notes = append(t.Notes, fmt.Sprintf("by the policies as they are now it would be %s: they changed since, the change had not spread yet, or a policy that was not read decided", orUndecided(t.Decision)))
	}
	t.Decision, t.Reason = r.Decision, recordedReason(r)
}

func orUndecided(d audit.Decision) string {
	if d == "" {
		return "undecided"
	}
	return string(d)
}

func recordedReason(r *audit.RecordedAuthorization) string {
	for _, s := range r.Statements {
		if (s.Effect == string(policy.Deny)) == (r.Decision == audit.ExplicitDeny) {
			layer := "policy"
			if s.Layer != "" {
				layer = s.Layer.Title()
			}
			return fmt.Sprintf("AWS recorded that %s %q in the %s %s decided it", s.Effect, s.Sid, layer, s.Policy)
		}
	}
	if r.Decision == audit.ImplicitDeny {
		return "AWS recorded that no statement allowed it"
	}
	return "AWS recorded it"
}

// stated takes the decision from the message where nothing could be computed.
func stated(t *audit.Trace) {
	m := t.Message
	t.Decision = m.Decision
	t.Reason = "the message says so"
	if m.Decision == "" {
		t.Reason = "the message does not tell enough"
	}
	conclude(t)
	advise(t)
}

// learned is what is left to tell if AWS could not be asked; nil if nothing.
func learned(t *audit.Trace) *audit.Trace {
	switch {
	case t.Message != nil:
		stated(t)
	case t.Recorded != nil:
		conclude(t)
	default:
		return nil
	}
	return t
}

func incomplete(m *audit.DeniedMessage) error {
	return usage("give what is missing beside --error", "the message does not tell %s", firstWords(m.Asked))
}

// firstWords are the asked things by their names.
func firstWords(asked []string) string {
	names := make([]string, len(asked))
	for i, s := range asked {
		names[i], _, _ = strings.Cut(s, ":")
	}
	return strings.Join(names, ", nor ")
}

// advise says what to do next.
func advise(t *audit.Trace) {
	if m := t.Message; m != nil {
		if m.AuthorizationID != "" && t.Recorded == nil {
			region := ""
			for _, e := range t.Context {
				if strings.EqualFold(e.Key, "aws:RequestedRegion") && len(e.Values) == 1 {
					region = " --region " + e.Values[0]
				}
			}
			t.Next = append(t.Next, "AWS keeps what it evaluated for at least 24 hours: aws iam-toolbox get-request-authorization-details --authorization-id "+m.AuthorizationID+region+" > details.json, then add --authorization-details details.json")
		}
		if m.Encoded != "" && t.Recorded == nil {
			t.Next = append(t.Next, "the message is encoded: aws sts decode-authorization-message --encoded-message "+shortened(m.Encoded)+" > details.json, then add --authorization-details details.json")
		}
		if t.Decision == audit.Allowed {
			t.Notes = append(t.Notes, "AWS denied the request, and by the policies that were read it is allowed: they changed since, the change had not spread yet, or a policy that was not read decided")
		}
		if m.Layer != "" && t.Decision != audit.Allowed && !stops(t.Layers, m.Layer) && len(t.Layers) > 0 {
			t.Notes = append(t.Notes, "the message blames a "+m.Layer.Title()+", which was not seen to stop it")
		}
	}
	if t.Decision == audit.ImplicitDeny && onlyIdentity(t.Layers) {
		t.Next = append(t.Next, "a grant would cure it: remotion-doctor fix shows the one for all that Remotion needs")
	}
}

func shortened(s string) string {
	if len(s) > 40 {
		return s[:20] + "…"
	}
	return s
}

func stops(layers []audit.TraceLayer, layer audit.Layer) bool {
	return slices.ContainsFunc(layers, func(l audit.TraceLayer) bool {
		return l.Layer == layer && l.State == audit.LayerEvaluated && l.Decision != audit.Allowed
	})
}

// onlyIdentity reports whether the identity-based policies alone stop it.
func onlyIdentity(layers []audit.TraceLayer) bool {
	found := false
	for i := range layers {
		l := &layers[i]
		switch {
		case l.State != audit.LayerEvaluated || l.Decision == audit.Allowed || l.Layer == audit.LayerResource && l.Decision == audit.ImplicitDeny:
		case l.Layer == audit.LayerIdentity && l.Decision == audit.ImplicitDeny:
			found = true
		default:
			return false
		}
	}
	return found
}
