package report

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"remotion-doctor/audit"
)

// The overview of a report with several sections: a row each, what fails first.

// An overviewRow is one section in few words.
type overviewRow struct{ target, granted, operations string }

// overviewHead are the words above the columns.
var overviewHead = overviewRow{"  TARGET", "GRANTED", "OPERATIONS"}

// rowOf is the row of a section.
func rowOf(r *audit.Report, s *audit.Section, l label) overviewRow {
	out := overviewRow{target: tick(met(r, s)) + " " + l.String(), granted: "–"}
	if n := s.Summary; s.Error == nil && n.Total() > 0 {
		out.granted = fmt.Sprintf("%d/%d", n.Pass, n.Total())
	}
	var parts []string
	for _, o := range []struct {
		status audit.OperationStatus
		word   string
	}{{audit.Fails, "fails: "}, {audit.Undecided, "not decided: "}, {audit.Degraded, "degraded: "}} {
		if names := operationNames(s, o.status); len(names) > 0 {
			parts = append(parts, o.word+strings.Join(names, ", "))
		}
	}
	v := r.Gate.Verdict(s)
	switch {
	case s.Error != nil:
		parts = []string{notChecked(s)}
	case len(parts) == 0 && met(r, s) && len(s.Operations) > 0 && s.Summary.Pass == s.Summary.Total():
		parts = []string{"all work"}
	case len(parts) == 0:
		parts = []string{score(r, s)}
	}
	if v.Diagnoses > 0 && !strings.Contains(parts[0], "problem") {
		parts = append(parts, count(v.Diagnoses, "problem"))
	}
	if v.Incomplete > 0 {
		parts = append(parts, "incomplete")
	}
	out.operations = strings.Join(parts, " · ")
	return out
}

// overview writes a row for each section, what fails first.
func (t *table) overview(r *audit.Report) {
	if len(r.Sections) < 2 {
		return
	}
	text, good := headline(r)
	t.text(t.look.bold.Render(tick(good)+" "+text), "  ")
	t.line("")
	places := order(r)
	left := 0
	if len(r.Accounts) > 1 {
		left = max(0, len(places)-t.most(shownRows))
		places = places[:len(places)-left]
	}
	rows := make([]overviewRow, len(places))
	wide := ansi.StringWidth(overviewHead.target)
	for n, i := range places {
		rows[n] = rowOf(r, &r.Sections[i], t.labels[i])
		wide = max(wide, ansi.StringWidth(rows[n].target))
	}
	if t.options.Width > 0 {
		wide = min(wide, max(20, t.options.Width/2))
	}
	t.overviewRow(overviewHead, wide, t.look.dim)
	for n, i := range places {
		look := t.look.bad
		if met(r, &r.Sections[i]) {
			look = t.look.good
		}
		t.overviewRow(rows[n], wide, look)
	}
	t.more(left)
}

// shownRows is how many principals of many accounts have a row at once.
const shownRows = 40

// overviewRow writes one row; a target that is wider than its column is broken,
// and so are the operations.
func (t *table) overviewRow(row overviewRow, wide int, look lipgloss.Style) {
	const between = 2
	rest := 0
	if t.options.Width > 0 {
		rest = max(16, t.options.Width-wide-len(overviewHead.granted)-2*between)
	}
	names := wrap(row.target, wide, true)
	if len(names) > 1 {
		names = append(names[:1], wrap(strings.Join(names[1:], " "), wide-2, true)...)
		for i := range names[1:] {
			names[i+1] = "  " + names[i+1]
		}
	}
	ops := wrap(row.operations, rest, false)
	for i := range max(len(names), len(ops)) {
		name, granted, op := at(names, i), "", at(ops, i)
		if i == 0 {
			granted = row.granted
		}
		if name != "" {
			name = look.Render(name)
		}
		t.line(name + strings.Repeat(" ", max(0, wide-ansi.StringWidth(name))+between) + granted +
			strings.Repeat(" ", max(0, len(overviewHead.granted)-ansi.StringWidth(granted))+between) + op)
	}
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}
