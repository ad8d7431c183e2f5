package report

import (
	"io"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// A RemedyView is what is shown of the remedy for one principal.
type RemedyView struct {
	Target       audit.Target
	Principal    iam.Principal
	Requirements []string
	Outcome      string // in a line
	Good         bool   // everything passes, with the remedy or unchanged
	Verified     bool
	Diff         []DiffLine
	Steps        []string // in the console
	Where        []string // in the user's files
	Lost         []string
	Obstacles    []audit.Obstacle
	Notes        []string
}

// A DiffLine is one line of a difference: ' ' for what stays, '-' for what
// goes, '+' for what comes, '@' for a heading.
type DiffLine struct {
	Mark byte
	Text string
}

// Remedy writes a remedy for people: the change as a difference, what it comes
// to, and what no grant cures. An empty line follows, unless it is the last.
func Remedy(w io.Writer, v *RemedyView, o Options, last bool) error {
	t := &traceTree{w: w, options: o, look: newLook(w, o.Color)}
	name := v.Target.Kind.Title()
	if v.Target.Name != "" {
		name = Clean(v.Target.Name) + " · " + name
	}
	t.line(t.look.bold.Render(name))
	t.field(v.Principal.Type(), Clean(v.Principal.ARN))
	t.field("requires", Clean(strings.Join(v.Requirements, "; ")))
	for _, n := range v.Notes {
		t.field("note", Clean(n))
	}
	t.diff(v.Diff)
	t.lost(v.Lost)
	t.lifts(v.Obstacles)
	t.steps("In the console:", v.Steps)
	t.steps("In your files:", v.Where)
	t.line("")
	mark, style := "✓ ", t.look.good
	if !v.Good {
		mark, style = "✗ ", t.look.bad
	}
	t.line(style.Render(mark + Clean(v.Outcome) + "."))
	if !last {
		t.line("")
	}
	return t.err
}

func (t *traceTree) steps(heading string, steps []string) {
	if len(steps) == 0 {
		return
	}
	t.line("")
	t.line(heading)
	for _, s := range steps {
		t.hang("  • ", "    ", Clean(s))
	}
}

// PolicyDiff writes the lines of a difference by themselves.
func PolicyDiff(w io.Writer, lines []DiffLine, o Options) error {
	t := &traceTree{w: w, options: o, look: newLook(w, o.Color)}
	t.diff(lines)
	return t.err
}

func (t *traceTree) diff(lines []DiffLine) {
	for _, l := range lines {
		text := Clean(l.Text)
		switch l.Mark {
		case '@':
			t.line("")
			t.line(t.look.bold.Render(text))
		case '+':
			t.line(t.look.good.Render("+ " + text))
		case '-':
			t.line(t.look.bad.Render("- " + text))
		default:
			t.line(t.look.dim.Render("  " + text))
		}
	}
}

func (t *traceTree) lost(lost []string) {
	if len(lost) == 0 {
		return
	}
	t.line("")
	t.line("Would stop working:")
	for _, l := range lost {
		t.hang(t.look.warn.Render("  − "), "    ", Clean(l))
	}
}

// lifts writes what no grant cures, with the change that would lift it.
func (t *traceTree) lifts(obstacles []audit.Obstacle) {
	if len(obstacles) == 0 {
		return
	}
	t.line("")
	t.line("Not cured by a grant:")
	for i := range obstacles {
		o := &obstacles[i]
		t.hang("  "+t.look.bad.Render("⊘")+" ", "    ", Clean(o.Reason)+": "+Clean(strings.Join(o.Actions, ", ")))
		if o.Change == nil {
			t.hang("    ", "    ", Clean(o.Advice))
			continue
		}
		checked := ""
		if o.Change.Verified {
			checked = " (checked: with it the layer stops nothing of this)"
		}
		t.hang("    ", "    ", "ask "+Clean(o.Owner)+" to: "+Clean(o.Change.Text)+checked)
		if o.Change.Statement == nil {
			continue
		}
		for line := range strings.SplitSeq(o.Change.Statement.Indent(), "\n") {
			t.line("      " + t.look.dim.Render(Clean(line)))
		}
	}
}
