package report

import (
	"fmt"
	"strings"

	"remotion-doctor/audit"
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

func (t *table) obstacles(s *audit.Section) {
	if len(s.Obstacles) == 0 {
		return
	}
	t.line("")
	t.line("Not cured by a grant:")
	for i := range s.Obstacles {
		o := &s.Obstacles[i]
		t.text("  "+t.look.bad.Render("⊘")+" "+Clean(o.Reason)+": "+actionList(o.Actions), "    ")
		t.text("    "+Clean(o.Advice), "    ")
	}
}

// harmless is how many grants beyond the need are shown of those that are not
// dangerous, unless all are asked for.
const harmless = 10

// excess lists what is granted beyond the need, what is dangerous first.
func (t *table) excess(s *audit.Section) {
	if len(s.Excess) == 0 {
		return
	}
	t.line("")
	var dangerous, rest []*audit.Excess
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

func (t *table) excessLine(mark string, e *audit.Excess) {
	t.text("  "+mark+" "+Clean(e.Action)+" on "+Clean(e.Resource)+", "+statementName(&e.Statement), "    ")
	text := Clean(e.Why)
	if e.Example != "" && e.Example != e.Resource {
		text += "; such as " + Clean(e.Example)
	}
	t.text("    "+t.look.dim.Render(text), "    ")
}

// summary is the one line that says it all, and what to do next.
func (t *table) summary(s *audit.Section) {
	if met(s) {
		t.line(t.look.good.Render("✓ " + score(s.Summary) + "."))
		return
	}
	t.text(t.look.bad.Render("✗ "+score(s.Summary)+"."), "  ")
	for _, step := range nextSteps(s) {
		t.text("  Next: "+step, "    ")
	}
}

// nextSteps are the commands that lead on.
func nextSteps(s *audit.Section) []string {
	var out []string
	if s.Remediation != nil {
		out = append(out, "remotion-doctor check "+flags(s.Target)+" --remediation policy.json")
	}
	return out
}

// flags names the target as on the command line.
func flags(t audit.Target) string {
	flag := targetFlags[t.Kind]
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
	if good {
		t.line(t.look.good.Render("✓ " + text + "."))
		return
	}
	t.line(t.look.bad.Render("✗ " + text + "."))
}
