package report

import (
	"cmp"
	"slices"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// A Comparison is what is different between two reports.
type Comparison struct {
	SchemaVersion string        `json:"schemaVersion"`
	Old           audit.Source  `json:"old"`
	New           audit.Source  `json:"new"`
	Summary       DiffSummary   `json:"summary"`
	Sections      []SectionDiff `json:"sections"` // those with a difference
}

// A DiffSummary counts findings by what became of them.
type DiffSummary struct {
	Fixed     int `json:"fixed"`     // passes now
	Broken    int `json:"broken"`    // passed before
	Changed   int `json:"changed"`   // does not pass, for another reason or in another way
	Added     int `json:"added"`     // was not required or not checked before, and does not pass
	Removed   int `json:"removed"`   // is not required or not checked any more
	Unchanged int `json:"unchanged"` // the rest
	// Unchecked counts targets that could be checked before and could not now, or
	// not in full.
	Unchecked int `json:"unchecked"`
	// SectionsAdded and SectionsRemoved count those that only one report has.
	SectionsAdded   int `json:"sectionsAdded"`
	SectionsRemoved int `json:"sectionsRemoved"`
}

// Worse reports whether anything is worse than before.
func (s DiffSummary) Worse() bool { return s.Broken+s.Added+s.Unchecked > 0 }

// A SectionDiff is the difference for one section.
type SectionDiff struct {
	ID          string        `json:"id"` // of the section now, or of the one that is gone
	Target      audit.Target  `json:"target"`
	Principal   iam.Principal `json:"principal"`
	Requirement string        `json:"requirement"`
	// Regions are those in which something differs, as far as that is known; else
	// those of the section.
	Regions []string `json:"regions,omitzero"`
	File    string   `json:"file,omitzero"` // the template or plan
	// Kind is added or removed for a section that only one report has.
	Kind ChangeKind `json:"kind,omitzero"`
	// Why are the facts behind the changes: policies that were changed, added
	// or removed, another version of Remotion, another role.
	Why     []string `json:"why"`
	Changes []Change `json:"changes"`
	Error   string   `json:"error,omitzero"` // why the target could not be checked, or not in full, now
}

// A ChangeKind says what became of a finding.
type ChangeKind string

// The kinds of change.
const (
	Fixed   ChangeKind = "fixed"
	Broken  ChangeKind = "broken"
	Altered ChangeKind = "changed"
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed"
)

// A Change is a finding that is not unchanged. Old is empty for one that was
// added, New for one that was removed.
type Change struct {
	Kind      ChangeKind   `json:"kind"`
	Action    string       `json:"action"`
	Resource  string       `json:"resource"`
	Old       audit.Status `json:"old,omitzero"`
	New       audit.Status `json:"new,omitzero"`
	OldReason string       `json:"oldReason,omitzero"`
	NewReason string       `json:"newReason,omitzero"`
	Muted     bool         `json:"muted,omitzero"`
	// Regions are those in which it differs; empty where it does in all, or that
	// is not known.
	Regions []string `json:"regions,omitzero"`

	old, now *audit.Finding
}

// Compare returns what is different in the report now. Sections belong together
// by their identity, and where only the role or the Regions of a target changed,
// by the rest of it; findings and diagnoses by theirs. Another account or file is
// another section.
func Compare(old, now *audit.Report) *Comparison {
	d := &Comparison{SchemaVersion: "1", Old: SourceOf(old), New: SourceOf(now), Sections: []SectionDiff{}}
	pairs := pair(old, now)
	ids := now.Identities()
	for i := range now.Sections {
		d.section(pairs.old[i], &now.Sections[i], ids.Sections[i])
	}
	gone := old.Identities()
	for i := range old.Sections {
		if s := &old.Sections[i]; !pairs.used[s] {
			d.section(s, nil, gone.Sections[i])
		}
	}
	return d
}

// SourceOf names a report.
func SourceOf(r *audit.Report) audit.Source {
	return audit.Source{Tool: r.Tool, GeneratedAt: r.GeneratedAt, Engine: r.Engine, Caller: r.Caller, Digest: r.Digest}
}

// section compares two sections, one of which may be missing.
func (d *Comparison) section(old, now *audit.Section, id string) {
	some := cmp.Or(now, old)
	out := SectionDiff{
		ID: id, Target: some.Target, Principal: some.Principal, Requirement: some.Requirement.Name, Regions: some.Regions,
		File: some.Identity().File, Why: []string{}, Changes: []Change{},
	}
	switch {
	case now == nil:
		out.Kind = Removed
		d.Summary.SectionsRemoved++
	case old == nil:
		out.Kind = Added
		d.Summary.SectionsAdded++
	}
	if text := lessChecked(old, now); text != "" {
		d.Summary.Unchecked++
		out.Error = text
	}
	if now == nil || now.Error == nil {
		d.findings(&out, old, now)
		d.diagnoses(&out, old, now)
	}
	if len(out.Changes) == 0 && out.Kind == "" && out.Error == "" {
		return
	}
	slices.SortStableFunc(out.Changes, func(a, b Change) int { return cmp.Compare(changeOrder[a.Kind], changeOrder[b.Kind]) })
	if old != nil && now != nil && len(out.Changes) > 0 {
		out.locate(old, now)
		out.Why = causes(old, now, out.Changes)
	}
	d.Sections = append(d.Sections, out)
}

// lessChecked says why a section could not be checked now, or not in full, that
// is new or could be before; empty where that is not so.
func lessChecked(old, now *audit.Section) string {
	switch {
	case now == nil:
	case now.Error != nil && (old == nil || old.Error == nil):
		return now.Error.Message
	case now.Error == nil && now.Unfinished() && (old == nil || old.Error == nil && !old.Unfinished()):
		return "incomplete: " + unfinished(now)
	}
	return ""
}

// findings compares the findings of two sections, one of which may be missing.
func (d *Comparison) findings(out *SectionDiff, old, now *audit.Section) {
	before := map[string]*audit.Finding{}
	oldIDs, nowIDs := partIDs(old), partIDs(now)
	for i, id := range oldIDs.Findings[0] {
		before[id] = &old.Findings[i]
	}
	for i, id := range nowIDs.Findings[0] {
		d.finding(out, before[id], &now.Findings[i])
		delete(before, id)
	}
	for i, id := range oldIDs.Findings[0] {
		if f := before[id]; f != nil {
			d.finding(out, &old.Findings[i], nil)
		}
	}
}

// partIDs are the ids of what a section holds as if it were the same section in
// both reports, whatever its role and Regions are. The section may be nil.
func partIDs(s *audit.Section) *audit.Identities {
	alone := audit.Report{Sections: []audit.Section{{}}}
	if s != nil {
		c := &alone.Sections[0]
		c.Modules, c.Findings, c.Diagnoses, c.Excess = s.Modules, s.Findings, s.Diagnoses, s.Excess
	}
	return alone.Identities()
}

// diagnoses compares the diagnoses that are errors.
func (d *Comparison) diagnoses(out *SectionDiff, old, now *audit.Section) {
	was, is := problems(old), problems(now)
	for _, side := range []struct {
		from, other []problem
		kind        ChangeKind
		count       *int
	}{{is, was, Added, &d.Summary.Added}, {was, is, Fixed, &d.Summary.Fixed}} {
		for _, p := range side.from {
			if slices.ContainsFunc(side.other, func(o problem) bool { return o.id == p.id }) {
				continue
			}
			c := Change{Kind: side.kind, Action: "diagnosis " + p.Code, Muted: p.Muted != nil}
			if p.Region != "" {
				c.Regions = []string{p.Region}
			}
			if side.kind == Added {
				c.NewReason = p.Message
			} else {
				c.OldReason = p.Message
			}
			*side.count++
			out.Changes = append(out.Changes, c)
		}
	}
}

// A problem is a diagnosis that is an error, with its id.
type problem struct {
	*audit.Diagnosis
	id string
}

// problems are those of a section, which may be nil.
func problems(s *audit.Section) []problem {
	var out []problem
	for i, id := range partIDs(s).Diagnoses[0] {
		if d := &s.Diagnoses[i]; d.Severity == audit.SeverityError {
			out = append(out, problem{d, id})
		}
	}
	return out
}

var changeOrder = map[ChangeKind]int{Broken: 0, Added: 1, Altered: 2, Fixed: 3, Removed: 4}

// finding counts one finding, and keeps what changed.
func (d *Comparison) finding(out *SectionDiff, old, now *audit.Finding) {
	c := Change{old: old, now: now}
	if old != nil {
		c.Action, c.Resource, c.Old, c.OldReason = old.Action, old.Resource, old.Status, old.Reason
	}
	if now != nil {
		c.Action, c.Resource, c.New, c.NewReason, c.Muted = now.Action, now.Resource, now.Status, now.Reason, now.Muted != nil
	}
	count := &d.Summary.Unchanged
	switch {
	case now == nil:
		c.Kind, count = Removed, &d.Summary.Removed
	case old == nil && now.Status != audit.Pass:
		c.Kind, count = Added, &d.Summary.Added
	case old == nil:
	case old.Status != audit.Pass && now.Status == audit.Pass:
		c.Kind, count = Fixed, &d.Summary.Fixed
	case old.Status == audit.Pass && now.Status != audit.Pass:
		c.Kind, count = Broken, &d.Summary.Broken
	case now.Status != audit.Pass && (old.Status != now.Status || old.Reason != now.Reason):
		c.Kind, count = Altered, &d.Summary.Changed
	}
	*count++
	if c.Kind != "" {
		out.Changes = append(out.Changes, c)
	}
}
