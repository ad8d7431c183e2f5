package report

import (
	"slices"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// Baseline mutes the findings and diagnoses of r that an earlier report has,
// too, if they are not worse than there. It never mutes what the earlier report
// did not contain: another account, principal, requirement, file, feature or
// bucket is another thing, and so is a Region that was not checked then. What a
// waiver mutes stays with the waiver.
func Baseline(r, old *audit.Report) {
	before := map[audit.SectionID][]*mutedSection{}
	for i := range old.Sections {
		s := &old.Sections[i]
		id := s.Identity().AnyRegion()
		before[id] = append(before[id], contents(s))
	}
	muted := &audit.Muted{By: audit.MutedByBaseline, Since: old.GeneratedAt.UTC().Format(time.DateOnly)}
	for i := range r.Sections {
		s := &r.Sections[i]
		for _, was := range before[s.Identity().AnyRegion()] {
			was.mute(s, muted)
		}
		s.Summary = audit.Summarize(s.Findings)
	}
}

// A mutedSection is what a section of a baseline contains, by its ids.
type mutedSection struct {
	regions  []string
	findings map[string]*audit.Finding
	errors   map[string]bool
}

func contents(s *audit.Section) *mutedSection {
	out := &mutedSection{s.Regions, map[string]*audit.Finding{}, map[string]bool{}}
	ids := partIDs(s)
	for i, id := range ids.Findings[0] {
		out.findings[id] = &s.Findings[i]
	}
	for i, id := range ids.Diagnoses[0] {
		if s.Diagnoses[i].Severity == audit.SeverityError {
			out.errors[id] = true
		}
	}
	return out
}

// mute mutes what a section has in common with the baseline's, unless it was
// checked in a Region that the baseline does not have.
func (m *mutedSection) mute(s *audit.Section, muted *audit.Muted) {
	if slices.ContainsFunc(s.Regions, func(region string) bool { return !slices.Contains(m.regions, region) }) {
		return
	}
	ids := partIDs(s)
	for i, id := range ids.Findings[0] {
		f := &s.Findings[i]
		if was := m.findings[id]; f.Muted == nil && f.Status != audit.Pass && was != nil && !worse(was, f) {
			f.Muted = muted
		}
	}
	for i, id := range ids.Diagnoses[0] {
		if d := &s.Diagnoses[i]; d.Muted == nil && d.Severity == audit.SeverityError && m.errors[id] {
			d.Muted = muted
		}
	}
}

// weight orders statuses by how bad it is to get there.
var weight = map[audit.Status]int{audit.Pass: 0, audit.Unknown: 1, audit.Partial: 2, audit.Fail: 3, audit.Blocked: 3}

// worse reports whether a finding is worse than it was: by its status, or
// because what is granted in part lacks a Region that was granted.
func worse(old, now *audit.Finding) bool {
	if weight[now.Status] != weight[old.Status] || now.Status != audit.Partial {
		return weight[now.Status] > weight[old.Status]
	}
	lacked := lacking(old)
	return len(lacked) > 0 && slices.ContainsFunc(lacking(now), func(region string) bool { return !slices.Contains(lacked, region) })
}

// lacking are the Regions in which something of a finding is not granted.
func lacking(f *audit.Finding) []string {
	var out []string
	for _, e := range lackingEvidence(f) {
		out = append(out, e.Region)
	}
	return out
}

func lackingEvidence(f *audit.Finding) []audit.Evidence {
	var out []audit.Evidence
	for i := range f.Evidence {
		if e := &f.Evidence[i]; e.Region != "" && !e.Documented && e.Verdict.Decision != iam.Allowed {
			out = append(out, *e)
		}
	}
	return out
}
