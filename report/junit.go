package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"remotion-doctor/audit"
)

type junitReport struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Timestamp  string          `xml:"timestamp,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Class   string       `xml:"classname,attr"`
	Name    string       `xml:"name,attr"`
	File    string       `xml:"file,attr,omitempty"`
	Line    int          `xml:"line,attr,omitempty"`
	Failure *junitResult `xml:"failure"`
	Error   *junitResult `xml:"error"`
	Skipped *junitResult `xml:"skipped"`
	Output  string       `xml:"system-out,omitempty"`
}

type junitResult struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// JUnit writes the report as JUnit XML: one suite for each module of a target,
// one case for each requirement. What is muted is skipped; what could not be
// decided is a failure, since it is no pass; a target that could not be checked
// is an error.
func JUnit(w io.Writer, r *audit.Report) error {
	out := junitReport{Name: "remotion-doctor", Suites: []junitSuite{}}
	for i := range r.Sections {
		s := &r.Sections[i]
		if s.Error != nil {
			out.add(failedSuite(r, s))
		}
		for _, g := range groups(s) {
			out.add(suite(r, s, &g))
		}
		if len(s.Diagnoses) > 0 {
			out.add(diagnosisSuite(r, s))
		}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (r *junitReport) add(s junitSuite) {
	r.Tests += s.Tests
	r.Failures += s.Failures
	r.Errors += s.Errors
	r.Skipped += s.Skipped
	r.Suites = append(r.Suites, s)
}

func newSuite(r *audit.Report, s *audit.Section, name string) junitSuite {
	return junitSuite{
		Name: name, Timestamp: r.GeneratedAt.UTC().Format(time.RFC3339),
		Properties: []junitProperty{
			{"principal", Clean(s.Principal.ARN)},
			{"requirement", Clean(s.Requirement.Name)},
			{"remotionVersion", Clean(s.Requirement.Version)},
			{"regions", Clean(strings.Join(s.Regions, " "))},
			{"engine", string(EngineOf(r, s))},
		},
	}
}

func failedSuite(r *audit.Report, s *audit.Section) junitSuite {
	out := newSuite(r, s, title(s))
	out.Tests, out.Errors = 1, 1
	out.Cases = []junitCase{{
		Class: title(s), Name: "can be checked",
		Error: &junitResult{Message: Clean(s.Error.Message), Type: "not checked", Text: Clean(s.Error.Hint)},
	}}
	return out
}

func suite(r *audit.Report, s *audit.Section, g *group) junitSuite {
	out := newSuite(r, s, title(s)+": "+Clean(g.module.Title))
	for _, f := range g.findings {
		c := junitCase{Class: title(s) + "." + Clean(g.module.Name), Name: Clean(f.Action) + " on " + Clean(f.Resource)}
		if ref := decider(f); ref != nil && ref.File != "" {
			c.File, c.Line = Clean(ref.File), ref.Start.Line
		} else if s.Location != nil {
			c.File, c.Line = Clean(s.Location.File), s.Location.Line
		}
		out.Tests++
		switch {
		case f.Status == audit.Pass:
		case f.Muted != nil:
			c.Skipped = &junitResult{Message: fmt.Sprintf("%s: %s (%s)", f.Status, why(f), mutedWords(f.Muted))}
			out.Skipped++
		default:
			c.Failure = &junitResult{Message: why(f), Type: string(f.Status), Text: details(g, f)}
			out.Failures++
		}
		out.Cases = append(out.Cases, c)
	}
	return out
}

// diagnosisSuite has a case for each diagnosis; those that are errors fail.
func diagnosisSuite(r *audit.Report, s *audit.Section) junitSuite {
	out := newSuite(r, s, title(s)+": diagnoses")
	for i := range s.Diagnoses {
		d := &s.Diagnoses[i]
		c := junitCase{Class: title(s) + ".diagnosis", Name: Clean(d.Code)}
		message := Clean(d.Message)
		out.Tests++
		switch {
		case d.Muted != nil:
			c.Skipped = &junitResult{Message: message + " (" + mutedWords(d.Muted) + ")"}
			out.Skipped++
		case d.Severity == audit.SeverityError:
			c.Failure = &junitResult{Message: message, Type: string(d.Severity), Text: Clean(d.Hint)}
			out.Failures++
		default:
			c.Output = string(d.Severity) + ": " + message + "\n" + Clean(d.Hint)
		}
		out.Cases = append(out.Cases, c)
	}
	return out
}

// details are the lines below the reason.
func details(g *group, f *audit.Finding) string {
	var lines []string
	add := func(name, value string) {
		if value != "" {
			lines = append(lines, name+": "+Clean(value))
		}
	}
	add("granted", f.Granted)
	add("not granted", f.NotGranted)
	add("layer", f.Layer.Title())
	add("statement", where(decider(f)))
	add("missing context", strings.Join(f.MissingContext, ", "))
	add("breaks", g.module.Breaks)
	return strings.Join(lines, "\n")
}
