package explain

import (
	"fmt"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/policy"
)

// Title names a statement as one would search for it: Deny "NoDeletes" in
// policy guard.
func Title(s *iam.StatementRef) string {
	where := "policy " + s.Policy
	if s.Layer != "" && s.Layer != iam.LayerIdentity {
		where = s.Layer.Title() + " " + s.Policy
	}
	if s.Sid != "" {
		return fmt.Sprintf("%s %q in %s", s.Effect, s.Sid, where)
	}
	return fmt.Sprintf("%s in statement %d of %s", s.Effect, s.Index+1, where)
}

// layerReason is what a layer says in a sentence.
func layerReason(l *iam.TraceLayer, mismatch string) string {
	switch {
	case l.Decision == iam.ExplicitDeny && len(l.Statements) > 0:
		return Title(&l.Statements[0].StatementRef) + " denies it"
	case l.Decision == iam.Allowed && len(l.Statements) > 0:
		return Title(&l.Statements[0].StatementRef) + " allows it"
	case l.Decision == iam.Allowed && l.Layer == iam.LayerRCP:
		return "no statement denies it"
	case mismatch != "":
		return "no statement can apply to this kind of resource"
	case len(l.Policies) == 0:
		return "no policy is attached"
	case l.Layer == iam.LayerResource:
		return "no statement names the principal for it"
	case len(l.Policies) == 1:
		return "no statement of the one policy allows it"
	}
	return fmt.Sprintf("no statement of %d policies allows it", len(l.Policies))
}

// reason is the decision in a sentence.
func (t *tracer) reason(trace *iam.Trace, v *iam.Verdict) string {
	switch {
	case actions.NeedsNoPermission(t.probe.Action):
		return trace.Action + " needs no permission, and no policy can deny it"
	case v.Problem != "":
		return v.Problem
	case trace.Decision == iam.Allowed:
		return allowedReason(trace.Layers)
	case t.mismatch != "":
		return t.mismatch
	}
	if why := actions.OwnedByAWS(t.probe.Action, t.probe.Resource); why != "" {
		return why
	}
	var stopping []string
	for i := range trace.Layers {
		l := &trace.Layers[i]
		if l.Decision == iam.ExplicitDeny {
			return l.Reason
		}
		if l.State == iam.LayerAbsent && l.Decision == iam.ImplicitDeny {
			stopping = append(stopping, l.Reason)
		}
		if l.State == iam.LayerEvaluated && l.Decision == iam.ImplicitDeny && l.Layer != iam.LayerResource {
			stopping = append(stopping, implicitReason(l))
		}
	}
	if len(stopping) == 0 {
		return t.ownReason()
	}
	return strings.Join(stopping, ", and ")
}

func implicitReason(l *iam.TraceLayer) string {
	switch l.Layer {
	case iam.LayerBoundary:
		return "the permissions boundary does not allow it"
	case iam.LayerSession:
		return "the session policy does not allow it"
	case iam.LayerSCP:
		return fmt.Sprintf("no service control policy of level %d allows it", l.Level)
	case iam.LayerPublicAccess:
		return l.Reason
	case iam.LayerEndpoint:
		return "the VPC endpoint policy does not allow it"
	}
	return "no identity-based policy allows it"
}

// ownReason: everything but the resource's own policy allows it.
func (t *tracer) ownReason() string {
	a, _ := policy.ParseARN(t.probe.Resource)
	switch {
	case a.Service == "kms" && a.Type() == "key":
		return "the key policy neither allows it nor leaves it to IAM policies"
	case a.Service == "iam" && a.Type() == "role":
		return "the role's trust policy neither allows it nor leaves it to IAM policies"
	}
	return "the resource-based policy of the other account does not allow it"
}

func allowedReason(layers []iam.TraceLayer) string {
	for _, want := range []iam.Layer{iam.LayerIdentity, iam.LayerResource} {
		for i := range layers {
			if l := &layers[i]; l.Layer == want && l.Decision == iam.Allowed && (len(l.Statements) > 0 || l.State == iam.LayerAbsent) {
				return l.Reason
			}
		}
	}
	return "the policies allow it"
}

// mismatch says that an action does not work on a resource, or nothing.
func mismatch(a actions.Action, resource string) string {
	if a.Takes(resource) {
		return ""
	}
	if len(a.ResourceTypes) == 0 {
		return a.String() + " works on no particular resource: ask about *"
	}
	// The plainest form represents the others: a bucket's object, not the one
	// of an access point.
	plainest := a.ResourceTypes[0]
	for _, t := range a.ResourceTypes {
		if len(t.ARN) < len(plainest.ARN) {
			plainest = t
		}
	}
	return fmt.Sprintf("%s does not work on %s, but on the type %s: %s", a, resource, plainest.Name, plainest.ARN)
}

func unknownAction(name string) string {
	return fmt.Sprintf("no service is known to have the action %s: look at its spelling", name)
}
