package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
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
	if s.SectionsAdded > 0 {
		parts = append(parts, count(s.SectionsAdded, "target")+" only in the newer report")
	}
	if s.SectionsRemoved > 0 {
		parts = append(parts, count(s.SectionsRemoved, "target")+" only in the older report")
	}
	if s.Unchecked > 0 {
		parts = append(parts, count(s.Unchecked, "target")+" could not be checked")
	}
	if len(parts) == 0 {
		return "nothing to compare"
	}
	return strings.Join(parts, ", ")
}

// name says what a change concerns.
func (c *Change) name() string {
	text := Clean(c.Action)
	if c.Resource != "" {
		text += " on " + Clean(c.Resource)
	}
	return text + c.in()
}

// placed are the reasons, behind the Regions where those are fewer than the
// section's.
func (c *Change) placed() string {
	if len(c.Regions) == 0 {
		return c.reasons()
	}
	return strings.TrimPrefix(c.in(), ", ") + ": " + c.reasons()
}

// in names the Regions of a change; empty where they are those of its section.
func (c *Change) in() string {
	if len(c.Regions) == 0 {
		return ""
	}
	return ", in " + Clean(strings.Join(c.Regions, ", "))
}

// reasons says why a finding is unchanged, and what it was before.
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
		t.text(t.look.bold.Render(s.heading())+"  "+Clean(s.Principal.ARN), "    ")
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

// ComparisonMarkdown writes a difference for pull-request comments, what is worse
// first. What does not fit is counted.
func ComparisonMarkdown(w io.Writer, d *Comparison) error {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s remotion-doctor: %s\n", tick(!d.Summary.Worse()), mdText(d.Summary.line()))
	left := 0
	for _, s := range byGravity(d.Sections) {
		text := s.markdown()
		if b.Len()+len(text) > CommentLimit-footRoom {
			left++
			continue
		}
		b.WriteString(text)
	}
	if left > 0 {
		fmt.Fprintf(&b, "\n**%s left out: the size limit is reached.**\n", count(left, "changed target"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// byGravity sorts the sections of a difference: those that got worse first.
func byGravity(sections []SectionDiff) []SectionDiff {
	gravity := func(s SectionDiff) int {
		n := len(changeOrder)
		if s.Error != "" {
			n = -1
		}
		for _, c := range s.Changes {
			n = min(n, changeOrder[c.Kind])
		}
		return n
	}
	out := slices.Clone(sections)
	slices.SortStableFunc(out, func(a, b SectionDiff) int { return gravity(a) - gravity(b) })
	return out
}

// heading names the section of a difference: target, account, Regions, file.
func (s *SectionDiff) heading() string {
	parts := []string{s.Target.Kind.Title()}
	if s.Target.Name != "" {
		parts = []string{Clean(s.Target.Name), s.Target.Kind.Title()}
	}
	for _, part := range []string{s.Principal.AccountID, strings.Join(s.Regions, ", "), s.File, s.Requirement} {
		if part != "" {
			parts = append(parts, Clean(part))
		}
	}
	text := strings.Join(parts, " · ")
	switch s.Kind {
	case Added:
		text += ": only in the newer report"
	case Removed:
		text += ": only in the older report"
	}
	return text
}

func (s *SectionDiff) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s\n\n", mdText(s.heading()))
	if s.Error != "" {
		fmt.Fprintf(&b, "**not checked:** %s\n\n", mdText(s.Error))
	}
	for _, why := range s.Why {
		fmt.Fprintf(&b, "- because %s\n", mdText(why))
	}
	if len(s.Changes) > 0 {
		b.WriteString("\n| | Action | Resource | Why |\n|---|---|---|---|\n")
	}
	for j := range s.Changes {
		c := &s.Changes[j]
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", changeWord[c.Kind], mdCode(c.Action), mdCode(c.Resource), mdText(c.placed()))
	}
	return b.String()
}
