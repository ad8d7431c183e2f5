package report

import (
	"encoding/csv"
	"io"
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

// A cell is what a column may look at: a finding, a diagnosis, or neither for a
// target that could not be checked.
type cell struct {
	report  *audit.Report
	section *audit.Section
	finding *audit.Finding
	problem *audit.Diagnosis
	id      string
}

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
	{"module", func(c cell) string {
		switch {
		case c.finding != nil:
			return c.finding.Module
		case c.problem != nil:
			return "diagnosis " + c.problem.Code
		}
		return ""
	}},
	{"sid", of(func(f *audit.Finding) string { return f.Sid })},
	{"action", of(func(f *audit.Finding) string { return f.Action })},
	{"resource", of(func(f *audit.Finding) string { return f.Resource })},
	{"effective", of(func(f *audit.Finding) string { return strings.Join(f.Effective, " ") })},
	{"status", func(c cell) string {
		switch {
		case c.finding != nil:
			return string(c.finding.Status)
		case c.problem != nil:
			return string(c.problem.Severity)
		}
		return "error"
	}},
	{"scope", of(func(f *audit.Finding) string { return string(f.Scope) })},
	{"granted", of(func(f *audit.Finding) string { return f.Granted })},
	{"not_granted", of(func(f *audit.Finding) string { return f.NotGranted })},
	{"layer", of(func(f *audit.Finding) string { return string(f.Layer) })},
	{"reason", func(c cell) string {
		switch {
		case c.finding != nil:
			return c.finding.Reason
		case c.problem != nil:
			return c.problem.Message
		}
		return c.section.Error.Message
	}},
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
	return of(func(f *audit.Finding) string {
		if ref := decider(f); ref != nil {
			return value(ref)
		}
		return ""
	})
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

// CSV writes one row for each finding and each diagnosis, and one for each
// target that could not be checked. Values that a spreadsheet would take for a formula begin with an
// apostrophe.
func CSV(w io.Writer, r *audit.Report) error {
	out := csv.NewWriter(w)
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = c.name
	}
	if err := out.Write(row); err != nil {
		return err
	}
	names := ids(r)
	for i := range r.Sections {
		s := &r.Sections[i]
		if s.Error != nil {
			if err := out.Write(values(row, cell{report: r, section: s})); err != nil {
				return err
			}
		}
		for j := range s.Findings {
			if err := out.Write(values(row, cell{report: r, section: s, finding: &s.Findings[j], id: names[i][j]})); err != nil {
				return err
			}
		}
		for j := range s.Diagnoses {
			d := &s.Diagnoses[j]
			if err := out.Write(values(row, cell{report: r, section: s, problem: d, id: diagnosisID(s, d)})); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
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
