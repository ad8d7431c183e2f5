package report

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// annotationsAtOnce is how many annotations of a level GitHub shows of one step
// (GitHub Docs, "Workflow commands", and the runner's limits: 10 errors, 10
// warnings and 10 notices).
const annotationsAtOnce = 10

// Annotations writes GitHub's workflow commands, which become annotations in the
// files of a pull request where code scanning is not to be had: an error for what
// counts against the run, a warning for what may matter. What is wrong at one
// place with one target is one annotation. Of more annotations than GitHub shows
// the last one has the texts of the rest.
func Annotations(w io.Writer, r *audit.Report) error {
	a := &annotator{report: r, labels: labels(r), places: map[annotated]int{}}
	for i := range r.Sections {
		a.section(i)
	}
	for _, level := range []string{"error", "warning"} {
		for _, n := range atOnce(a.of(level)) {
			if _, err := io.WriteString(w, n.String()); err != nil {
				return err
			}
		}
	}
	return nil
}

// An annotated is where annotations of one level about one section stand.
type annotated struct {
	section int
	level   string
	file    string
	line    int
	column  int
}

// An annotation is one workflow command.
type annotation struct {
	annotated
	title string
	texts []string
}

// An annotator collects annotations in the order of the report.
type annotator struct {
	report *audit.Report
	labels []label
	list   []annotation
	places map[annotated]int // annotations by their place
}

func (a *annotator) section(i int) {
	s := &a.report.Sections[i]
	gate := a.report.Gate
	if s.Error != nil {
		a.add(i, "error", nil, notChecked(s)+": "+Clean(s.Error.Message)+hinted(s.Error.Hint))
	} else if gate.Unfinished(s) {
		a.add(i, "error", nil, "incomplete: "+unfinished(s)+hinted(unfinishedHint(s)))
	}
	for j := range s.Findings {
		if f := &s.Findings[j]; gate.Finding(f) {
			a.add(i, "error", decider(f), Clean(f.Action)+" on "+Clean(f.Resource)+": "+string(f.Status)+", "+why(f))
		}
	}
	for j := range s.Diagnoses {
		d := &s.Diagnoses[j]
		if text := Clean(d.Message) + hinted(d.Hint); gate.Diagnosis(d) {
			a.add(i, "error", d.Statement, text)
		} else if d.Muted == nil && d.Severity == audit.SeverityWarning {
			a.add(i, "warning", d.Statement, text)
		}
	}
	for j := range s.Excess {
		e := &s.Excess[j]
		if text := "granted beyond the need: " + Clean(e.Action) + " on " + Clean(e.Resource) + ", " + Clean(e.Why); gate.Excess(e) {
			a.add(i, "error", &e.Statement, text)
		} else if e.Dangerous {
			a.add(i, "warning", &e.Statement, text)
		}
	}
	for j := range s.Gaps {
		if g := &s.Gaps[j]; weighty(a.report, g) {
			a.add(i, "warning", nil, gapWord(g)+": "+gapText(g)+hinted(g.Hint))
		}
	}
}

func hinted(hint string) string {
	if hint == "" {
		return ""
	}
	return " (" + Clean(hint) + ")"
}

// add adds a text at the place of a statement, else at that of the principal.
func (a *annotator) add(i int, level string, ref *iam.StatementRef, text string) {
	s, at := &a.report.Sections[i], annotated{section: i, level: level}
	switch {
	case ref != nil && ref.File != "":
		at.file, at.line, at.column = ref.File, ref.Start.Line, ref.Start.Column
	case s.Location != nil:
		at.file, at.line, at.column = s.Location.File, s.Location.Line, s.Location.Column
	}
	at.file = a.inRepository(at.file)
	n, ok := a.places[at]
	if !ok {
		n = len(a.list)
		a.places[at] = n
		a.list = append(a.list, annotation{annotated: at, title: a.labels[i].String()})
	}
	a.list[n].texts = append(a.list[n].texts, text)
}

// inRepository is a file as seen from the root of the repository; empty for one
// elsewhere.
func (a *annotator) inRepository(file string) string {
	file = strings.ReplaceAll(Clean(file), `\`, "/")
	if file == "" || path.IsAbs(file) || strings.Contains(file, ":/") {
		return ""
	}
	file = path.Join(strings.ReplaceAll(Clean(a.report.Directory), `\`, "/"), file)
	if strings.HasPrefix(file, "../") {
		return ""
	}
	return file
}

func (a *annotator) of(level string) []annotation {
	return slices.DeleteFunc(slices.Clone(a.list), func(n annotation) bool { return n.level != level })
}

// atOnce joins what is beyond the number that GitHub shows into the last one.
func atOnce(list []annotation) []annotation {
	if len(list) <= annotationsAtOnce {
		return list
	}
	rest := list[annotationsAtOnce-1:]
	last := annotation{annotated: annotated{level: rest[0].level}, title: fmt.Sprintf("%d more annotations", len(rest))}
	for _, n := range rest {
		for _, text := range n.texts {
			last.texts = append(last.texts, n.title+": "+text)
		}
	}
	return append(slices.Clone(list[:annotationsAtOnce-1]), last)
}

// commandText and commandProperty escape what would end a command, or a property
// of one (actions/toolkit, packages/core/src/command.ts).
var (
	commandText     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	commandProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// String writes the annotation as a line.
func (n *annotation) String() string {
	var b strings.Builder
	b.WriteString("::" + n.level + " ")
	if n.file != "" {
		b.WriteString("file=" + commandProperty.Replace(n.file) + ",")
		if n.line > 0 {
			fmt.Fprintf(&b, "line=%d,", n.line)
		}
		if n.column > 0 {
			fmt.Fprintf(&b, "col=%d,", n.column)
		}
	}
	b.WriteString("title=" + commandProperty.Replace("remotion-doctor: "+n.title) + "::" + commandText.Replace(strings.Join(n.texts, "\n")) + "\n")
	return b.String()
}
