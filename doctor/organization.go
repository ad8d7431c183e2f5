package doctor

import (
	"context"
	"slices"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// unseen is the gap of an organization that blocks a request, says the policy
// simulator, which is given no value for some keys of its conditions and reports
// requests as blocked that AWS allows.
//
// Source: aws/aws-sdk#102, aws/sagemaker-python-sdk#6019; AWS CLI Command
// Reference, simulate-principal-policy: conditions are evaluated with the inputs
// that are provided.
var unseen = iam.Gap{
	What: "whether a service control policy blocks it", Layer: iam.LayerSCP, Affects: iam.MayBoth,
	Why:  "the policy simulator reports a block, which is right only if it sees the conditions of the organization's policies as AWS does",
	Hint: "give the policies with --snapshot FILE and --scp FILE, or decide without them with --ignore-organization",
}

// settle takes the simulator's word on an organization for what it is worth.
func (j *job) settle(ctx context.Context, out *judgement, p iam.Principal, probes []iam.Probe, verdicts []iam.Verdict) error {
	if j.source.Engine() != audit.EngineAWS || !slices.ContainsFunc(verdicts, func(v iam.Verdict) bool { return byOrganization(&v) }) {
		return nil
	}
	var own []iam.Verdict
	if out.analyst != nil && out.unread == nil {
		var err error
		if own, err = out.analyst.Evaluate(ctx, probes); err != nil {
			return err
		}
	}
	held := out.policies != nil && out.policies.SCPs != nil
	for i := range verdicts {
		var mine *iam.Verdict
		if own != nil {
			mine = &own[i]
		}
		verdicts[i] = j.settled(verdicts[i], mine, held)
	}
	return nil
}

// settled returns what a verdict of the simulator is worth. own is that of the
// policies that were read, nil where the principal's were not read in full; held
// says that the organization's are among them. A request that the principal's own
// policies do not allow is denied in any case; one that only the organization
// blocks is undecided, unless its policies are at hand or left out.
func (j *job) settled(v iam.Verdict, own *iam.Verdict, held bool) iam.Verdict {
	switch {
	case !byOrganization(&v):
		return v
	case own != nil && (held || j.IgnoreOrganization || isDenied(own)):
		return *own
	case j.IgnoreOrganization:
		return iam.Verdict{Problem: "the organization is left out, and the principal's own policies were not read in full"}
	}
	return iam.Verdict{Problem: "not known: " + unseen.String() + "; " + unseen.Hint, Gaps: []iam.Gap{unseen}, MissingContext: v.MissingContext}
}

// byOrganization reports a verdict of the simulator that hangs on the
// organization, and on no statement that denies it.
func byOrganization(v *iam.Verdict) bool {
	return slices.Contains(v.BlockedBy, iam.LayerSCP) && v.Decision != iam.Allowed &&
		!slices.ContainsFunc(v.Matched, func(s iam.StatementRef) bool { return s.Effect == policy.Deny })
}

func isDenied(v *iam.Verdict) bool {
	return (v.Decision == iam.ImplicitDeny || v.Decision == iam.ExplicitDeny) && len(v.MissingContext) == 0
}

// confirm decides a request that the simulator reports as blocked by the
// organization where the message of AWS says the same.
func confirm(t *audit.Trace) {
	m := t.Message
	open := func(g iam.Gap) bool { return g.What == unseen.What && g.Layer == unseen.Layer }
	if m == nil || m.Layer != iam.LayerSCP || m.Decision == "" || t.Decision != "" || !slices.ContainsFunc(t.Gaps, open) {
		return
	}
	t.Decision, t.Reason = m.Decision, "the message says so, and the policy simulator agrees"
	t.Gaps = slices.DeleteFunc(t.Gaps, open)
	for i := range t.Layers {
		if l := &t.Layers[i]; l.Layer == iam.LayerSCP && l.State == iam.LayerUnknown {
			l.State, l.Decision, l.Reason = iam.LayerEvaluated, m.Decision, t.Reason
		}
	}
}
