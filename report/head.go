package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"remotion-doctor/audit"
)

// The first lines of a section: the verdict, what works, the likeliest cause and
// the one command, before the table that proves them.

// verdictLine is the verdict on a section in one line.
func verdictLine(r *audit.Report, s *audit.Section, l label) string {
	switch {
	case s.Error != nil:
		return "✗ " + l.String() + ": " + notChecked(s)
	case met(r, s):
		return "✓ " + l.String() + ": " + score(r, s)
	}
	if failing := operationNames(s, audit.Fails); len(failing) > 0 {
		return "✗ " + l.String() + " fails at " + few(failing) + " (" + score(r, s) + ")"
	}
	if degraded := operationNames(s, audit.Degraded); len(degraded) > 0 {
		return "✗ " + l.String() + " is degraded at " + few(degraded) + " (" + score(r, s) + ")"
	}
	return "✗ " + l.String() + ": " + score(r, s)
}

func operationNames(s *audit.Section, status audit.OperationStatus) []string {
	var out []string
	for i := range s.Operations {
		if s.Operations[i].Status == status {
			out = append(out, operationName(&s.Operations[i]))
		}
	}
	return out
}

// few names one or two, and counts more.
func few(names []string) string {
	if len(names) > 2 {
		return fmt.Sprintf("%s and %d more", names[0], len(names)-1)
	}
	return strings.Join(names, " and ")
}

// repeating are diagnoses that say of rows of the table why they are required.
var repeating = map[string]bool{"required-since": true, "no-longer-required": true}

// unlooked are diagnoses that say what was not looked at.
var unlooked = map[string]bool{"bucket-unknown": true, "buckets-unknown": true, "functions-unknown": true}

// likeliestCause is what explains the first line of a section: a diagnosis of the whole,
// else what stops the action that the first failing operation lacks, else what no grant
// cures, else the first row; empty where all passes.
func likeliestCause(r *audit.Report, s *audit.Section) string {
	if s.Error != nil || met(r, s) {
		return ""
	}
	lead := leadingAction(s)
	for _, severity := range []audit.Severity{audit.SeverityError, audit.SeverityWarning} {
		for i := range s.Diagnoses {
			if d := &s.Diagnoses[i]; d.Severity == severity && d.Muted == nil && explains(d, lead) {
				return sentence(Clean(d.Message))
			}
		}
	}
	if text := causeOf(r, s, lead); text != "" {
		return text
	}
	if len(s.Obstacles) > 0 {
		return obstacleCause(&s.Obstacles[0])
	}
	return rowCause(r, s, "")
}

// leadingAction is the action that the operation of the first line lacks; empty where
// no operation suffers.
func leadingAction(s *audit.Section) string {
	for _, status := range []audit.OperationStatus{audit.Fails, audit.Degraded} {
		for i := range s.Operations {
			if o := &s.Operations[i]; o.Status == status && len(o.Because) > 0 {
				return o.Because[0]
			}
		}
	}
	return ""
}

// explains reports whether a diagnosis can be the cause where an action is missing: one
// that names actions must name it, and what was not looked at causes nothing.
func explains(d *audit.Diagnosis, lead string) bool {
	if repeating[d.Code] || lead != "" && unlooked[d.Code] {
		return false
	}
	return lead == "" || len(d.Actions) == 0 || slices.Contains(d.Actions, lead)
}

// causeOf is what stops an action.
func causeOf(r *audit.Report, s *audit.Section, action string) string {
	if action == "" {
		return ""
	}
	for i := range s.Obstacles {
		if slices.Contains(s.Obstacles[i].Actions, action) {
			return obstacleCause(&s.Obstacles[i])
		}
	}
	return rowCause(r, s, action)
}

func obstacleCause(o *audit.Obstacle) string {
	return Clean(o.Reason) + ": " + few(cleaned(o.Actions))
}

// rowCause is the first row that counts, of an action where one is named.
func rowCause(r *audit.Report, s *audit.Section, action string) string {
	for _, g := range groups(s) {
		for _, f := range g.sorted() {
			if r.Gate.Finding(f) && (action == "" || f.Action == action) {
				return Clean(f.Action) + ": " + why(f)
			}
		}
	}
	return ""
}

// sentence is the first sentence of a text.
func sentence(text string) string {
	for _, end := range []string{". ", "; "} {
		text, _, _ = strings.Cut(text, end)
	}
	return text
}

// cured says what the command of a section achieves.
func cured(s *audit.Section) string {
	if s.Remediation == nil {
		return ""
	}
	n := s.Summary.Fail + s.Summary.Partial - s.Summary.Unused
	text := count(max(1, n), "grant")
	if s.Verified {
		text += ", verified"
	}
	return text
}

// alone says which operations are granted in full, and how to check for them
// only.
func alone(s *audit.Section) string {
	if s.Alone == nil || len(s.Alone.Operations) == 0 {
		return ""
	}
	names := make([]string, len(s.Alone.Operations))
	for i, n := range s.Alone.Operations {
		names[i] = Clean(n)
	}
	if len(names) > 2 {
		return fmt.Sprintf("only these? %s: %d of %d granted", forFlags(names), s.Alone.Granted, s.Alone.Total)
	}
	return fmt.Sprintf("only %s? %s: %d of %d granted", strings.Join(names, " and "), forFlags(names), s.Alone.Granted, s.Alone.Total)
}

// forFlags names operations by --for, so that a narrow terminal can break the
// line between two flags and it still runs as it is printed.
func forFlags(names []string) string {
	const widest = 36
	flags := []string{"--for " + names[0]}
	for _, n := range names[1:] {
		last := &flags[len(flags)-1]
		if len(*last)+1+len(n) > widest {
			flags = append(flags, "--for "+n)
			continue
		}
		*last += "," + n
	}
	return strings.Join(flags, " ")
}

// leads writes the cause, the command, and what works by itself.
func (t *table) leads(r *audit.Report, s *audit.Section) {
	if text := likeliestCause(r, s); text != "" {
		t.fact("cause", text)
	}
	if !met(r, s) {
		for i, step := range nextSteps(r, s) {
			t.command([]string{"fix", ""}[min(i, 1)], step, cured(s))
		}
		t.fact("narrower", strings.ReplaceAll(alone(s), "--for ", "--for"+noBreak))
	}
}

// command writes a command so that it runs as it is printed: where it is broken,
// the line ends with a backslash.
func (t *table) command(name, line, note string) {
	if !strings.HasPrefix(line, "remotion-doctor fix") && name == "fix" {
		name = "next"
	}
	head := t.look.dim.Render(name) + facts[len(name):]
	switch width := t.options.Width; {
	case width == 0 || len(facts)+ansi.StringWidth(line)+len(note)+4 <= width:
		if note != "" {
			line += "  (" + note + ")"
		}
		t.line(head + line)
	default:
		for i, l := range continued(line, max(20, width-len(facts))) {
			if i > 0 {
				head = facts + "  "
			}
			t.line(head + l)
		}
	}
}

// continued breaks a command at the blanks before its flags, and before an ARN
// that would not fit.
func continued(line string, width int) []string {
	words := strings.Split(line, " --")
	out := []string{words[0]}
	if i := strings.LastIndex(words[0], " "); ansi.StringWidth(words[0])+2 > width && i > 0 {
		out = []string{words[0][:i] + " \\", words[0][i+1:]}
	}
	for _, w := range words[1:] {
		last := &out[len(out)-1]
		if ansi.StringWidth(*last)+ansi.StringWidth(w)+6 <= width {
			*last += " --" + w
			continue
		}
		*last += " \\"
		out = append(out, "--"+w)
	}
	return out
}

// order is the order in which a report is read: what fails comes first.
func order(r *audit.Report) []int {
	var bad, good []int
	for i := range r.Sections {
		if met(r, &r.Sections[i]) {
			good = append(good, i)
		} else {
			bad = append(bad, i)
		}
	}
	return append(bad, good...)
}
