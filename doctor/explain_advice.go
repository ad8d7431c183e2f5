package doctor

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

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

func orUndecided(d iam.Decision) string {
	if d == "" {
		return "undecided"
	}
	return string(d)
}

func recordedReason(r *iam.RecordedAuthorization) string {
	for _, s := range r.Statements {
		if (s.Effect == string(policy.Deny)) == (r.Decision == iam.ExplicitDeny) {
			layer := "policy"
			if s.Layer != "" {
				layer = s.Layer.Title()
			}
			return fmt.Sprintf("AWS recorded that %s %q in the %s %s decided it", s.Effect, s.Sid, layer, s.Policy)
		}
	}
	if r.Decision == iam.ImplicitDeny {
		return "AWS recorded that no statement allowed it"
	}
	return "AWS recorded it"
}

// stated takes the decision from the message where nothing could be computed.
func stated(t *audit.Trace) {
	m := t.Message
	t.Decision = m.Decision
	t.Reason = "the message says so"
	switch {
	case m.Conclusive:
		t.Reason = m.Diagnosis
		if t.Decision == "" {
			t.Decision = iam.ImplicitDeny // AWS refused, and said no more
		}
	case m.Decision == "":
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

func incomplete(m *iam.DeniedMessage) error {
	return invalid("give what is missing in addition to the message", "the message does not say %s", firstWords(m.Asked))
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
		if t.Decision == iam.Allowed {
			t.Notes = append(t.Notes, "AWS denied the request, and by the policies that were read it is allowed: they changed since, the change had not spread yet, or a policy that was not read decided")
		}
		if m.Layer != "" && t.Decision != iam.Allowed && !stops(t.Layers, m.Layer) && len(t.Layers) > 0 {
			t.Notes = append(t.Notes, "the message blames a "+m.Layer.Title()+", which was not seen to stop it")
		}
	}
	if t.Decision == iam.ImplicitDeny && onlyIdentity(t.Layers) {
		t.Next = append(t.Next, "a grant would cure it: remotion-doctor fix shows the one for all that Remotion needs")
	}
}

func shortened(s string) string {
	if len(s) > 40 {
		return s[:20] + "…"
	}
	return s
}

func stops(layers []iam.TraceLayer, layer iam.Layer) bool {
	return slices.ContainsFunc(layers, func(l iam.TraceLayer) bool {
		return l.Layer == layer && l.State == iam.LayerEvaluated && l.Decision != iam.Allowed
	})
}

// onlyIdentity reports whether the identity-based policies alone stop it.
func onlyIdentity(layers []iam.TraceLayer) bool {
	found := false
	for i := range layers {
		l := &layers[i]
		switch {
		case l.State != iam.LayerEvaluated || l.Decision == iam.Allowed || l.Layer == iam.LayerResource && l.Decision == iam.ImplicitDeny:
		case l.Layer == iam.LayerIdentity && l.Decision == iam.ImplicitDeny:
			found = true
		default:
			return false
		}
	}
	return found
}
