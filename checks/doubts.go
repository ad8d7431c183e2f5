package checks

import (
	"cmp"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// Doubts are what could not be read or understood of what decides a
// principal's requests, and how much of it a pass may rest on. The zero Doubts
// has none.
type Doubts struct {
	Gaps []iam.Gap
	// RequireProof makes assumptions and samples count: a pass needs proven
	// coverage.
	RequireProof bool
}

// Unsettle makes a finding unknown where one of the gaps could change it, with
// the gap as its reason. patterns are the resources that the finding concerns.
func (d *Doubts) Unsettle(f *audit.Finding, patterns []string) {
	if g := d.about(f, patterns); g != nil {
		unknownFor(f, g)
	}
}

// about returns the first gap that could change a finding about some resources.
func (d *Doubts) about(f *audit.Finding, patterns []string) *iam.Gap {
	for i := range d.Gaps {
		if g := &d.Gaps[i]; g.Counts(d.RequireProof) && couldChange(g, f) && g.Concerns(f.Action, patterns) {
			return g
		}
	}
	return nil
}

// unknownFor makes a finding unknown without what a gap would say.
func unknownFor(f *audit.Finding, g *iam.Gap) {
	f.Status, f.Scope, f.Layer, f.Gap = audit.Unknown, "", "", g
	f.Reason = "not known: " + g.String()
	if g.Hint != "" {
		f.Reason += "; " + g.Hint
	}
}

// unproven makes a pass by samples unknown.
func unproven(f *audit.Finding, a Analysis) {
	why := "the policies are too complex to be analyzed"
	if s, ok := a.(Sampled); ok {
		why = cmp.Or(s.Why, "the policies were not read")
	}
	unknownFor(f, &iam.Gap{What: "a proof for every name", Why: why, Affects: iam.MayDeny, Kind: iam.GapSampled})
}

// couldChange reports whether a gap about the request of a finding could turn
// its verdict.
func couldChange(g *iam.Gap, f *audit.Finding) bool {
	if g.Kind == iam.GapSampled {
		// The policy simulator knows the policies: what it says of a sample is
		// so, and only other names may be denied.
		return f.Status == audit.Pass
	}
	switch f.Status {
	case audit.Pass:
		return g.Affects.Denies()
	case audit.Partial:
		return g.Affects.Denies() || grants(g.Layer)
	case audit.Fail:
		return g.Affects.Allows() && grants(g.Layer)
	case audit.Blocked:
		return g.Affects.Allows() && !explicitly(f) && lifts(g.Layer, f.Layer)
	}
	return false
}

// grants reports whether a policy of a layer may grant what no identity-based
// policy does: another one, or the resource's own. The other layers only narrow.
// Source: IAM User Guide, "Policy evaluation logic".
func grants(l iam.Layer) bool {
	return l == "" || l == iam.LayerIdentity || l == iam.LayerResource
}

// lifts reports whether a policy of a layer may allow what another layer does
// not. A resource-based policy may grant in spite of a boundary or session
// policy, and not in spite of the organization's.
// Source: IAM User Guide, "Permissions boundaries for IAM entities", "Evaluating
// effective permissions with boundaries".
func lifts(unread, blocking iam.Layer) bool {
	switch unread {
	case "", blocking:
		return true
	case iam.LayerResource:
		return blocking == iam.LayerBoundary || blocking == iam.LayerSession || blocking == iam.LayerIdentity
	}
	return false
}

// explicitly reports whether a statement that was read denies it: that stands,
// whatever else there is.
func explicitly(f *audit.Finding) bool {
	for i := range f.Evidence {
		if f.Evidence[i].Verdict.Decision == iam.ExplicitDeny {
			return true
		}
	}
	return false
}
