package report

import (
	"slices"

	"remotion-doctor/audit"
)

// Merge puts the sections of several reports into one. Of a target and
// requirement that several have, the newest section stays. Each section names
// the report that it comes from by its digest.
func Merge(reports []*audit.Report) *audit.Report {
	out := &audit.Report{SchemaVersion: audit.SchemaVersion, OK: true, Sections: []audit.Section{}, Merged: []audit.Source{}}
	// From old to new, so that what comes later replaces what was there.
	byAge := slices.Clone(reports)
	slices.SortStableFunc(byAge, func(a, b *audit.Report) int { return a.GeneratedAt.Compare(b.GeneratedAt) })
	newest := map[string]audit.Section{}
	for _, r := range byAge {
		out.Tool, out.GeneratedAt = r.Tool, r.GeneratedAt
		for _, s := range r.Sections {
			if s.Source == "" {
				s.Source = r.Digest
			}
			newest[mergeKey(&s)] = s
		}
	}
	for i, r := range reports {
		mergeHead(out, r, i == 0)
		for j := range r.Sections {
			key := mergeKey(&r.Sections[j])
			if s, ok := newest[key]; ok {
				out.Sections = append(out.Sections, s)
				out.OK = out.OK && s.Met()
				delete(newest, key)
			}
		}
	}
	return out
}

func mergeKey(s *audit.Section) string { return sectionKey(s) + " " + s.Principal.ARN }

// mergeHead merges what reports say about the whole run.
func mergeHead(out, r *audit.Report, first bool) {
	if first {
		out.Engine, out.Caller = r.Engine, r.Caller
	}
	if r.Engine != out.Engine {
		out.Engine = audit.EngineBoth
	}
	if r.Caller != out.Caller {
		out.Caller = "" // the sources name theirs
	}
	out.Redacted = out.Redacted || r.Redacted
	for _, n := range r.Notes {
		out.Notes = appendNew(out.Notes, n)
	}
	sources := r.Merged
	if len(sources) == 0 {
		sources = []audit.Source{SourceOf(r)}
	}
	for _, s := range sources {
		if !slices.Contains(out.Merged, s) {
			out.Merged = append(out.Merged, s)
		}
	}
}
