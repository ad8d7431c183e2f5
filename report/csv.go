package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// A column of the CSV form: its name and where its value comes from.
type column struct {
	name  string
	value func(c cell) string
}

// A cell is what a column may look at: the section, and one of a finding, a
// diagnosis, an excess and a gap, or none of them for a target that could not be
// checked in full.
type cell struct {
	report  *audit.Report
	section *audit.Section
	finding *audit.Finding
	problem *audit.Diagnosis
	excess  *iam.Excess
	gap     *iam.Gap
	id      string
}

// choose returns the value for what the row concerns.
func choose(finding func(*audit.Finding) string, problem func(*audit.Diagnosis) string, excess func(*iam.Excess) string, gap func(*iam.Gap) string, section func(cell) string) func(cell) string {
	return func(c cell) string {
		switch {
		case c.finding != nil:
			return finding(c.finding)
		case c.problem != nil:
			return problem(c.problem)
		case c.excess != nil:
			return excess(c.excess)
		case c.gap != nil:
			return gap(c.gap)
		}
		return section(c)
	}
}

func nothing[T any](T) string { return "" }

var columns = []column{
	{"id", func(c cell) string { return c.id }},
	{"generated_at", func(c cell) string { return c.report.GeneratedAt.Format(time.RFC3339) }},
	{"engine", func(c cell) string { return string(EngineOf(c.report, c.section)) }},
	{"target_kind", func(c cell) string { return string(c.section.Target.Kind) }},
	{"target", func(c cell) string { return c.section.Target.Name }},
	{"principal", func(c cell) string { return c.section.Principal.ARN }},
	{"requirement", func(c cell) string { return c.section.Requirement.Name }},
	{"remotion_version", func(c cell) string { return c.section.Requirement.Version }},
	{"regions", func(c cell) string { return strings.Join(c.section.Regions, " ") }},
	{"module", choose(func(f *audit.Finding) string { return f.Module }, func(d *audit.Diagnosis) string { return "diagnosis " + d.Code },
		func(*iam.Excess) string { return "excess" }, func(*iam.Gap) string { return "gap" }, nothing)},
	{"sid", of(func(f *audit.Finding) string { return f.Sid })},
	{"action", choose(func(f *audit.Finding) string { return f.Action }, nothing, func(e *iam.Excess) string { return e.Action }, nothing, nothing)},
	{"resource", choose(func(f *audit.Finding) string { return f.Resource }, nothing, func(e *iam.Excess) string { return e.Resource }, nothing, nothing)},
	{"effective", of(func(f *audit.Finding) string { return strings.Join(f.Effective, " ") })},
	{"status", choose(func(f *audit.Finding) string { return string(f.Status) }, func(d *audit.Diagnosis) string { return string(d.Severity) },
		excessLevel, gapWord, func(c cell) string {
			if c.section.Error != nil {
				return "error"
			}
			return "incomplete"
		})},
	{"scope", of(func(f *audit.Finding) string { return string(f.Scope) })},
	{"granted", choose(func(f *audit.Finding) string { return f.Granted }, nothing, func(e *iam.Excess) string { return e.Example }, nothing, nothing)},
	{"not_granted", of(func(f *audit.Finding) string { return f.NotGranted })},
	{"layer", of(func(f *audit.Finding) string { return string(f.Layer) })},
	{"reason", choose(func(f *audit.Finding) string { return f.Reason }, func(d *audit.Diagnosis) string { return d.Message },
		func(e *iam.Excess) string { return e.Why }, (*iam.Gap).String, func(c cell) string {
			if c.section.Error != nil {
				return c.section.Error.Message
			}
			return unfinished(c.section)
		})},
	{"policy", statement(func(s *iam.StatementRef) string { return s.Policy })},
	{"policy_sid", statement(func(s *iam.StatementRef) string { return s.Sid })},
	{"file", statement(func(s *iam.StatementRef) string { return s.File })},
	{"line", statement(func(s *iam.StatementRef) string { return number(s.Start.Line) })},
	{"column", statement(func(s *iam.StatementRef) string { return number(s.Start.Column) })},
	{"missing_context", of(func(f *audit.Finding) string { return strings.Join(f.MissingContext, " ") })},
	{"muted_by", muted(func(m *audit.Muted) string { return string(m.By) })},
	{"muted_reason", muted(func(m *audit.Muted) string { return m.Reason })},
	{"muted_owner", muted(func(m *audit.Muted) string { return m.Owner })},
	{"muted_expires", muted(func(m *audit.Muted) string { return m.Expires })},
	{"counts", func(c cell) string { return strconv.FormatBool(c.counts()) }},
	{"hint", choose(nothing, func(d *audit.Diagnosis) string { return d.Hint }, nothing, func(g *iam.Gap) string { return g.Hint }, func(c cell) string {
		if c.section.Error != nil {
			return c.section.Error.Hint
		}
		return unfinishedHint(c.section)
	})},
	{"account", func(c cell) string { return c.section.Account() }},
	{"template", func(c cell) string { return c.section.Identity().File }},
	{"section", func(c cell) string { return c.section.ID }},
}

func of(value func(*audit.Finding) string) func(cell) string {
	return func(c cell) string {
		if c.finding == nil {
			return ""
		}
		return value(c.finding)
	}
}

func statement(value func(*iam.StatementRef) string) func(cell) string {
	return func(c cell) string {
		ref := c.statement()
		if ref == nil {
			return ""
		}
		return value(ref)
	}
}

// statement is the one that the row concerns; nil where there is none.
func (c cell) statement() *iam.StatementRef {
	switch {
	case c.finding != nil:
		return decider(c.finding)
	case c.problem != nil:
		return c.problem.Statement
	case c.excess != nil:
		return &c.excess.Statement
	}
	return nil
}

// counts reports whether the row is one of those that the verdict follows from.
func (c cell) counts() bool {
	gate := c.report.Gate
	switch {
	case c.finding != nil:
		return gate.Finding(c.finding)
	case c.problem != nil:
		return gate.Diagnosis(c.problem)
	case c.excess != nil:
		return gate.Excess(c.excess)
	}
	return c.gap == nil // a section that could not be checked in full
}

func excessLevel(e *iam.Excess) string {
	if e.Dangerous {
		return "dangerous"
	}
	return "excess"
}

func muted(value func(*audit.Muted) string) func(cell) string {
	return func(c cell) string {
		var m *audit.Muted
		switch {
		case c.finding != nil:
			m = c.finding.Muted
		case c.problem != nil:
			m = c.problem.Muted
		}
		if m == nil {
			return ""
		}
		return value(m)
	}
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// CSV writes one row for each finding, diagnosis, grant beyond the need and gap,
// and one for each target that could not be checked in full; the column counts
// says which of them the verdict follows from. Values that a spreadsheet would
// take for a formula begin with an apostrophe. With [Options.BOM] the first bytes
// are a byte order mark, which Excel needs to read UTF-8.
func CSV(w io.Writer, r *audit.Report, o Options) error {
	return writeCSV(w, r, identified(r), o)
}

func writeCSV(w io.Writer, r *audit.Report, each sections, o Options) error {
	if o.BOM {
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return err
		}
	}
	out := csv.NewWriter(w)
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = c.name
	}
	if err := out.Write(row); err != nil {
		return err
	}
	err := each(func(s *audit.Section) error {
		for c := range cells(r, s) {
			if err := out.Write(values(row, c)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// cells yields the rows of a section, whose id is written in it.
func cells(r *audit.Report, s *audit.Section) iter.Seq[cell] {
	ids := s.Identities(s.ID)
	at := func(id string) cell { return cell{report: r, section: s, id: id} }
	return func(yield func(cell) bool) {
		if s.Error != nil || r.Gate.Unfinished(s) {
			if !yield(at(s.ID)) {
				return
			}
		}
		for i := range s.Findings {
			c := at(ids.Findings[i])
			if c.finding = &s.Findings[i]; !yield(c) {
				return
			}
		}
		for i := range s.Diagnoses {
			c := at(ids.Diagnoses[i])
			if c.problem = &s.Diagnoses[i]; !yield(c) {
				return
			}
		}
		for i := range s.Excess {
			c := at(ids.Excess[i])
			if c.excess = &s.Excess[i]; !yield(c) {
				return
			}
		}
		for i := range s.Gaps {
			c := at(fmt.Sprintf("%s-gap-%d", s.ID, i+1))
			if c.gap = &s.Gaps[i]; !yield(c) {
				return
			}
		}
	}
}

func values(row []string, c cell) []string {
	for i := range columns {
		row[i] = plain(columns[i].value(c))
	}
	return row
}

// plain makes a value that no spreadsheet evaluates.
func plain(s string) string {
	s = Clean(s)
	if s != "" && strings.ContainsRune("=+-@", rune(s[0])) {
		return "'" + s
	}
	return s
}
