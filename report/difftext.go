package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// squeeze writes JSON on one line where it is short enough to be read so.
func squeeze(text string) string {
	s := strings.Join(strings.Fields(text), " ")
	if r := []rune(s); len(r) > 300 {
		return string(r[:299]) + "…"
	}
	return s
}

// ComparisonJSON writes a difference as JSON.
func ComparisonJSON(w io.Writer, d *Comparison) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(d)
}

// changeWord says what became of a finding: "✗ broken".
var changeWord = map[ChangeKind]string{
	Broken: "✗ broken", Added: "✗ added", Altered: "◐ changed", Fixed: "✓ fixed", Removed: "– removed",
}

// line is the one line about a difference.
func (s DiffSummary) line() string {
	var parts []string
	for _, p := range []struct {
		n    int
		word string
	}{
		{s.Broken, "broken"},
		{s.Added, "added that do not pass"},
		{s.Changed, "changed"},
		{s.Fixed, "fixed"},
		{s.Removed, "removed"},
		{s.Unchanged, "unchanged"},
	} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.word))
		}
	}
	if s.Unchecked > 0 {
		parts = append(parts, count(s.Unchecked, "target")+" could not be checked")
	}
	if len(parts) == 0 {
		return "nothing to compare"
	}
	return strings.Join(parts, ", ")
}

// name says what a change is about.
func (c *Change) name() string {
	if c.Resource == "" {
		return Clean(c.Action)
	}
	return Clean(c.Action) + " on " + Clean(c.Resource)
}

// reasons says why a finding is as it is, and what it was before.
func (c *Change) reasons() string {
	now, old := Clean(c.NewReason), Clean(c.OldReason)
	switch c.Kind {
	case Removed:
		return "was " + string(c.Old)
	case Added:
		return now
	case Fixed:
		if now == "" {
			return "before: " + old
		}
		return now + "; before: " + string(c.Old) + ", " + old
	}
	text := string(c.New) + ": " + now + "; before: " + string(c.Old) + ", " + old
	if c.Muted {
		text = "muted, " + text
	}
	return text
}

// ComparisonTable writes a difference for people.
func ComparisonTable(w io.Writer, d *Comparison, o Options) error {
	t := &table{w: w, options: o, look: newLook(w, o.Color)}
	t.line(fmt.Sprintf("%s  →  %s", d.Old.GeneratedAt.UTC().Format("2006-01-02 15:04"), d.New.GeneratedAt.UTC().Format("2006-01-02 15:04")))
	for i := range d.Sections {
		s := &d.Sections[i]
		t.line("")
		t.line(t.look.bold.Render(strings.TrimSpace(Clean(s.Target.Name)+" · "+s.Target.Kind.Title())) + "  " + Clean(s.Principal.ARN))
		if s.Error != "" {
			t.text(t.look.bad.Render("✗ not checked")+"  "+Clean(s.Error), "    ")
		}
		for _, why := range s.Why {
			t.text("  because "+Clean(why), "    ")
		}
		for j := range s.Changes {
			c := &s.Changes[j]
			style := t.look.warn
			switch c.Kind {
			case Broken, Added:
				style = t.look.bad
			case Fixed:
				style = t.look.good
			}
			t.text("  "+style.Render(whole(fmt.Sprintf("%-9s", changeWord[c.Kind])))+"  "+c.name(), "             ")
			t.text("             "+t.look.dim.Render(c.reasons()), "             ")
		}
	}
	t.line("")
	if d.Summary.Worse() {
		t.text(t.look.bad.Render("✗ "+d.Summary.line()+"."), "  ")
	} else {
		t.line(t.look.good.Render("✓ " + d.Summary.line() + "."))
	}
	return t.err
}

// ComparisonMarkdown writes a difference for pull-request comments.
func ComparisonMarkdown(w io.Writer, d *Comparison) error {
	m := &markdown{}
	m.line("## %s remotion-doctor: %s", tick(!d.Summary.Worse()), mdText(d.Summary.line()))
	for i := range d.Sections {
		s := &d.Sections[i]
		if m.full(len(s.Changes)) {
			continue
		}
		m.line("\n### %s\n", mdText(strings.TrimSpace(s.Target.Name+" · "+s.Target.Kind.Title())))
		if s.Error != "" {
			m.line("**not checked:** %s\n", mdText(s.Error))
		}
		for _, why := range s.Why {
			m.line("- because %s", mdText(why))
		}
		if len(s.Changes) > 0 {
			m.line("\n| | Action | Resource | Why |\n|---|---|---|---|")
		}
		for j := range s.Changes {
			if c := &s.Changes[j]; !m.full(1) {
				m.line("| %s | %s | %s | %s |", changeWord[c.Kind], mdCode(c.Action), mdCode(c.Resource), mdText(c.reasons()))
			}
		}
	}
	if m.left > 0 {
		m.line("\n**%s left out: a comment holds no more.**", count(m.left, "row"))
	}
	_, err := io.WriteString(w, m.String())
	return err
}
