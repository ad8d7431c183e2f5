package report

import (
	"fmt"
	"slices"

	"remotion-doctor/audit"
)

// A group is a module with its findings.
type group struct {
	module   audit.Module
	findings []*audit.Finding
	worst    audit.Status // of what is not muted
	passed   int
	muted    int // of what does not pass
	unused   int // of what does not pass
}

// score is what is granted of a module: 9/13.
func (g *group) score() string { return fmt.Sprintf("%d/%d", g.passed, len(g.findings)) }

// word is the outcome of a module: its worst status, or "muted" where only
// muted findings do not pass.
func (g *group) word() string {
	switch {
	case g.worst != audit.Pass:
	case g.muted > 0:
		return mutedWord
	}
	return string(g.worst)
}

// mutedWord represents the outcome of what is muted.
const mutedWord = "muted"

// sorted returns the findings, the worst first.
func (g *group) sorted() []*audit.Finding {
	out := slices.Clone(g.findings)
	worstFirst(out)
	return out
}

func (g *group) add(f *audit.Finding) {
	g.findings = append(g.findings, f)
	switch {
	case f.Status == audit.Pass:
		g.passed++
	case f.Muted != nil:
		g.muted++
	case f.Use == audit.UseUnused:
		g.unused++
	case severity[f.Status] < severity[g.worst]:
		g.worst = f.Status
	}
}

// groups sorts the findings into their modules, the worst module first.
func groups(s *audit.Section) []group {
	var out []group
	index := map[string]int{}
	open := func(m audit.Module) int {
		if _, ok := index[m.Name]; !ok {
			index[m.Name] = len(out)
			out = append(out, group{module: m, worst: audit.Pass})
		}
		return index[m.Name]
	}
	for _, m := range s.Modules {
		open(m)
	}
	for i := range s.Findings {
		f := &s.Findings[i]
		out[open(audit.Module{Name: f.Module, Title: f.Module})].add(f)
	}
	out = slices.DeleteFunc(out, func(g group) bool { return len(g.findings) == 0 })
	slices.SortStableFunc(out, func(a, b group) int { return a.order() - b.order() })
	return out
}

func (g *group) order() int {
	if g.worst == audit.Pass && g.muted == 0 {
		return severity[audit.Pass] + 1
	}
	return severity[g.worst]
}
