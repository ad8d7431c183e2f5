package report

import (
	"fmt"

	"remotion-doctor/audit"
)

// What a report of many accounts says besides its sections: what most fail for, and
// what changed since the audit before.

// shownCauses and shownChanges are how many the table and Markdown show at once.
const shownCauses, shownChanges = 5, 20

// fleet writes the causes and the changes, below the overview.
func (t *table) fleet(r *audit.Report) {
	if len(r.Accounts) > 1 && len(r.Causes) > 0 {
		t.line("")
		t.line(t.look.bold.Render("What most fail for"))
		for i := range r.Causes[:min(len(r.Causes), t.most(shownCauses))] {
			c := &r.Causes[i]
			t.text(fmt.Sprintf("%3d. %s", i+1, rankedLine(c)), "     ")
			if c.Advice != "" {
				t.text("     "+t.look.dim.Render(Clean(c.Advice)), "     ")
			}
		}
	}
	if r.Since == nil {
		return
	}
	t.line("")
	t.text(t.look.bold.Render(sinceLine(r.Since)), "  ")
	lines, left := sinceEntries(r.Since, t.most(shownChanges))
	for _, l := range lines {
		t.text("  "+l, "    ")
	}
	if left > 0 {
		t.line(t.look.dim.Render(fmt.Sprintf("  and %d more: --verbose shows them", left)))
	}
}

// most is n, or any number where all is asked for.
func (t *table) most(n int) int {
	if t.options.Verbose {
		return 1 << 30
	}
	return n
}

// fleet writes the same in Markdown.
func (m *markdown) fleet() {
	r := m.report
	if len(r.Accounts) > 1 && len(r.Causes) > 0 {
		m.line("\n**What most fail for**\n")
		for i := range r.Causes[:min(len(r.Causes), shownCauses)] {
			c := &r.Causes[i]
			m.line("%d. %s", i+1, mdText(rankedLine(c)))
			if c.Advice != "" {
				m.line("   %s", mdText(c.Advice))
			}
		}
	}
	if r.Since == nil {
		return
	}
	m.line("\n**%s**\n", mdText(sinceLine(r.Since)))
	lines, left := sinceEntries(r.Since, shownChanges)
	for _, l := range lines {
		m.line("- %s", mdText(l))
	}
	if left > 0 {
		m.line("- and %d more", left)
	}
}
