package report

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"remotion-doctor/audit"
)

// findings writes the one table of a section, and a line for what passes.
func (t *table) findings(r *audit.Report, s *audit.Section) error {
	l := t.layout(s)
	var rows [][]string
	var folded []string
	effective := false
	for _, g := range groups(s) {
		if g.word() == string(audit.Pass) && !t.options.Verbose {
			folded = append(folded, whole(Clean(g.module.Title)+" "+g.score()))
			effective = effective || slices.ContainsFunc(g.findings, func(f *audit.Finding) bool { return f.Scope == audit.ScopeEffective })
			continue
		}
		rows = append(rows, t.group(r, s, g, l)...)
	}
	if len(rows) > 0 {
		if err := t.render(l, rows); err != nil {
			return err
		}
	}
	defer t.unused(s)
	if len(folded) > 0 {
		line := t.look.status(audit.Pass) + "  " + strings.Join(folded, " · ")
		if effective {
			line += "  (effective: for this account and these regions)"
		}
		t.text(line, "        ")
	}
	return nil
}

// unused names the documented grants that do not pass and are never called.
func (t *table) unused(s *audit.Section) {
	var names []string
	for i := range s.Findings {
		if f := &s.Findings[i]; f.Use == audit.UseUnused && f.Status != audit.Pass && !slices.Contains(names, Clean(f.Action)) {
			names = append(names, Clean(f.Action))
		}
	}
	if len(names) == 0 {
		return
	}
	by := ""
	if v := s.Requirement.Version; v != "" {
		by = " by " + Clean(v)
	}
	t.text(t.look.dim.Render("– unused")+"  documented, never called"+by+": "+strings.Join(names, ", ")+"; --strict counts them", "        ")
}

// group makes the rows of a module: its score and what breaks without it, where
// the operations above do not tell that already, then its findings.
func (t *table) group(r *audit.Report, s *audit.Section, g group, l layout) [][]string {
	title := Clean(g.module.Title)
	gap := max(1, l.action-ansi.StringWidth(title)-len(g.score()))
	head := row{action: t.look.bold.Render(title) + strings.Repeat(" ", gap) + g.score(), result: t.look.word(g.word())}
	if g.worst != audit.Pass && (len(s.Operations) == 0 || t.options.Verbose) {
		head.why = t.look.dim.Render(strings.Join(wrap(Clean(g.module.Breaks), l.why, t.hard()), "\n"))
	}
	rows := [][]string{l.row(head)}
	for _, f := range g.sorted() {
		if f.Status != audit.Pass && f.Use != audit.UseUnused || t.options.Verbose {
			rows = append(rows, l.row(t.finding(r, f, l)))
		}
	}
	return rows
}

func (t *table) finding(r *audit.Report, f *audit.Finding, l layout) row {
	out := row{
		action:   "  " + strings.Join(wrap(Clean(f.Action), l.action-2, true), "\n  "),
		resource: strings.Join(wrap(Clean(f.Resource), l.resource, true), "\n"),
		result:   t.look.status(f.Status),
		where:    strings.Join(wrap(where(decider(f)), l.where, true), "\n"),
	}
	reason := t.why(f)
	if place := where(decider(f)); l.where == 0 && place != "" && f.Status != audit.Pass {
		reason += ", " + strings.TrimPrefix(place, Clean(f.Statements[0].Policy)+":")
		if f.Statements[0].File == "" {
			reason = t.why(f) + ", line " + number(f.Statements[0].Start.Line)
		}
	}
	out.why = strings.Join(wrap(reason, l.why, t.hard()), "\n")
	if words := excused(r, f); words != "" {
		out.result = t.look.dim.Render(marks[f.Status] + " " + string(f.Status))
		out.why = t.look.dim.Render(strings.Join(append(wrap(reason, l.why, t.hard()), wrap(words, l.why, t.hard())...), "\n"))
	}
	return out
}

// why is the reason. Where the terminal is narrow, the beginning that what is
// granted and what is not have in common is left out.
func (t *table) why(f *audit.Finding) string {
	reason := why(f)
	if f.Status != audit.Partial || t.options.Width == 0 || t.options.Width >= 150 {
		return reason
	}
	granted, not := Clean(f.Granted), Clean(f.NotGranted)
	n := common(granted, not)
	if n < 12 {
		return reason
	}
	return strings.NewReplacer(granted, "…"+granted[n:], not, "…"+not[n:]).Replace(reason)
}

// common is the length of the common beginning of two ARNs, up to a separator.
func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return strings.LastIndexAny(a[:n], ":/-") + 1
}

// hard reports whether words that are too long for a column are broken.
func (t *table) hard() bool { return t.options.Width > 0 }

// A row is the cells of a row; a layout leaves out what it has no room for.
type row struct{ action, resource, result, why, where string }

// pipedReason is the width of reasons where the table has no limit: sentences
// are broken there, ARNs never are.
const pipedReason = 60

// gutter stands behind each column.
const gutter = "  "

// resultWidth is that of "⊘ blocked" and "? unknown".
const resultWidth = 9

// A layout is the widths of the columns; resource and where are 0 where there
// is no such column.
type layout struct{ action, resource, why, where int }

func (t *table) layout(s *audit.Section) layout {
	want := layout{action: len("MODULE / ACTION")}
	for i := range s.Findings {
		f := &s.Findings[i]
		if f.Status == audit.Pass && !t.options.Verbose {
			continue
		}
		want.action = max(want.action, ansi.StringWidth(Clean(f.Action))+2)
		want.resource = max(want.resource, ansi.StringWidth(Clean(f.Resource)))
		want.where = max(want.where, ansi.StringWidth(where(decider(f))))
	}
	for i := range s.Modules {
		want.action = max(want.action, ansi.StringWidth(Clean(s.Modules[i].Title))+6)
	}
	return want.fit(t.options.Width)
}

// fit divides the width of the terminal among the columns: reasons first, then
// the resource next to the action, then the place of the statement.
func (l layout) fit(width int) layout {
	l.resource = max(l.resource, len("RESOURCE"))
	if l.where > 0 {
		l.where = max(l.where, len("WHERE"))
	}
	free := width - resultWidth - 3*len(gutter)
	switch {
	case width == 0:
		l.why = pipedReason
		return l
	case width >= 150:
		l.action, l.where = min(l.action, 42), min(l.where, 24)
		free -= len(gutter)
		if l.where > 0 {
			free -= len(gutter) + l.where
		}
		l.resource = min(l.resource, free-l.action-comfortable)
	case width >= 110:
		l.action, l.where = min(l.action, 36), 0
		free -= len(gutter)
		l.resource = min(l.resource, free-l.action-comfortable)
	default:
		const least = 20 // that reasons can be read in
		l.action, l.resource, l.where = min(l.action, width/2, max(least, free-least)), 0, 0
	}
	l.why = max(12, free-l.action-l.resource)
	return l
}

// comfortable is the width that reasons are not narrowed below for the sake of
// other columns.
const comfortable = 36

func (l layout) row(r row) []string {
	cells := []string{r.action}
	if l.resource > 0 {
		cells = append(cells, r.resource)
	}
	cells = append(cells, r.result, r.why)
	if l.where > 0 {
		cells = append(cells, r.where)
	}
	return cells
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
	out.Header(l.row(row{"MODULE / ACTION", "RESOURCE", "RESULT", "WHY", "WHERE"}))
	for _, row := range rows {
		if err := out.Append(row); err != nil {
			return err
		}
	}
	if err := out.Render(); err != nil {
		return err
	}
	n := 0
	for line := range strings.Lines(b.String()) {
		line = strings.TrimRight(line, " \n")
		if n++; n <= 2 { // the head and its rule
			line = t.look.dim.Render(line)
		}
		t.line(line)
	}
	return nil
}
