package iam

import (
	"slices"
	"strings"

	"remotion-doctor/iam/policy"
)

// A Gap is something that could not be read or understood, and that could
// change an answer. Whoever skips a construct of a stranger's input makes a
// Gap; whoever judges asks whether the Gap could change the verdict, and if so
// answers "unknown" with the Gap as the reason. The zero value of every field
// is the careful one: an empty Affects may do both, an empty Kind is a gap.
type Gap struct {
	// Where is the place: file:line:column, or the operation and its subject
	// (iam:GetRolePolicy role/api, policy guard).
	Where string `json:"where"`
	// What was not read: nested stack "Roles", inline policy "guard".
	What string `json:"what"`
	// Why it was not read, in a sentence without a period.
	Why string `json:"why"`
	// Affects says what the unread part may do to a request.
	Affects GapEffect `json:"affects"`
	// Kind says what the Gap means for the verdict.
	Kind GapKind `json:"kind,omitzero"`
	// Hint is what the user can do about it.
	Hint string `json:"hint,omitzero"`
	// Layer is the one that the unread policy belongs to; empty where it may be
	// any.
	Layer Layer `json:"layer,omitzero"`
	// Actions and Resources are patterns, as in a policy, of the requests that
	// the Gap may change; empty where it may change every request.
	Actions   []string `json:"actions,omitzero"`
	Resources []string `json:"resources,omitzero"` // see Actions
	// Except are resources that the Gap does not change, whatever Resources say.
	Except []string `json:"-"`
}

// A GapEffect says what an unread part may do to a request. The zero GapEffect
// may do both.
type GapEffect string

// The effects.
const (
	// MayAllow: it can only allow more, as a policy without a Deny. Fail and
	// partial become unknown; a pass stays.
	MayAllow GapEffect = "allow"
	// MayDeny: it can only deny or narrow, as a permissions boundary. Pass and
	// partial become unknown.
	MayDeny GapEffect = "deny"
	// MayBoth: every verdict but an explicit deny that was read becomes
	// unknown.
	MayBoth GapEffect = "both"
)

// Allows reports whether the unread part may allow a request.
func (e GapEffect) Allows() bool { return e != MayDeny }

// Denies reports whether the unread part may deny or narrow a request.
func (e GapEffect) Denies() bool { return e != MayAllow }

// A GapKind says what a Gap means for the verdict. The zero GapKind is a gap:
// it changes the verdict as its effect says.
type GapKind string

// The kinds of gap.
const (
	// GapUnread: part of what the source was to hold could not be understood.
	GapUnread GapKind = ""
	// GapAssumption: an offline input never claimed to hold it, as --policy
	// says nothing about an organization. Listed, and a gap only where proof is
	// required.
	GapAssumption GapKind = "assumption"
	// GapSampled: AWS refused to let the principal's own policies be read; the
	// simulator decides about samples. A gap only where proof is required.
	GapSampled GapKind = "sampled"
	// GapIncomplete: a read failed for a passing reason (throttled, 5xx, cut,
	// time-out). The section is incomplete: exit code 3.
	GapIncomplete GapKind = "incomplete"
	// GapLimit: AWS lets nobody in the account read it, as an organization's
	// policies in a member account. Listed, and never a gap.
	GapLimit GapKind = "limit"
)

// Counts reports whether the Gap changes verdicts: a gap does, an assumption
// or a sampled reading only where proof is required.
func (g *Gap) Counts(requireProof bool) bool {
	switch g.Kind {
	case GapAssumption, GapSampled:
		return requireProof
	case GapLimit:
		return false
	}
	return true
}

// Concerns reports whether the unread part may match a request of an action
// for one of some resources, each a pattern as in a policy.
func (g *Gap) Concerns(action string, resources []string) bool {
	meets := func(patterns []string, name string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool { return policy.Overlap(p, name) })
	}
	if len(g.Actions) > 0 && !meets(lower(g.Actions), strings.ToLower(action)) {
		return false
	}
	return len(g.Resources) == 0 || len(resources) == 0 ||
		slices.ContainsFunc(resources, func(r string) bool { return meets(g.Resources, r) && !slices.Contains(g.Except, r) })
}

func lower(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = strings.ToLower(s)
	}
	return out
}

// String returns the Gap in a sentence: what, where and why.
func (g *Gap) String() string {
	var b strings.Builder
	b.WriteString(g.What)
	if g.Where != "" {
		b.WriteString(" (" + g.Where + ")")
	}
	if g.Why != "" {
		b.WriteString(": " + g.Why)
	}
	return b.String()
}
