package doctor

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/policy"
	"remotion-doctor/remedy"
	"remotion-doctor/source"
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
// The error says what the message leaves open, or that nothing was denied.
func (j *job) stated(ctx context.Context, q *question, t *audit.Trace) (*audit.Trace, error) {
	m := t.Message
	t.Decision = m.Decision
	t.Reason = "the message says so"
	switch {
	case m.NoDenial:
		t.Decision, t.Reason = "", m.Diagnosis
		t.Advice = &audit.Advice{Cause: m.Diagnosis, Cures: m.Cures}
		if p := j.painOf(q, t, &remedy.Denied{}, false); p != nil && p.Check.Name != "" {
			t.Commands = append(t.Commands, j.checkOf(p, &remedy.Denied{}, nil))
		}
		return t, &source.Error{Kind: source.KindInvalid, Msg: "no policy denied this request: " + m.Diagnosis, Hint: strings.Join(m.Cures, "; ")}
	case m.Conclusive:
		t.Reason = m.Diagnosis
		if t.Decision == "" {
			t.Decision = iam.ImplicitDeny // AWS refused, and said no more
		}
	case m.Decision == "":
		t.Reason = "the message does not say enough"
	}
	conclude(t)
	j.advise(ctx, q, t)
	if q.asks() {
		return t, incomplete(m)
	}
	return t, nil
}

// learned is what is left to say if AWS could not be asked; nil if nothing.
func (j *job) learned(ctx context.Context, q *question, t *audit.Trace) *audit.Trace {
	switch {
	case t.Message != nil:
		t, _ = j.stated(ctx, q, t)
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

// advise says why the request is denied and what to do next.
func (j *job) advise(ctx context.Context, q *question, t *audit.Trace) {
	if m := t.Message; m != nil {
		kept(t)
		disagreement(t)
		if t.Decision == iam.Allowed && unseenLayer(t, m.Layer) {
			t.Decision, t.Reason = cmp.Or(m.Decision, iam.ImplicitDeny), "AWS says that "+article(m.Layer.Title())+" denied it, which is not among the policies that were read"
		}
	}
	d := deniedIn(t)
	if d.Effect == "" {
		return
	}
	advice := remedy.Advise(d)
	if who := (iam.Principal{ARN: d.Who}); d.Layer == iam.LayerSession && d.Effect == iam.ImplicitDeny && who.Type() == "federated-user" && !stops(t.Layers, d.Layer) {
		advice.Cause = "a federated user without a session policy has no permissions of its own"
		advice.Cures = []string{"pass a session policy to GetFederationToken that allows " + d.Action}
	}
	if t.Decision == iam.Allowed && d.Grantable() {
		advice.Cause = "AWS denied the request, and the policies read now allow it: they changed since, the change has not spread yet, or a policy that was not read denied it"
		advice.Cures = []string{"try the request again; IAM changes can take minutes"}
		t.Advice = &advice
		return
	}
	renders := j.renders(ctx, q, t)
	if d.Grantable() && renders {
		j.notItsOwn(t, &d, &advice)
	}
	if cure := beforeGrant(&d); cure != "" && d.Grantable() && t.Message == nil {
		advice.Cures = []string{cure}
	}
	pain := j.painOf(q, t, &d, renders)
	if pain != nil {
		advice.Cause, advice.Cures, advice.Pain = pain.Cause, j.curesOf(pain, denialFor(q, t, &d)), pain.Code
	}
	if t.Advice = &advice; t.Message != nil {
		t.Message.Diagnosis, t.Message.Cures = advice.Cause, advice.Cures
	}
	t.Commands = j.follow(q, t, &d, pain, renders)
}

// beforeGrant is what to do before a grant that the request as it is would be too wide for, or
// in vain; empty where a grant may be due. AWS never asks for * where an action is
// called on a resource.
func beforeGrant(d *remedy.Denied) string {
	a, ok := actions.Lookup(d.Action)
	switch {
	case !ok && !strings.ContainsAny(d.Action, "*?"):
		return "look at the spelling of the action first: a grant of one that AWS does not have allows nothing"
	case ok && d.Resource == "*" && len(a.ResourceTypes) > 0:
		return "name the resource of the request, as in `remotion-doctor explain " + d.Action + " ARN`: what is granted on some resources is not granted on *"
	}
	return ""
}

// notItsOwn: what only the caller needs is not granted to the role that the
// render functions run as.
func (j *job) notItsOwn(t *audit.Trace, d *remedy.Denied, advice *audit.Advice) {
	if _, own := j.needed(t, d, true); own {
		return
	}
	if _, callers := j.needed(t, d, false); callers {
		advice.Cures = []string{"the render role does not need " + d.Action + "; the caller does: find out which code makes this call as the render role, and let it use the caller's credentials"}
	}
}

// kept names what AWS keeps of the request, where the message has its key.
func kept(t *audit.Trace) {
	m := t.Message
	if t.Recorded != nil {
		return
	}
	if m.AuthorizationID != "" {
		region := ""
		if r := requestedRegion(t.Context); r != "" {
			region = " --region " + r
		}
		t.Next = append(t.Next, "AWS keeps what it evaluated for at least 24 hours: aws iam-toolbox get-request-authorization-details --authorization-id "+m.AuthorizationID+region+" > details.json, then add --authorization-details details.json")
	}
	if m.Encoded != "" {
		t.Next = append(t.Next, "the message is encoded: aws sts decode-authorization-message --encoded-message "+shortened(m.Encoded)+" > details.json, then add --authorization-details details.json")
	}
}

func requestedRegion(c iam.Context) string {
	for _, e := range c {
		if strings.EqualFold(e.Key, "aws:RequestedRegion") && len(e.Values) == 1 {
			return e.Values[0]
		}
	}
	return ""
}

// disagreement notes where the message and the policies that were read differ.
func disagreement(t *audit.Trace) {
	m := t.Message
	switch {
	case m.Layer == iam.LayerPublicAccess:
	case t.Decision == iam.Allowed:
		t.Notes = append(t.Notes, "the policies read now allow this request; they may have changed since, or an unread policy denied it")
	case m.Decision == iam.ExplicitDeny && len(t.Layers) > 0 && !slices.ContainsFunc(t.Layers, func(l iam.TraceLayer) bool { return l.Decision == iam.ExplicitDeny }):
		t.Notes = append(t.Notes, "the message names an explicit deny, and no policy that was read has one that matches: the policies changed since, or one was not read")
	case m.Layer != "" && !stops(t.Layers, m.Layer) && len(t.Layers) > 0:
		t.Notes = append(t.Notes, "the message names "+article(m.Layer.Title())+", and none that was read denies the request")
	}
}

// unseenLayer reports a layer that AWS names and that was not read. What AWS says
// of it stands above what the other layers come to.
func unseenLayer(t *audit.Trace, layer iam.Layer) bool {
	return layer != "" && layer != iam.LayerIdentity && !slices.ContainsFunc(t.Layers, func(l iam.TraceLayer) bool {
		return l.Layer == layer && l.State == iam.LayerEvaluated
	})
}

func article(noun string) string {
	if noun == iam.LayerPublicAccess.Title() {
		return noun
	}
	if strings.HasPrefix(noun, "i") || strings.HasPrefix(noun, "a") {
		return "an " + noun
	}
	return "a " + noun
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
