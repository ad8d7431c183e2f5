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
	lead := "Attach this to the " + kindOf(s) + ":"
	cured := s.Summary.Fail + s.Summary.Partial
	if s.Verified {
		lead = fmt.Sprintf("Attach this to the %s (checked: with it %d of %d pass):", kindOf(s), s.Summary.Pass+cured, s.Summary.Total())
	}
	t.text(lead, "")
	t.line("")
	t.line(s.Remediation.Indent())
}

func kindOf(s *audit.Section) string {
	if k := s.Principal.Type(); k != "" {
		return k
	}
	return "principal"
}

func (t *table) obstacles(s *audit.Section) {
	if len(s.Obstacles) == 0 {
		return
	}
	t.line("")
	t.line("Not cured by a grant:")
	for _, o := range s.Obstacles {
		actions := strings.Join(o.Actions, ", ")
		if n := len(o.Actions); n > 6 {
			actions = fmt.Sprintf("%s and %d more", strings.Join(o.Actions[:5], ", "), n-5)
		}
		t.text("  "+t.look.bad.Render("⊘")+" "+Clean(o.Reason)+": "+Clean(actions), "    ")
		t.text("    "+Clean(o.Advice), "    ")
	}
}

// summary is the one line that says it all, and what to do next.
func (t *table) summary(s *audit.Section) {
	n := s.Summary
	if n.Pass == n.Total() {
		t.line(t.look.good.Render(fmt.Sprintf("✓ all %d granted.", n.Total())))
		return
	}
	parts := []string{fmt.Sprintf("%d of %d granted", n.Pass, n.Total())}
	for _, p := range []struct {
		n    int
		word string
	}{{n.Fail, "missing"}, {n.Partial, "in part"}, {n.Blocked, "blocked"}, {n.Unknown, "not decided"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.word))
		}
	}
	t.line(t.look.bad.Render("✗ " + strings.Join(parts, ", ") + "."))
	if s.Remediation != nil {
		t.text("  Next: remotion-doctor check "+flags(s.Target)+" --remediation policy.json", "    ")
	}
}

// flags names the target as on the command line.
func flags(t audit.Target) string {
	flag := map[audit.TargetKind]string{
		audit.TargetFunction: "--function", audit.TargetInstance: "--instance", audit.TargetInstanceProfile: "--instance-profile",
		audit.TargetRole: "--role", audit.TargetUser: "--user",
	}[t.Kind]
	if flag == "" {
		return "--caller"
	}
	return flag + " " + Clean(t.Name)
}

func (t *table) overall(r *audit.Report) {
	met, failed := 0, 0
	for i := range r.Sections {
		s := &r.Sections[i]
		switch {
		case s.Error != nil:
			failed++
		case s.Summary.Pass == s.Summary.Total():
			met++
		}
	}
	text := fmt.Sprintf("%d of %s meet their requirement", met, count(len(r.Sections), "target"))
	if failed > 0 {
		text += fmt.Sprintf(", %d could not be checked", failed)
	}
	t.line("")
	if r.OK {
		t.line(t.look.good.Render("✓ " + text + "."))
		return
	}
	t.line(t.look.bad.Render("✗ " + text + "."))
}
