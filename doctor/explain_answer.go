package doctor

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/explain"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
)

// policiesFor returns the policies that decide a request, and the layers whose
// policies could not be read or are assumed not to exist, with the reason.
func (j *job) policiesFor(ctx context.Context, p iam.Principal, probe iam.Probe) (eval.Policies, map[iam.Layer]string, error) {
	policies, err := j.source.Policies(ctx, p)
	if err == nil && j.source.Engine() == audit.EngineAWS {
		err = wholly(ownGaps(policies.Gaps), p)
	}
	unknown := map[iam.Layer]string{}
	for i := range policies.Gaps {
		if g := &policies.Gaps[i]; g.Layer != "" && len(g.Resources) == 0 && len(g.Actions) == 0 {
			unknown[g.Layer] = g.Why
		}
	}
	if _, held := policies.Of(probe.Action, probe.Resource); !held {
		var gap *iam.Gap
		if policies.Resource, gap = j.ownPolicy(ctx, probe, unknown); gap != nil {
			policies.Gaps = append(slices.Clip(policies.Gaps), *gap)
		}
	}
	if err != nil {
		why := "could not be read: " + messageOf(err)
		unknown[iam.LayerIdentity], unknown[iam.LayerBoundary] = why, why
	}
	return policies, unknown, err
}

// ownGaps are those of the principal's own policies.
func ownGaps(gaps []iam.Gap) []iam.Gap {
	var out []iam.Gap
	for i := range gaps {
		if ownUnread(&gaps[i]) {
			out = append(out, gaps[i])
		}
	}
	return out
}

// ownPolicy returns the policy of the bucket that a request concerns; of other
// resources none is read. The gap is that of a policy which there may be: it may
// deny what everything else allows.
func (j *job) ownPolicy(ctx context.Context, probe iam.Probe, unknown map[iam.Layer]string) (*eval.Policy, *iam.Gap) {
	a, ok := policy.ParseARN(probe.Resource)
	// An access point has an account in its ARN.
	if !ok || a.Service != "s3" || a.AccountID != "" {
		return nil, nil
	}
	region := j.source.Region()
	for _, e := range probe.Context {
		if strings.EqualFold(e.Key, "aws:RequestedRegion") && len(e.Values) == 1 {
			region = e.Values[0]
		}
	}
	bucket, _, _ := strings.Cut(a.Resource, "/")
	own, err := j.source.BucketPolicy(ctx, bucket, region)
	switch {
	case err != nil:
		unknown[iam.LayerResource] = "the bucket's policy could not be read: " + messageOf(err)
		return nil, unreadOf(bucket, probe, err)
	case own == nil:
		delete(unknown, iam.LayerResource)
	}
	return own, nil
}

// unreadOf is the gap of a bucket's policy; nil where there is no bucket, or the
// source never claimed to hold its policy.
func unreadOf(bucket string, probe iam.Probe, err error) *iam.Gap {
	switch asError(err).Kind {
	case source.KindNotFound, source.KindNotHeld:
		return nil
	}
	g := gapOf("", "the policy of the bucket "+bucket, iam.MayBoth, err)
	g.Layer, g.Resources = iam.LayerResource, []string{probe.Resource}
	return &g
}

// undecide takes an Allow back that a policy which was not read may deny. The
// policy simulator is not given the policies of resources.
func undecide(t *audit.Trace, gaps []iam.Gap) {
	i := slices.IndexFunc(gaps, func(g iam.Gap) bool { return g.Layer == iam.LayerResource && g.Counts(false) })
	if i < 0 || t.Decision != iam.Allowed {
		return
	}
	t.Decision, t.Reason = "", "it depends on what was not read: "+gaps[i].String()
	if !slices.ContainsFunc(t.Gaps, func(g iam.Gap) bool { return g.What == gaps[i].What }) {
		t.Gaps = append(t.Gaps, gaps[i])
	}
}

// undecideKeys takes a decision back that hangs on condition keys which the request
// does not give: another value would change it, and a check calls it unknown.
func undecideKeys(t *audit.Trace) {
	if len(t.MissingContext) == 0 || t.Decision == "" {
		return
	}
	var names []string
	for _, key := range t.MissingContext {
		name, _ := policy.IsUnknown(key)
		names = append(names, cmp.Or(name, key))
	}
	t.Decision, t.Reason = "", "it depends on what is not known: "+strings.Join(names, ", ")
}

// combine brings the simulator's answer into a trace. The simulator sees that
// the organization has policies; it does not see that an action works on another
// kind of resource. read says that the principal's own policies were read, held
// that the organization's were.
func (j *job) combine(t *audit.Trace, v *iam.Verdict, read, held bool) {
	if byOrganization(v) {
		j.combineOrganization(t, v, read, held)
		return
	}
	computed := t.Decision
	// An explicit Deny in any policy that was read decides, whatever of the
	// principal could not be read (IAM User Guide, "Policy evaluation logic").
	if !read && computed != iam.ExplicitDeny {
		unreadBySimulator(t, v)
	}
	simulated(t, v)
	if !read && computed != iam.ExplicitDeny || v.Decision == "" || v.Decision == computed {
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

// combineOrganization brings a block by the organization into a trace, for what
// the simulator's word is worth: the same as in a check.
func (j *job) combineOrganization(t *audit.Trace, v *iam.Verdict, read, held bool) {
	var own *iam.Verdict
	if read || t.Decision == iam.ExplicitDeny {
		own = &iam.Verdict{Decision: t.Decision, MissingContext: t.MissingContext}
	}
	if settled := j.settled(*v, own, held); settled.Problem != "" {
		t.Decision, t.Reason, t.Gaps = "", settled.Problem, append(t.Gaps, settled.Gaps...)
	}
	for i := range t.Layers {
		if l := &t.Layers[i]; l.Layer == iam.LayerSCP && l.State != iam.LayerEvaluated {
			l.State, l.Decision = iam.LayerUnknown, ""
			l.Reason = unseen.Why
			if j.IgnoreOrganization {
				l.Reason = "left out with --ignore-organization; the policy simulator reports a block"
			}
		}
	}
}

// unreadBySimulator takes the simulator's answer for that of the principal's
// policies, which were not read.
func unreadBySimulator(t *audit.Trace, v *iam.Verdict) {
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
			l.State, l.Decision, l.Reason = iam.LayerEvaluated, v.Decision, "the policy simulator says so"
		case v.Decision == iam.Allowed:
			l.State, l.Decision = iam.LayerEvaluated, iam.Allowed
			l.Reason = "the policy simulator says so, or there is no organization"
		}
	}
}
