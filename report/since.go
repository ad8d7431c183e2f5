package report

import (
	"fmt"
	"strings"

	"remotion-doctor/audit"
)

// SinceOf returns what became of the principals of a report since an older one.
// Sections belong together as in [Compare]. Who is missing in an account that could
// not be read this time is not gone, but unread.
func SinceOf(old, now *audit.Report) *audit.Since {
	out := &audit.Since{Of: SourceOf(old), Principals: []audit.SinceEntry{}}
	pairs := pair(old, now)
	ids := now.SectionIDs()
	for i := range now.Sections {
		s := &now.Sections[i]
		if s.Target.Kind == audit.TargetAccount { // which is no principal
			continue
		}
		entry := entryOf(s, ids[i], met(now, s))
		before := pairs.old[i]
		if before == nil {
			entry.Became = audit.BecameNew
		} else {
			entry.Became, entry.Why = became(old, before, now, s)
		}
		note(out, entry)
	}
	unread := unreadAccounts(now)
	for i, id := range old.SectionIDs() {
		s := &old.Sections[i]
		switch {
		case pairs.used[s] || s.Target.Kind == audit.TargetAccount:
		case unread[s.Account()]:
			out.Summary.Unread++
		default:
			entry := entryOf(s, id, met(old, s))
			entry.Became = audit.BecameGone
			note(out, entry)
		}
	}
	return out
}

// unreadAccounts are the accounts of a report in which not everybody was looked for.
func unreadAccounts(r *audit.Report) map[string]bool {
	out := map[string]bool{}
	for i := range r.Accounts {
		if a := &r.Accounts[i]; a.Status != audit.AccountAudited {
			out[a.ID] = true
		}
	}
	return out
}

func entryOf(s *audit.Section, id string, met bool) audit.SinceEntry {
	return audit.SinceEntry{Section: id, ARN: s.Principal.ARN, AccountID: s.Account(), Requirement: s.Requirement.Name, Met: met}
}

// became compares a section with what it was; an empty Became is no change.
func became(old *audit.Report, before *audit.Section, now *audit.Report, s *audit.Section) (audit.Became, []string) {
	was, is := met(old, before), met(now, s)
	d := &Comparison{}
	d.section(before, s, "")
	var why []string
	if len(d.Sections) > 0 {
		why = d.Sections[0].Why
	}
	switch {
	case !was && is:
		return audit.BecameFixed, why
	case was && !is:
		return audit.BecameBroken, why
	case len(d.Sections) > 0 && !is:
		return audit.BecameChanged, why
	}
	return "", nil
}

// note counts an entry, and keeps it where something became of the principal.
func note(s *audit.Since, e audit.SinceEntry) {
	counts := map[audit.Became]*int{
		audit.BecameFixed: &s.Summary.Fixed, audit.BecameBroken: &s.Summary.Broken, audit.BecameChanged: &s.Summary.Changed,
		audit.BecameNew: &s.Summary.New, audit.BecameGone: &s.Summary.Gone, "": &s.Summary.Unchanged,
	}
	*counts[e.Became]++
	if e.Became != "" {
		s.Principals = append(s.Principals, e)
	}
}

// sinceLine counts what became of the principals.
func sinceLine(s *audit.Since) string {
	var parts []string
	for _, p := range []struct {
		n    int
		word string
	}{
		{s.Summary.Broken, "broken"},
		{s.Summary.Fixed, "fixed"},
		{s.Summary.Changed, "failing for another reason"},
		{s.Summary.New, "new"},
		{s.Summary.Gone, "gone"},
		{s.Summary.Unread, "not looked at again"},
		{s.Summary.Unchanged, "unchanged"},
	} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.word))
		}
	}
	return "since " + s.Of.GeneratedAt.UTC().Format("2006-01-02 15:04 UTC") + ": " + strings.Join(parts, ", ")
}

// sinceMark gives each change its glyph; the word is next to it.
var sinceMark = map[audit.Became]string{
	audit.BecameBroken: "✗", audit.BecameChanged: "◐", audit.BecameFixed: "✓", audit.BecameNew: "+", audit.BecameGone: "–",
}

// sinceEntry is a principal in a line: "✗ broken  arn:… (caller)".
func sinceEntry(e *audit.SinceEntry) string {
	name := e.ARN
	if name == "" {
		name = "account " + e.AccountID
	}
	text := fmt.Sprintf("%s %s  %s (%s)", sinceMark[e.Became], e.Became, Clean(name), Clean(e.Requirement))
	if e.Became == audit.BecameNew && !e.Met {
		text += ", does not meet its requirement"
	}
	if len(e.Why) > 0 {
		text += ": " + Clean(strings.Join(e.Why, "; "))
	}
	return text
}

// sinceOrder is the order in which changes are shown: what is worse first.
var sinceOrder = []audit.Became{audit.BecameBroken, audit.BecameNew, audit.BecameChanged, audit.BecameFixed, audit.BecameGone}

// sinceEntries are the entries in the order in which they are shown, at most n; left
// is how many more there are.
func sinceEntries(s *audit.Since, n int) (lines []string, left int) {
	for _, kind := range sinceOrder {
		for i := range s.Principals {
			e := &s.Principals[i]
			switch {
			case e.Became != kind:
			case len(lines) < n:
				lines = append(lines, sinceEntry(e))
			default:
				left++
			}
		}
	}
	return lines, left
}
