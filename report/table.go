package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"remotion-doctor/audit"
)

// Table writes the report for people: each section with its verdict, what
// works, the reasons of what does not pass, and the cure.
func Table(w io.Writer, r *audit.Report, o Options) error {
	t := &table{w: w, options: o, look: newLook(w, o.Color), labels: labels(r)}
	if o.Links {
		t.w = linker{w}
	}
	t.overview(r)
	t.fleet(r)
	left := 0
	for n, i := range order(r) {
		if len(r.Sections) > 1 && !o.Verbose && (met(r, &r.Sections[i]) || o.Details > 0 && n >= o.Details) {
			if !met(r, &r.Sections[i]) {
				left++
			}
			continue // its row in the overview says all
		}
		if n > 0 || len(r.Sections) > 1 {
			t.line("")
		}
		t.section(r, i)
	}
	if left > 0 && len(r.Accounts) > 1 {
		t.line("")
		t.text(t.look.dim.Render(fmt.Sprintf("and %d more that fail: --verbose shows them in full, --output report.html has all", left)), "")
	}
	if len(r.Sections) != 1 || len(r.Notes) > 0 {
		t.overall(r)
	}
	return t.err
}

// A table writes a report and keeps the first error.
type table struct {
	w       io.Writer
	options Options
	look    look
	labels  []label
	err     error
}

func (t *table) line(s string) {
	if t.err == nil {
		_, t.err = fmt.Fprintln(t.w, strings.TrimRight(s, " "))
	}
}

// noBreak represents a blank at which a line must not end.
const noBreak = "\u00a0"

// whole makes a text that is never broken.
func whole(s string) string { return strings.ReplaceAll(s, " ", noBreak) }

// text writes a paragraph, broken to the width, later lines indented.
func (t *table) text(s, blanks string) {
	width := t.options.Width
	if width > 0 {
		width = max(20, width)
	}
	lines := wrap(s, width, false)
	if len(lines) > 1 {
		lines = append(lines[:1], wrap(strings.Join(lines[1:], " "), max(20, width-len(blanks)), false)...)
	}
	for i, l := range lines {
		if i > 0 {
			l = blanks + l
		}
		t.line(strings.ReplaceAll(l, noBreak, " "))
	}
}

// facts is the width of the words before the facts of a section.
const facts = "          "

// fact writes one line of a section's head: "requires  Remotion 4.0.527 …".
func (t *table) fact(name, value string) {
	if value != "" {
		t.text(t.look.dim.Render(name)+facts[len(name):]+value, facts)
	}
}

func (t *table) section(r *audit.Report, i int) {
	s := &r.Sections[i]
	t.header(r, s, t.labels[i])
	if s.Error != nil {
		t.line("")
		t.text(t.look.bad.Render("✗ "+notChecked(s))+"  "+Clean(s.Error.Message), "    ")
		if s.Error.Hint != "" {
			t.text("  hint: "+Clean(s.Error.Hint), "    ")
		}
		return
	}
	t.operations(s)
	t.leads(r, s)
	t.basis(r, s)
	for _, n := range s.Notes {
		t.fact("note", Clean(n))
	}
	t.line("")
	if err := t.findings(r, s); err != nil && t.err == nil {
		t.err = err
	}
	t.gaps(r, s)
	t.diagnoses(s)
	if o := t.options; o.Verbose || len(r.Sections) == 1 {
		t.remediation(s)
	}
	t.obstacles(s)
	t.excess(r, s)
	t.line("")
	t.summary(r, s)
}

func (t *table) header(r *audit.Report, s *audit.Section, l label) {
	t.headline(r, s, l)
	if s.Principal.ARN != "" {
		t.fact(s.Principal.Type(), Clean(s.Principal.ARN))
	}
	if s.Location != nil {
		t.fact("in", Clean(s.Location.String()))
	}
}

// basis writes what the answers rest on, below the answers.
func (t *table) basis(r *audit.Report, s *audit.Section) {
	t.fact("requires", requires(s)+versionFrom(s)+" · "+Clean(strings.Join(s.Regions, ", ")))
	if len(s.Found) > 0 {
		t.fact("found", Clean(strings.Join(s.Found, "; ")))
	}
	engine := decidedBy(r, s)
	if c := coverageWords(s); c != "" {
		engine += " · " + c
	}
	t.fact("engine", engine)
	if t.options.Verbose {
		t.fact("asked by", Clean(r.Caller))
	}
}

// headline is the verdict on a section, in its colour.
func (t *table) headline(r *audit.Report, s *audit.Section, l label) {
	look := t.look.bad
	if met(r, s) {
		look = t.look.good
	}
	t.text(look.Render(verdictLine(r, s, l)), "  ")
}

// operations says what works. Operations that lack the same stand together.
func (t *table) operations(s *audit.Section) {
	if len(s.Operations) == 0 {
		return
	}
	for _, status := range []audit.OperationStatus{audit.Works, audit.Degraded, audit.Fails, audit.Undecided} {
		name := string(status)
		list := operationsBy(s, status)
		for _, g := range list {
			names := strings.Join(g.names, "  ")
			if because := t.because(&g, len(list)); because != "" {
				names = strings.Join(g.names, ", ") + "  " + t.look.dim.Render("("+because+")")
			}
			t.text(t.look.operation(status, name)+facts[len(name):]+names, facts)
			name = ""
			if t.options.Verbose {
				t.causes(g.causes)
			}
		}
	}
}

// because is what operations lack, so that the cause and the command stay within
// the first lines: a narrow terminal has one line for each of several groups, and
// --verbose says all.
func (t *table) because(g *operationGroup, groups int) string {
	fits := func(text string) bool {
		return len(facts)+ansi.StringWidth(strings.Join(g.names, ", "))+len(text)+4 <= t.options.Width
	}
	if t.options.Width == 0 || t.options.Verbose || fits(g.because) || groups == 1 && len(g.actions) == 1 {
		return g.because
	}
	if text := actionList(g.actions); fits(text) {
		return text
	}
	return few(g.actions)
}

// causes says where the actions of operations are needed.
func (t *table) causes(causes []audit.Cause) {
	for i := range causes {
		t.text(facts+"  "+t.look.dim.Render(causeWords(&causes[i])), facts+"    ")
	}
}

// An operationGroup is operations with the same outcome for the same reason.
type operationGroup struct {
	names   []string
	because string
	actions []string
	causes  []audit.Cause // of the first
}

func operationsBy(s *audit.Section, status audit.OperationStatus) []operationGroup {
	var out []operationGroup
	index := map[string]int{}
	for i := range s.Operations {
		o := &s.Operations[i]
		if o.Status != status {
			continue
		}
		because := operationWords(o)
		n, ok := index[because]
		if !ok {
			n = len(out)
			index[because] = n
			out = append(out, operationGroup{because: because, actions: cleaned(o.Because), causes: o.Causes})
		}
		out[n].names = append(out[n].names, whole(operationName(o)))
	}
	return out
}
