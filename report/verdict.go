package report

import (
	"fmt"
	"strings"

	"remotion-doctor/audit"
)

// The words about the verdict. The verdict itself is [audit.Report.Verdict] and
// [audit.Gate.Verdict]: no format decides anything by itself.

// met reports whether nothing in the section counts against it.
func met(r *audit.Report, s *audit.Section) bool { return r.Gate.Verdict(s).OK() }

// score is the one line about a section: "27 of 33 granted, 6 missing".
func score(r *audit.Report, s *audit.Section) string {
	v := r.Gate.Verdict(s)
	if v.Unchecked > 0 {
		return notChecked(s)
	}
	text := granted(s.Summary, v.Tolerated)
	if v.Diagnoses > 0 {
		text += ", " + count(v.Diagnoses, "problem")
	}
	if v.Excess > 0 {
		text += ", " + count(v.Excess, "grant") + " beyond the need"
	}
	if v.Incomplete > 0 {
		text = "incomplete: " + text
	}
	return text
}

// notChecked says that a section was not checked, and whether the run ended
// before it came to it.
func notChecked(s *audit.Section) string {
	if s.Incomplete {
		return "interrupted, not checked"
	}
	return "not checked"
}

// granted counts the grants of a section, some of which do not pass and do not
// count.
func granted(n audit.Summary, tolerated int) string {
	switch n.Total() {
	case 0:
		return "nothing is required"
	case n.Pass:
		return fmt.Sprintf("all %d granted", n.Total())
	case n.Met():
		return fmt.Sprintf("%d of %d granted, the rest is never called", n.Pass, n.Total())
	}
	parts := []string{fmt.Sprintf("%d of %d granted", n.Pass, n.Total())}
	for _, p := range []struct {
		n    int
		word string
	}{{n.Fail, "missing"}, {n.Partial, "in part"}, {n.Blocked, "blocked"}, {n.Unknown, "not decided"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.word))
		}
	}
	text := strings.Join(parts, ", ")
	switch open := n.Total() - n.Pass; {
	case n.Muted == open && n.Muted > 0:
		text += " (all muted)"
	case n.Muted > 0:
		text += fmt.Sprintf(" (%d muted)", n.Muted)
	}
	if n.Unused > 0 {
		text += fmt.Sprintf(", %s", neverCalled(n.Unused))
	}
	if tolerated > 0 {
		text += fmt.Sprintf(" (%d tolerated)", tolerated)
	}
	return text
}

func neverCalled(n int) string {
	if n == 1 {
		return "1 of them never called"
	}
	return fmt.Sprintf("%d of them never called", n)
}

// overall is the one line about a report of several sections.
func overall(r *audit.Report) string {
	good := 0
	for i := range r.Sections {
		if met(r, &r.Sections[i]) {
			good++
		}
	}
	v := r.Verdict()
	text := fmt.Sprintf("%d of %s meet their requirement", good, count(len(r.Sections), "target"))
	if v.Unchecked > 0 {
		text += fmt.Sprintf(", %d could not be checked", v.Unchecked)
	}
	if v.Incomplete > 0 {
		text += fmt.Sprintf(", %d incomplete", v.Incomplete)
	}
	return text
}

// headline is the verdict on the whole report, and whether it is good.
func headline(r *audit.Report) (string, bool) {
	good := r.Verdict().OK()
	switch len(r.Sections) {
	case 0:
		return "nothing was checked", good
	case 1:
		return score(r, &r.Sections[0]), good
	}
	return overall(r), good
}

// tolerated says why a finding that does not pass does not count, where it is
// not muted; empty where it counts.
func tolerated(r *audit.Report, f *audit.Finding) string {
	if f.Status == audit.Pass || f.Muted != nil || f.Use == audit.UseUnused || r.Gate.Finding(f) {
		return ""
	}
	return "tolerated: only " + map[audit.Threshold]string{audit.FailOnPartial: "partial and worse", audit.FailOnFail: "fail and blocked"}[r.Gate.FailOn] + " count"
}

// excused says why a finding that does not pass does not count; empty where it
// counts or passes.
func excused(r *audit.Report, f *audit.Finding) string {
	if f.Muted != nil && f.Status != audit.Pass {
		return mutedWords(f.Muted)
	}
	if f.Use == audit.UseUnused && f.Status != audit.Pass {
		return "documented, never called; --strict counts it"
	}
	return tolerated(r, f)
}
