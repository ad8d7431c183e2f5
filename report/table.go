package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"remotion-doctor/audit"
)

// Table writes the report for people: each section with its verdict, the
// reasons of what does not pass, and the cure.
func Table(w io.Writer, r *audit.Report, o Options) error {
	t := &table{w: w, options: o, look: newLook(w, o.Color)}
	for i := range r.Sections {
		if i > 0 {
			t.line("")
		}
		t.section(r, &r.Sections[i])
	}
	if len(r.Sections) > 1 {
		t.overall(r)
	}
	return t.err
}

// A table writes a report and keeps the first error.
type table struct {
	w       io.Writer
	options Options
	look    look
	err     error
}

func (t *table) line(s string) {
	if t.err == nil {
		_, t.err = fmt.Fprintln(t.w, strings.TrimRight(s, " "))
	}
}

// noBreak stands for a blank at which a line must not end.
const noBreak = "\u00a0"

// text writes a paragraph, broken to the width, later lines indented.
func (t *table) text(s, blanks string) {
	width := t.options.Width
	if width > 0 {
		width = max(20, width-len(blanks))
	}
	for i, l := range wrap(s, width, false) {
		if i > 0 {
			l = blanks + l
		}
		t.line(strings.ReplaceAll(l, noBreak, " "))
	}
}

func (t *table) section(r *audit.Report, s *audit.Section) {
	t.header(r, s)
	if s.Error != nil {
		t.line("")
		t.text(t.look.bad.Render("✗ not checked")+"  "+Clean(s.Error.Message), "    ")
		if s.Error.Hint != "" {
			t.text("  hint: "+Clean(s.Error.Hint), "    ")
		}
		return
	}
	t.line("")
	if err := t.findings(s); err != nil && t.err == nil {
		t.err = err
	}
	t.remediation(s)
	t.obstacles(s)
	t.line("")
	t.summary(s)
}

func (t *table) header(r *audit.Report, s *audit.Section) {
	name := s.Target.Kind.Title()
	if s.Target.Name != "" {
		name = Clean(s.Target.Name) + " · " + name
	}
	t.line(t.look.bold.Render(name))
	if s.Principal.ARN != "" {
		t.line(fmt.Sprintf("%-10s%s", s.Principal.Type(), Clean(s.Principal.ARN)))
	}
	if s.Error != nil {
		return
	}
	requires := "the policy in " + Clean(s.Requirement.Name)
	if s.Requirement.RemotionVersion != "" {
		requires = "Remotion " + Clean(s.Requirement.RemotionVersion) + " " + s.Requirement.Name + " policy"
	}
	t.line("requires  " + requires + " · " + strings.Join(s.Regions, ", "))
	engine := "offline evaluator"
	if r.Engine != audit.EngineLocal {
		engine = fmt.Sprintf("IAM policy simulator · %s", count(s.Usage.Calls, "call"))
	}
	t.line("engine    " + engine)
	for _, n := range s.Notes {
		t.text("note      "+Clean(n), "          ")
	}
}

func count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// A group is a module with its findings.
type group struct {
	module   audit.Module
	findings []*audit.Finding
	worst    audit.Status
	passed   int
}

// groups sorts the findings into their modules, the worst module first.
func groups(s *audit.Section) []group {
	var out []group
	index := map[string]int{}
	for _, m := range s.Modules {
		if _, ok := index[m.Name]; !ok {
			index[m.Name] = len(out)
			out = append(out, group{module: m, worst: audit.Pass})
		}
	}
	for i := range s.Findings {
		f := &s.Findings[i]
		n, ok := index[f.Module]
		if !ok {
			n = len(out)
			index[f.Module] = n
			out = append(out, group{module: audit.Module{Name: f.Module, Title: f.Module}, worst: audit.Pass})
		}
		g := &out[n]
		g.findings = append(g.findings, f)
		if severity[f.Status] < severity[g.worst] {
			g.worst = f.Status
		}
		if f.Status == audit.Pass {
			g.passed++
		}
	}
	out = slices.DeleteFunc(out, func(g group) bool { return len(g.findings) == 0 })
	slices.SortStableFunc(out, func(a, b group) int { return severity[a.worst] - severity[b.worst] })
	return out
}

// findings writes the one table of a section.
func (t *table) findings(s *audit.Section) error {
	l := t.layout(s)
	var rows [][]string
	var folded []string
	effective := false
	for _, g := range groups(s) {
		if g.worst == audit.Pass && !t.options.Verbose {
			folded = append(folded, strings.ReplaceAll(fmt.Sprintf("%s %d/%d", Clean(g.module.Title), g.passed, len(g.findings)), " ", noBreak))
			effective = effective || slices.ContainsFunc(g.findings, func(f *audit.Finding) bool { return f.Scope == audit.ScopeEffective })
			continue
		}
		rows = append(rows, t.group(g, l)...)
	}
	if len(rows) > 0 {
		if err := t.render(l, rows); err != nil {
			return err
		}
	}
	if len(folded) > 0 {
		line := t.look.status(audit.Pass) + "  " + strings.Join(folded, " · ")
		if effective {
			line += "  (effective: for this account and these regions)"
		}
		t.text(line, "        ")
	}
	return nil
}

func (t *table) group(g group, l layout) [][]string {
	score := fmt.Sprintf("%d/%d", g.passed, len(g.findings))
	title := Clean(g.module.Title)
	gap := max(1, l.action-ansi.StringWidth(title)-len(score))
	head := []string{t.look.bold.Render(title) + strings.Repeat(" ", gap) + score, t.look.status(g.worst), ""}
	if g.worst != audit.Pass {
		head[len(head)-1] = t.look.dim.Render(strings.Join(wrap(Clean(g.module.Breaks), l.why, t.hard()), "\n"))
	}
	rows := [][]string{l.row(head[0], "", head[1], head[2])}
	sorted := slices.Clone(g.findings)
	slices.SortStableFunc(sorted, func(a, b *audit.Finding) int { return severity[a.Status] - severity[b.Status] })
	for _, f := range sorted {
		if f.Status == audit.Pass && !t.options.Verbose {
			continue
		}
		rows = append(rows, l.row("  "+strings.Join(wrap(Clean(f.Action), l.action-2, true), "\n  "),
			strings.Join(wrap(Clean(f.Resource), l.resource, true), "\n"),
			t.look.status(f.Status), strings.Join(wrap(why(f), l.why, t.hard()), "\n")))
	}
	return rows
}

// hard reports whether words that are too long for a column are broken.
func (t *table) hard() bool { return t.options.Width > 0 }

// why is the reason with the place of the deciding statement.
func why(f *audit.Finding) string {
	reason := Clean(f.Reason)
	if f.Status == audit.Partial && f.Granted != "" && !strings.HasPrefix(reason, "covers ") && !strings.Contains(reason, f.Granted) {
		reason += ": covers " + Clean(f.Granted) + ", not " + Clean(f.NotGranted)
	}
	if f.Status == audit.Blocked && len(f.Statements) > 0 && !f.Statements[0].Start.IsZero() {
		reason += fmt.Sprintf(", line %d", f.Statements[0].Start.Line)
	}
	return reason
}

// pipedReason is the width of reasons where the table has no limit: sentences
// are broken there, ARNs never are.
const pipedReason = 60

// gutter stands behind each column.
const gutter = "  "

// A layout is the widths of the columns; resource is 0 where it has none.
type layout struct{ action, resource, why int }

func (t *table) layout(s *audit.Section) layout {
	l := layout{action: len("MODULE / ACTION")}
	resource := 0
	for i := range s.Findings {
		f := &s.Findings[i]
		if f.Status != audit.Pass || t.options.Verbose {
			l.action = max(l.action, ansi.StringWidth(Clean(f.Action))+2)
			resource = max(resource, ansi.StringWidth(Clean(f.Resource)))
		}
	}
	for i := range s.Modules {
		l.action = max(l.action, ansi.StringWidth(Clean(s.Modules[i].Title))+6)
	}
	const result = 9 // "⊘ blocked"
	switch w := t.options.Width; {
	case w == 0:
		l.resource, l.why = resource, pipedReason
	case w >= 120:
		l.action = min(l.action, 46)
		l.resource = min(resource, 48)
		l.why = max(30, w-l.action-l.resource-result-4*len(gutter))
	default:
		l.action = min(l.action, w/2)
		l.why = max(20, w-l.action-result-3*len(gutter))
	}
	return l
}

func (l layout) row(action, resource, result, why string) []string {
	if l.resource == 0 {
		return []string{action, result, why}
	}
	return []string{action, resource, result, why}
}

func (t *table) render(l layout, rows [][]string) error {
	var b strings.Builder
	out := tablewriter.NewTable(&b,
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders: tw.Border{Left: tw.Off, Right: tw.Off, Top: tw.Off, Bottom: tw.Off},
			Symbols: tw.NewSymbols(tw.StyleLight),
			Settings: tw.Settings{
				Lines:      tw.Lines{ShowTop: tw.Off, ShowBottom: tw.Off, ShowHeaderLine: tw.On, ShowFooterLine: tw.Off},
				Separators: tw.Separators{BetweenColumns: tw.Off, BetweenRows: tw.Off, ShowHeader: tw.On, ShowFooter: tw.Off},
			},
		})),
		tablewriter.WithEastAsian(tw.Off), // widths must not depend on the locale
		tablewriter.WithHeaderAutoFormat(tw.Off), tablewriter.WithHeaderAlignment(tw.AlignLeft),
		tablewriter.WithRowAutoWrap(tw.WrapNone), tablewriter.WithHeaderAutoWrap(tw.WrapNone),
		tablewriter.WithRowAlignment(tw.AlignLeft), tablewriter.WithTrimSpace(tw.Off), tablewriter.WithTrimLine(tw.Off),
		tablewriter.WithPadding(tw.Padding{Left: "", Right: gutter, Overwrite: true}),
	)
	out.Header(l.row("MODULE / ACTION", "RESOURCE", "RESULT", "WHY"))
	for _, row := range rows {
		if err := out.Append(row); err != nil {
			return err
		}
	}
	if err := out.Render(); err != nil {
		return err
	}
	for line := range strings.Lines(b.String()) {
		t.line(strings.TrimSuffix(line, "\n"))
	}
	return nil
}
