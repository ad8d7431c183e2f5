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
	place := map[string]int{}
	age := map[string]int64{}
	for i, r := range reports {
		if r.GeneratedAt.After(out.GeneratedAt) {
			out.GeneratedAt, out.Tool = r.GeneratedAt, r.Tool
		}
		if i == 0 {
			out.Engine, out.Caller = r.Engine, r.Caller
		}
		if r.Engine != out.Engine {
			out.Engine = audit.EngineBoth
		}
		if r.Caller != out.Caller {
			out.Caller = ""
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
			if !slices.ContainsFunc(out.Merged, func(o audit.Source) bool { return o.Digest == s.Digest && s.Digest != "" }) {
				out.Merged = append(out.Merged, s)
			}
		}
		for _, s := range r.Sections {
			if s.Source == "" {
				s.Source = r.Digest
			}
			key := sectionKey(&s) + s.Principal.ARN
			switch n, ok := place[key]; {
			case !ok:
				place[key] = len(out.Sections)
				age[key] = r.GeneratedAt.UnixNano()
				out.Sections = append(out.Sections, s)
			case age[key] <= r.GeneratedAt.UnixNano():
				age[key] = r.GeneratedAt.UnixNano()
				out.Sections[n] = s
			}
		}
	}
	for i := range out.Sections {
		s := &out.Sections[i]
		out.OK = out.OK && s.Error == nil && s.Summary.Pass == s.Summary.Total()
	}
	return out
}
