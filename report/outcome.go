package report

import (
	"fmt"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// remediation writes the policy that cures what a grant can cure.
func (t *table) remediation(s *audit.Section) {
	if s.Remediation == nil {
		return
	}
	t.line("")
	t.text(cure(s), "")
	t.line("")
	t.line(cleanJSON(s.Remediation.Indent()))
}

// warningsAtOnce is how many warnings are shown unless all is asked for.
const warningsAtOnce = 2

// diagnoses writes what no single finding shows: all that is wrong, some of
// what may be, and what is worth knowing where all is asked for.
func (t *table) diagnoses(s *audit.Section) {
	shown, left := map[audit.Severity]int{}, map[audit.Severity]int{}
	limit := map[audit.Severity]int{audit.SeverityError: len(s.Diagnoses), audit.SeverityWarning: warningsAtOnce}
	for _, severity := range []audit.Severity{audit.SeverityError, audit.SeverityWarning, audit.SeverityNote} {
		for i := range s.Diagnoses {
			switch d := &s.Diagnoses[i]; {
			case d.Severity != severity:
			case repeating[d.Code] && !t.options.Verbose:
				left[severity]++
			case shown[severity] < limit[severity] || t.options.Verbose:
				shown[severity]++
				t.diagnosis(d)
			default:
				left[severity]++
			}
		}
	}
	var more []string
	for _, severity := range []audit.Severity{audit.SeverityWarning, audit.SeverityNote} {
		if n := left[severity]; n > 0 {
			more = append(more, count(n, string(severity)))
		}
	}
	if len(more) > 0 {
		t.line("")
		t.line(t.look.dim.Render("and " + strings.Join(more, ", ") + ": --verbose shows them"))
	}
}

func (t *table) diagnosis(d *audit.Diagnosis) {
	t.line("")
	mark := t.look.severity(d.Severity, severityMark[d.Severity]+" "+string(d.Severity))
	if d.Muted != nil {
		mark = t.look.dim.Render(severityMark[d.Severity] + " " + string(d.Severity) + ", " + mutedWords(d.Muted))
	}
	t.text(mark+"  "+Clean(d.Message), "  ")
	if d.Hint != "" {
		t.text("  → "+Clean(d.Hint), "    ")
	}
}

func (t *table) obstacles(s *audit.Section) {
	if len(s.Obstacles) == 0 {
		return
	}
	t.line("")
	t.line("Not cured by a grant:")
	for i := range s.Obstacles {
		o := &s.Obstacles[i]
		t.text("  "+t.look.bad.Render("⊘")+" "+Clean(o.Reason)+": "+actionList(o.Actions), "    ")
		t.text("    "+obstacleAdvice(o), "    ")
	}
}

// harmless is how many grants beyond the need are shown of those that are not
// dangerous, unless all are asked for.
const harmless = 10

// excess lists what is granted beyond the need, what is dangerous first.
func (t *table) excess(r *audit.Report, s *audit.Section) {
	if len(s.Excess) == 0 {
		return
	}
	t.line("")
	var dangerous, rest []*iam.Excess
	for i := range s.Excess {
		if e := &s.Excess[i]; e.Dangerous {
			dangerous = append(dangerous, e)
		} else {
			rest = append(rest, e)
		}
	}
	head := "Granted beyond the need: " + count(len(s.Excess), "grant")
	if len(dangerous) > 0 {
		head += fmt.Sprintf(", %d dangerous", len(dangerous))
	}
	if r.Gate.DenyExcess {
		head = t.look.bad.Render("✗ " + head)
	}
	t.line(head)
	for _, e := range dangerous {
		t.excessLine(t.look.bad.Render("! dangerous"), e)
	}
	for i, e := range rest {
		if i == harmless && !t.options.Verbose {
			t.line(fmt.Sprintf("  and %d more: --verbose shows them", len(rest)-harmless))
			break
		}
		t.excessLine("•", e)
	}
}

func (t *table) excessLine(mark string, e *iam.Excess) {
	t.text("  "+mark+" "+Clean(e.Action)+" on "+Clean(e.Resource)+", "+statementName(&e.Statement), "    ")
	text := Clean(e.Why)
	if e.Example != "" && e.Example != e.Resource {
		text += "; such as " + Clean(e.Example)
	}
	t.text("    "+t.look.dim.Render(text), "    ")
}

// summary is the one line that says it all, and what to do next.
func (t *table) summary(r *audit.Report, s *audit.Section) {
	if met(r, s) {
		t.line(t.look.good.Render("✓ " + score(r, s) + "."))
		return
	}
	t.text(t.look.bad.Render("✗ "+score(r, s)+"."), "  ")
	if r.Gate.Unfinished(s) {
		t.text("  incomplete: "+unfinished(s), "    ")
		t.text("  hint: "+unfinishedHint(s), "    ")
	}
}

// nextSteps are the commands that lead on. Reports of before there were any
// have the target alone, and redacted ones nothing that would run.
func nextSteps(r *audit.Report, s *audit.Section) []string {
	var out []string
	for i := range s.Next {
		out = append(out, CommandLine(&s.Next[i]))
	}
	if len(out) == 0 && s.Remediation != nil && !r.Redacted {
		out = append(out, "remotion-doctor fix "+flags(s.Target))
	}
	return out
}

// flags names the target as on the command line.
func flags(t audit.Target) string {
	flag := targetFlags[t.Kind]
	if t.Kind == audit.TargetFile {
		first, _, _ := strings.Cut(t.Name, " and ") // of several files
		return "--policy " + shell(Clean(first))
	}
	if flag == "" || t.Name == "" {
		return "--caller"
	}
	return flag + " " + shell(Clean(t.Name))
}

var targetFlags = map[audit.TargetKind]string{
	audit.TargetFunction: "--function", audit.TargetInstance: "--instance", audit.TargetInstanceProfile: "--instance-profile",
	audit.TargetTaskDefinition: "--task-definition", audit.TargetPodIdentity: "--pod-identity",
	audit.TargetRole: "--role", audit.TargetUser: "--user",
}

// shell quotes a word for a POSIX shell where it needs it.
func shell(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./:@=+,", r)
	}
	if s != "" && strings.TrimFunc(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// gaps says what was not read, and with what else the verdict was reached.
func (t *table) gaps(r *audit.Report, s *audit.Section) {
	weighing, others := sortedGaps(r, s)
	for _, g := range weighing {
		t.line("")
		t.text(t.look.warn.Render(gapMark(g)+" "+gapWord(g))+"  "+gapText(g), "  ")
		if g.Hint != "" {
			t.text("  → "+Clean(g.Hint), "    ")
		}
	}
	if len(others) > 0 {
		t.line("")
	}
	for _, g := range others {
		t.text(t.look.dim.Render(gapMark(g)+" "+gapWord(g))+"  "+gapText(g), "  ")
		if g.Hint != "" && t.options.Verbose {
			t.text("  → "+Clean(g.Hint), "    ")
		}
	}
}

// overall is the last line of a report of several sections.
func (t *table) overall(r *audit.Report) {
	for i, n := range r.Notes {
		if i == 0 {
			t.line("")
		}
		t.fact("note", Clean(n))
	}
	if len(r.Sections) == 1 {
		return
	}
	text, good := headline(r)
	t.line("")
	look := t.look.bad
	if good {
		look = t.look.good
	}
	t.text(look.Render(tick(good)+" "+text+"."), "  ")
}
