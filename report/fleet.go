package report

import (
	"cmp"
	"fmt"
	"slices"

	"remotion-doctor/audit"
)

// What a report of many accounts says besides its sections: what most fail for, and
// what changed since the audit before.

// shownCauses and shownChanges are how many the table and Markdown show at once.
const shownCauses, shownChanges = 5, 20

// fleet writes the accounts, the causes and the changes, below the overview.
func (t *table) fleet(r *audit.Report) {
	t.accounts(r)
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
	t.more(left)
}

// more says how many lines of a list are left out, where some are.
func (t *table) more(left int) {
	if left > 0 {
		t.line(t.look.dim.Render(fmt.Sprintf("  and %d more: --verbose shows them", left)))
	}
}

// accounts writes how many principals of each account fail, most first.
func (t *table) accounts(r *audit.Report) {
	rows := accountRows(r)
	if len(rows) < 2 {
		return
	}
	t.line("")
	t.line(t.look.bold.Render("Accounts"))
	n := min(len(rows), t.most(shownAccounts))
	for _, row := range rows[:n] {
		t.text("  "+row, "    ")
	}
	t.more(len(rows) - n)
}

const shownAccounts = 10

// accountRows are the accounts in a line each: those that could not be read first,
// then by how many principals fail.
func accountRows(r *audit.Report) []string {
	if len(r.Accounts) < 2 {
		return nil
	}
	failing, all := map[string]int{}, map[string]int{}
	for i := range r.Sections {
		s := &r.Sections[i]
		if s.Target.Kind == audit.TargetAccount {
			continue
		}
		all[s.Account()]++
		if !met(r, s) {
			failing[s.Account()]++
		}
	}
	list := slices.Clone(r.Accounts)
	slices.SortStableFunc(list, func(a, b audit.Account) int {
		return cmp.Or(cmp.Compare(accountRank[a.Status], accountRank[b.Status]), cmp.Compare(failing[b.ID], failing[a.ID]))
	})
	var out []string
	for i := range list {
		a := &list[i]
		text := tick(failing[a.ID] == 0 && (a.Status == audit.AccountAudited || a.Status == audit.AccountSkipped)) + " " + Clean(a.ID)
		if a.Name != "" {
			text += " " + Clean(a.Name)
		}
		switch a.Status {
		case audit.AccountAudited, audit.AccountIncomplete:
			if all[a.ID] == 0 {
				text += ": nobody renders"
			} else {
				text += fmt.Sprintf(": %d of %s fail", failing[a.ID], count(all[a.ID], "principal"))
			}
			if a.Status == audit.AccountIncomplete {
				text += ", audited in part"
			}
		default:
			text += ": " + accountWords[a.Status]
		}
		out = append(out, text)
	}
	return out
}

// accountRank is the order of accounts by what became of them.
var accountRank = map[audit.AccountStatus]int{audit.AccountUnread: 0, audit.AccountPending: 1, audit.AccountIncomplete: 2, audit.AccountAudited: 3, audit.AccountSkipped: 4}

var accountWords = map[audit.AccountStatus]string{audit.AccountUnread: "could not be read", audit.AccountPending: "not reached", audit.AccountSkipped: "skipped"}

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
