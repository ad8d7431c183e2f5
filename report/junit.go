package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

type junitReport struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`

	names map[string]bool // those of the cases so far
}

type junitSuite struct {
	Name       string           `xml:"name,attr"`
	Tests      int              `xml:"tests,attr"`
	Failures   int              `xml:"failures,attr"`
	Errors     int              `xml:"errors,attr"`
	Skipped    int              `xml:"skipped,attr"`
	Timestamp  string           `xml:"timestamp,attr"`
	File       string           `xml:"file,attr,omitempty"`
	Properties *junitProperties `xml:"properties"`
	Cases      []junitCase      `xml:"testcase"`
}

type junitProperties struct {
	List []junitProperty `xml:"property"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Class   string       `xml:"classname,attr"`
	Name    string       `xml:"name,attr"`
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

// JUnit writes the report as JUnit XML, as Jenkins' schema (junit-10.xsd of its
// xUnit plugin) has it: a suite for each module of a target, a case for each
// requirement and each diagnosis. What counts against the run is a failure; what
// does not pass and does not count, muted or tolerated, is skipped; a target
// that could not be checked, or not in full, is an error. No two cases have the
// same classname and name: GitLab uses only the first of such (GitLab Docs, "Unit
// test reports").
func JUnit(w io.Writer, r *audit.Report) error {
	out := junitReport{Name: "remotion-doctor", Suites: []junitSuite{}, names: map[string]bool{}}
	for i := range r.Sections {
		s := &r.Sections[i]
		out.add(completeSuite(r, s))
		for _, g := range groups(s) {
			out.add(suite(r, s, &g))
		}
		if len(s.Diagnoses) > 0 {
			out.add(diagnosisSuite(r, s))
		}
		if r.Gate.DenyExcess && len(s.Excess) > 0 {
			out.add(excessSuite(r, s))
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

// add adds a suite that has cases. A case whose names an earlier one has is
// numbered.
func (r *junitReport) add(s junitSuite) {
	if len(s.Cases) == 0 {
		return
	}
	for i := range s.Cases {
		c := &s.Cases[i]
		name := c.Name
		for n := 2; r.names[c.Class+"\x00"+c.Name]; n++ {
			c.Name = fmt.Sprintf("%s (%d)", name, n)
		}
		r.names[c.Class+"\x00"+c.Name] = true
	}
	r.Tests += s.Tests
	r.Failures += s.Failures
	r.Errors += s.Errors
	r.Suites = append(r.Suites, s)
}

// count adds a case to a suite and to its counts.
func (s *junitSuite) count(c junitCase) {
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

func newSuite(r *audit.Report, s *audit.Section, name string) junitSuite {
	out := junitSuite{
		Name: junitText(className(s) + ": " + name), Timestamp: r.GeneratedAt.UTC().Format(time.RFC3339),
		Properties: &junitProperties{[]junitProperty{
			{"principal", junitText(s.Principal.ARN)},
			{"account", junitText(s.Account())},
			{"requirement", junitText(s.Requirement.Name)},
			{"remotionVersion", junitText(s.Requirement.Version)},
			{"regions", junitText(strings.Join(s.Regions, " "))},
			{"engine", string(EngineOf(r, s))},
		}},
	}
	if s.Location != nil {
		out.File = junitText(s.Location.File)
	}
	return out
}

// className names a section by all that makes its identity: target, account,
// Regions, file, principal and requirement. The module follows behind the last
// dot, so that readers which split there find a tree.
func className(s *audit.Section) string {
	id := s.Identity()
	parts := []string{title(s)}
	for _, part := range []string{id.AccountID, id.Regions, id.File, s.Principal.Type() + "/" + s.Principal.Name(), id.Requirement} {
		if part != "" && part != "/" {
			parts = append(parts, Clean(part))
		}
	}
	return strings.Join(parts, " · ")
}

// completeSuite says whether a section was checked in full; it has no case
// where there is nothing to say.
func completeSuite(r *audit.Report, s *audit.Section) junitSuite {
	out := newSuite(r, s, "complete")
	c := junitCase{Class: junitText(className(s)), Name: "is checked in full", Output: junitLines(gapList(r, s))}
	switch {
	case s.Error != nil:
		c.Error = &junitResult{Message: junitText(s.Error.Message), Type: notChecked(s), Text: junitText(s.Error.Hint)}
	case r.Gate.Unfinished(s):
		c.Error = &junitResult{Message: junitText(unfinished(s)), Type: "incomplete", Text: junitText(unfinishedHint(s))}
	case len(s.Gaps) == 0:
		return out
	}
	out.count(c)
	return out
}

// gapList are the gaps of a section, a line each.
func gapList(r *audit.Report, s *audit.Section) string {
	var lines []string
	weighing, others := sortedGaps(r, s)
	for _, g := range append(weighing, others...) {
		line := gapWord(g) + ": " + gapText(g)
		if g.Hint != "" {
			line += "; " + Clean(g.Hint)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func suite(r *audit.Report, s *audit.Section, g *group) junitSuite {
	out := newSuite(r, s, cmp.Or(g.module.Title, g.module.Name))
	class := junitText(className(s) + "." + g.module.Name)
	for _, f := range g.findings {
		c := junitCase{Class: class, Name: junitText(f.Action + " on " + f.Resource)}
		if words := excused(r, f); words != "" {
			c.Skipped = &junitResult{Message: junitText(fmt.Sprintf("%s: %s (%s)", f.Status, why(f), words))}
		} else if f.Status != audit.Pass {
			c.Failure = &junitResult{Message: junitText(why(f)), Type: junitText(string(f.Status)), Text: details(g, f)}
		}
		out.count(c)
	}
	return out
}

// diagnosisSuite has a case for each diagnosis; those that count fail.
func diagnosisSuite(r *audit.Report, s *audit.Section) junitSuite {
	out := newSuite(r, s, "diagnoses")
	for i := range s.Diagnoses {
		d := &s.Diagnoses[i]
		c := junitCase{Class: junitText(className(s) + ".diagnosis"), Name: junitText(diagnosisName(d))}
		message := junitText(d.Message)
		switch {
		case d.Muted != nil:
			c.Skipped = &junitResult{Message: junitText(d.Message + " (" + mutedWords(d.Muted) + ")")}
		case r.Gate.Diagnosis(d):
			c.Failure = &junitResult{Message: message, Type: string(d.Severity), Text: junitText(d.Hint)}
		default:
			c.Output = strings.TrimSpace(string(d.Severity) + ": " + message + "\n" + junitText(d.Hint))
		}
		out.count(c)
	}
	return out
}

// diagnosisName names a diagnosis by its code and what it concerns.
func diagnosisName(d *audit.Diagnosis) string {
	parts := []string{d.Code}
	for _, part := range []string{d.Subject, d.Region, d.Feature, d.Bucket, d.Function} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " ")
}

// excessSuite has a failing case for each grant beyond the need.
func excessSuite(r *audit.Report, s *audit.Section) junitSuite {
	out := newSuite(r, s, "beyond the need")
	for i := range s.Excess {
		e := &s.Excess[i]
		out.count(junitCase{
			Class: junitText(className(s) + ".excess"), Name: junitText(excessName(e)),
			Failure: &junitResult{Message: junitText(e.Why), Type: "excess", Text: junitText(statementName(&e.Statement))},
		})
	}
	return out
}

// excessName names a grant beyond the need.
func excessName(e *iam.Excess) string { return e.Action + " on " + e.Resource + " beyond the need" }

// junitText is text in one line that XML 1.0 can hold; junitLines keeps the
// line breaks. A character that XML cannot hold is replaced, since some readers
// refuse the whole file for one.
func junitText(s string) string {
	return strings.Map(func(r rune) rune {
		if r == 0xFFFE || r == 0xFFFF {
			return unicode.ReplacementChar
		}
		return r
	}, Clean(s))
}

func junitLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = junitText(lines[i])
	}
	return strings.Join(lines, "\n")
}

// details are the lines below the reason.
func details(g *group, f *audit.Finding) string {
	var lines []string
	add := func(name, value string) {
		if value != "" {
			lines = append(lines, name+": "+junitText(value))
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
