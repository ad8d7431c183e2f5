package report

import (
	"cmp"
	"slices"

	"remotion-doctor/audit"
)

// Merge puts the sections of several reports into one. No section is lost: of
// one that several reports have (by [audit.SectionID]) the newest stays. Each
// section names the report that it comes from by its digest. One report alone
// is returned unchanged.
func Merge(reports []*audit.Report) *audit.Report {
	if len(reports) == 1 {
		return reports[0]
	}
	out, order := join(reports)
	for _, at := range order {
		out.Sections = append(out.Sections, at.of(reports[at.report]))
	}
	out.OK = out.Verdict().OK()
	return out
}

// An origin is where a section of a merged report comes from.
type origin struct {
	report, section int
}

// of returns the section of the report at hand, which names that report.
func (o origin) of(r *audit.Report) audit.Section {
	s := r.Sections[o.section]
	s.Source = cmp.Or(s.Source, r.Digest)
	return s
}

// join merges what reports say about the whole run, and says where the sections of
// the merged report come from, in their order. Of a section it looks at the identity
// alone.
func join(reports []*audit.Report) (out *audit.Report, order []origin) {
	out = &audit.Report{SchemaVersion: audit.SchemaVersion, Sections: []audit.Section{}, Merged: []audit.Source{}}
	newest := newestSections(reports, out)
	for i, r := range reports {
		mergeHead(out, r, i == 0)
		for _, key := range mergeKeys(r) {
			if at, ok := newest[key]; ok {
				order = append(order, at)
				delete(newest, key)
			}
		}
	}
	return out, order
}

// newestSections says where each section is newest, and gives out the tool and the
// time of the newest report.
func newestSections(reports []*audit.Report, out *audit.Report) map[mergeKey]origin {
	// From old to new, so that what comes later replaces what was there.
	byAge := make([]int, len(reports))
	for i := range byAge {
		byAge[i] = i
	}
	slices.SortStableFunc(byAge, func(a, b int) int { return reports[a].GeneratedAt.Compare(reports[b].GeneratedAt) })
	newest := map[mergeKey]origin{}
	for _, i := range byAge {
		out.Tool, out.GeneratedAt = reports[i].Tool, reports[i].GeneratedAt
		for j, key := range mergeKeys(reports[i]) {
			newest[key] = origin{i, j}
		}
	}
	return newest
}

// A mergeKey is the identity of a section, and which one it is of those with
// the same in one report.
type mergeKey struct {
	id audit.SectionID
	n  int
}

func mergeKeys(r *audit.Report) []mergeKey {
	seen := map[audit.SectionID]int{}
	out := make([]mergeKey, len(r.Sections))
	for i := range r.Sections {
		id := r.Sections[i].Identity()
		out[i] = mergeKey{id, seen[id]}
		seen[id]++
	}
	return out
}

// mergeHead merges what reports say about the whole run.
func mergeHead(out, r *audit.Report, first bool) {
	if first {
		out.Engine, out.Caller, out.Directory, out.Gate = r.Engine, r.Caller, r.Directory, r.Gate
	}
	if r.Engine != out.Engine {
		out.Engine = audit.EngineBoth
	}
	if r.Caller != out.Caller {
		out.Caller = "" // the sources name theirs
	}
	if r.Directory != out.Directory {
		out.Directory = ""
	}
	out.Gate = out.Gate.Join(r.Gate)
	out.Redacted = out.Redacted || r.Redacted
	for _, n := range r.Notes {
		out.Notes = appendNew(out.Notes, n)
	}
	out.Accounts = mergeAccounts(out.Accounts, r.Accounts)
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

// mergeAccounts puts accounts together: of one that both have, the later stays.
func mergeAccounts(out, more []audit.Account) []audit.Account {
	for _, a := range more {
		i := slices.IndexFunc(out, func(b audit.Account) bool { return a.ID == b.ID })
		if i < 0 {
			out = append(out, a)
			continue
		}
		out[i] = a
	}
	return out
}
