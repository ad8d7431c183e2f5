package report

import (
	"fmt"
	"io"
	"strings"

	"remotion-doctor/audit"
)

// A Format is a form in which a report can be written.
type Format string

// The formats.
const (
	FormatTable    Format = "table"
	FormatJSON     Format = "json"
	FormatMarkdown Format = "markdown"
	FormatHTML     Format = "html"
	FormatSARIF    Format = "sarif"
	FormatJUnit    Format = "junit"
	FormatCSV      Format = "csv"
	FormatJSONL    Format = "jsonl"  // an object a line
	FormatGitHub   Format = "github" // annotations by workflow commands
)

// Formats returns all formats.
func Formats() []Format {
	return []Format{FormatTable, FormatJSON, FormatMarkdown, FormatHTML, FormatSARIF, FormatJUnit, FormatCSV, FormatJSONL, FormatGitHub}
}

// uses are what the formats are for.
var uses = map[Format]string{
	FormatTable:    "for people, at a terminal: what fails, why, and what to do",
	FormatJSON:     "for programs: everything, by a published schema",
	FormatMarkdown: "for a comment on a pull request, a job summary, a ticket",
	FormatHTML:     "one file for a browser or the printer, with filters",
	FormatSARIF:    "for code scanning: findings at their place in the files",
	FormatJUnit:    "for CI systems that show test results",
	FormatCSV:      "for a spreadsheet: a row a finding",
	FormatJSONL:    "for a warehouse: the rows of CSV as JSON, an object a line",
	FormatGitHub:   "annotations of a GitHub workflow, on standard output",
}

// Use says in a few words what the format is for.
func (f Format) Use() string { return uses[f] }

// ParseFormat returns the format of a name.
func ParseFormat(name string) (Format, error) {
	var known []string
	for _, f := range Formats() {
		if string(f) == name {
			return f, nil
		}
		known = append(known, string(f))
	}
	return "", fmt.Errorf("%q is not one of %s", name, strings.Join(known, ", "))
}

// indentedSections is how many sections people may read as JSON, or compare line
// by line. Of more than that indentation would be half of the file.
const indentedSections = 20

// A Rendering writes a report in a form.
type Rendering func(w io.Writer, f Format, o Options) error

// Whole is the rendering of a report in memory.
func Whole(r *audit.Report) Rendering {
	return func(w io.Writer, f Format, o Options) error { return Write(w, r, f, o) }
}

// Write renders a report. The table looks at width, colour and verbosity, CSV at
// BOM, Markdown at Limit. JSON of more than indentedSections sections has no
// blanks.
func Write(w io.Writer, r *audit.Report, f Format, o Options) error {
	switch f {
	case FormatTable:
		return Table(w, r, o)
	case FormatJSON:
		if len(r.Sections) > indentedSections {
			return CompactJSON(w, r)
		}
		return JSON(w, r)
	case FormatMarkdown:
		return Markdown(w, r, o)
	case FormatHTML:
		return HTML(w, r)
	case FormatSARIF:
		return SARIF(w, r)
	case FormatJUnit:
		return JUnit(w, r)
	case FormatCSV:
		return CSV(w, r, o)
	case FormatJSONL:
		return JSONL(w, r)
	case FormatGitHub:
		return Annotations(w, r)
	}
	return fmt.Errorf("there is no format %q", string(f))
}
