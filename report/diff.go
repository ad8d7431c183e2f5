package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

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
	// Unchecked counts targets that could be checked before and could not now.
	Unchecked int `json:"unchecked"`
}

// Worse reports whether anything is worse than before.
func (s DiffSummary) Worse() bool { return s.Broken+s.Added+s.Unchecked > 0 }

// A SectionDiff is the difference for one target and requirement.
type SectionDiff struct {
	Target      audit.Target  `json:"target"`
	Principal   iam.Principal `json:"principal"`
	Requirement string        `json:"requirement"`
	// Why are the facts behind the changes: policies that were changed, added
	// or removed, another version of Remotion, another role.
	Why     []string `json:"why"`
	Changes []Change `json:"changes"`
	Error   string   `json:"error,omitzero"` // why the target could not be checked now
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

// A Change is a finding that is not as it was. Old is empty for one that was
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
}

// Compare returns what is different in the report now. Findings belong together
// by target, requirement, action and resource.
func Compare(old, now *audit.Report) *Comparison {
	d := &Comparison{SchemaVersion: "1", Old: SourceOf(old), New: SourceOf(now), Sections: []SectionDiff{}}
	before := map[string]*audit.Section{}
	for i := range old.Sections {
		before[sectionKey(&old.Sections[i])] = &old.Sections[i]
	}
	for i := range now.Sections {
		s := &now.Sections[i]
		d.section(before[sectionKey(s)], s)
		delete(before, sectionKey(s))
	}
	for i := range old.Sections {
		if s := &old.Sections[i]; before[sectionKey(s)] == s {
			d.section(s, nil)
		}
	}
	return d
}

// SourceOf names a report.
func SourceOf(r *audit.Report) audit.Source {
	return audit.Source{Tool: r.Tool, GeneratedAt: r.GeneratedAt, Engine: r.Engine, Caller: r.Caller, Digest: r.Digest}
}

// sectionKey says which sections are about the same.
func sectionKey(s *audit.Section) string {
	return fmt.Sprintf("%q %q %q", s.Target.Kind, s.Target.Name, s.Requirement.Name)
}

// section compares two sections of which one may be missing.
func (d *Comparison) section(old, now *audit.Section) {
	some := cmp.Or(now, old)
	out := SectionDiff{Target: some.Target, Principal: some.Principal, Requirement: some.Requirement.Name, Why: []string{}, Changes: []Change{}}
	if now != nil && now.Error != nil {
		if old != nil && old.Error == nil {
			d.Summary.Unchecked++
			out.Error = now.Error.Message
			d.Sections = append(d.Sections, out)
		}
		return
	}
	before := map[string]*audit.Finding{}
	if old != nil {
		for i := range old.Findings {
			before[findingKey(&old.Findings[i])] = &old.Findings[i]
		}
	}
	if now != nil {
		for i := range now.Findings {
			f := &now.Findings[i]
			d.finding(&out, before[findingKey(f)], f)
			delete(before, findingKey(f))
		}
	}
	if old != nil {
		for i := range old.Findings {
			if f := &old.Findings[i]; before[findingKey(f)] == f {
				d.finding(&out, f, nil)
			}
		}
	}
	d.diagnoses(&out, old, now)
	if len(out.Changes) == 0 {
		return
	}
	slices.SortStableFunc(out.Changes, func(a, b Change) int { return cmp.Compare(changeOrder[a.Kind], changeOrder[b.Kind]) })
	if old != nil && now != nil {
		out.Why = causes(old, now)
	}
	d.Sections = append(d.Sections, out)
}

// diagnoses compares the diagnoses that are errors.
func (d *Comparison) diagnoses(out *SectionDiff, old, now *audit.Section) {
	for _, side := range []struct {
		from, other *audit.Section
		kind        ChangeKind
		count       *int
	}{{now, old, Added, &d.Summary.Added}, {old, now, Fixed, &d.Summary.Fixed}} {
		if side.from == nil {
			continue
		}
		for i := range side.from.Diagnoses {
			x := &side.from.Diagnoses[i]
			if x.Severity != audit.SeverityError || hasDiagnosis(side.other, x.Code) {
				continue
			}
			c := Change{Kind: side.kind, Action: "diagnosis " + x.Code, Muted: x.Muted != nil}
			if side.kind == Added {
				c.NewReason = x.Message
			} else {
				c.OldReason = x.Message
			}
			*side.count++
			out.Changes = append(out.Changes, c)
		}
	}
}

func hasDiagnosis(s *audit.Section, code string) bool {
	return s != nil && slices.ContainsFunc(s.Diagnoses, func(d audit.Diagnosis) bool {
		return d.Code == code && d.Severity == audit.SeverityError
	})
}

var changeOrder = map[ChangeKind]int{Broken: 0, Added: 1, Altered: 2, Fixed: 3, Removed: 4}

func findingKey(f *audit.Finding) string { return f.Action + " " + f.Resource }

// finding counts one finding, and keeps what changed.
func (d *Comparison) finding(out *SectionDiff, old, now *audit.Finding) {
	c := Change{}
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

// causes are the facts that differ between two sections.
func causes(old, now *audit.Section) []string {
	out := []string{}
	if old.Principal.ARN != now.Principal.ARN {
		out = append(out, fmt.Sprintf("the principal is %s, it was %s", now.Principal.ARN, old.Principal.ARN))
	}
	if a, b := old.Requirement, now.Requirement; a.Digest != b.Digest {
		text := "the required policy changed"
		if a.Version != b.Version {
			text = fmt.Sprintf("the requirement is that of Remotion %s, it was %s", b.Version, a.Version)
		}
		out = append(out, text)
	}
	if !slices.Equal(old.Regions, now.Regions) {
		out = append(out, fmt.Sprintf("the regions are %s, they were %s", strings.Join(now.Regions, ", "), strings.Join(old.Regions, ", ")))
	}
	return append(out, policyCauses(old.Policies, now.Policies)...)
}

// policyCauses are the policies that were changed, added or removed, with the
// statements that findings quote of them.
func policyCauses(old, now []audit.PolicyRecord) []string {
	var out []string
	find := func(in []audit.PolicyRecord, p *audit.PolicyRecord) *audit.PolicyRecord {
		for i := range in {
			if in[i].Name == p.Name && in[i].Layer == p.Layer {
				return &in[i]
			}
		}
		return nil
	}
	for i := range now {
		p := &now[i]
		name := p.Layer.Title() + " " + p.Name
		switch was := find(old, p); {
		case was == nil && len(old) > 0:
			out = append(out, name+" was added")
		case was != nil && was.Digest != p.Digest:
			out = append(out, name+" changed"+quoted(was, p))
		}
	}
	for i := range old {
		if p := &old[i]; find(now, p) == nil && len(now) > 0 {
			out = append(out, p.Layer.Title()+" "+p.Name+" was removed")
		}
	}
	return out
}

// quoted names the statements of a policy that findings refer to in one report
// and that read differently, or are not referred to, in the other.
func quoted(old, now *audit.PolicyRecord) string {
	has := func(in *audit.PolicyRecord, q audit.Quote) bool {
		return slices.ContainsFunc(in.Statements, func(o audit.Quote) bool { return o.Text == q.Text })
	}
	text := ""
	for _, side := range []struct {
		from, other *audit.PolicyRecord
		word        string
	}{{now, old, "now"}, {old, now, "before"}} {
		for _, q := range side.from.Statements {
			if !has(side.other, q) {
				text += fmt.Sprintf("; %s, line %d: %s", side.word, q.Start.Line, Clean(squeeze(q.Text)))
			}
		}
	}
	return text
}
