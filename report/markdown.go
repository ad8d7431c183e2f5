package report

import (
	"fmt"
	"io"
	"strings"

	"remotion-doctor/audit"
)

// markdownLimit is the size, in bytes, above which findings are left out:
// GitHub takes 65,536 characters in a comment.
const markdownLimit = 60_000

// Markdown writes the report for pull-request comments and job summaries, in
// GitHub's dialect. What does not fit in a comment is left out, and said so.
func Markdown(w io.Writer, r *audit.Report) error {
	m := &markdown{}
	text, good := headline(r)
	m.line("## %s remotion-doctor: %s", tick(good), mdText(text))
	for _, n := range r.Notes {
		m.line("\n> %s", mdText(n))
	}
	for i := range r.Sections {
		m.section(r, &r.Sections[i])
	}
	if m.left > 0 {
		m.line("\n**%s left out: a comment holds no more. All of them are in the JSON and HTML reports.**", count(m.left, "row"))
	}
	_, err := io.WriteString(w, m.String())
	return err
}

type markdown struct {
	strings.Builder
	left int // rows that did not fit
}

func (m *markdown) line(format string, args ...any) {
	fmt.Fprintf(m, format+"\n", args...)
}

// full reports whether nothing more fits, and counts n rows as left out.
func (m *markdown) full(n int) bool {
	if m.Len() < markdownLimit {
		return false
	}
	m.left += n
	return true
}

func (m *markdown) section(r *audit.Report, s *audit.Section) {
	if m.full(len(s.Findings) + 1) {
		return
	}
	m.line("\n### %s %s\n", tick(met(s)), mdText(title(s)))
	if s.Principal.ARN != "" {
		m.line("%s  ", mdCode(s.Principal.ARN))
	}
	if s.Location != nil {
		m.line("in %s  ", mdCode(s.Location.String()))
	}
	if s.Error != nil {
		m.line("**not checked:** %s", mdText(s.Error.Message))
		if s.Error.Hint != "" {
			m.line("  \nhint: %s", mdText(s.Error.Hint))
		}
		return
	}
	m.line("%s · %s · %s\n", mdText(requires(s)), mdText(strings.Join(s.Regions, ", ")), mdText(decidedBy(r, s)))
	m.line("**%s.**", mdText(score(s)))
	for _, n := range s.Notes {
		m.line("\n> %s", mdText(n))
	}
	m.operations(s)
	m.findings(s)
	m.diagnoses(s)
	m.remediation(s)
	m.obstacles(s)
	m.excess(s)
	m.passing(s)
}

func tick(good bool) string {
	if good {
		return "✓"
	}
	return "✗"
}

func (m *markdown) operations(s *audit.Section) {
	if len(s.Operations) == 0 {
		return
	}
	m.line("")
	for _, o := range s.Operations {
		text := "- " + operationMark[o.Status] + " **" + mdText(operationName(&o)) + "** " + mdText(string(o.Status))
		if because := operationWords(&o); because != "" {
			text += ": " + mdText(because)
		}
		m.line("%s", text)
	}
}

func (m *markdown) findings(s *audit.Section) {
	head := false
	for _, g := range groups(s) {
		for _, f := range g.sorted() {
			if f.Status == audit.Pass || m.full(1) {
				continue
			}
			if !head {
				head = true
				m.line("\n| Result | Action | Resource | Why |\n|---|---|---|---|")
			}
			reason := mdText(why(f))
			if place := where(decider(f)); place != "" {
				reason += " (" + mdCode(place) + ")"
			}
			status := marks[f.Status] + " " + string(f.Status)
			if f.Muted != nil {
				status += ", muted"
				reason += "<br>" + mdText(mutedWords(f.Muted))
			}
			m.line("| %s | %s | %s | %s |", status, mdCode(f.Action), mdCode(f.Resource), reason)
		}
	}
}

func (m *markdown) diagnoses(s *audit.Section) {
	for i := range s.Diagnoses {
		d := &s.Diagnoses[i]
		if m.full(1) {
			continue
		}
		text := "\n> " + severityMark[d.Severity] + " **" + string(d.Severity) + "** " + mdText(d.Message)
		if d.Hint != "" {
			text += "  \n> → " + mdText(d.Hint)
		}
		if d.Muted != nil {
			text += "  \n> " + mdText(mutedWords(d.Muted))
		}
		m.line("%s", text)
	}
}

func (m *markdown) remediation(s *audit.Section) {
	if s.Remediation == nil || m.full(1) {
		return
	}
	text := cleanJSON(s.Remediation.Indent())
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	m.line("\n<details><summary>%s</summary>\n\n%sjson\n%s\n%s\n\n</details>", mdText(cure(s)), fence, text, fence)
}

func (m *markdown) obstacles(s *audit.Section) {
	if len(s.Obstacles) == 0 {
		return
	}
	m.line("\nNot cured by a grant:")
	for i := range s.Obstacles {
		o := &s.Obstacles[i]
		if m.full(1) {
			continue
		}
		m.line("- ⊘ %s: %s  \n  %s", mdText(o.Reason), mdCode(actionList(o.Actions)), mdText(obstacleAdvice(o)))
	}
}

func (m *markdown) excess(s *audit.Section) {
	if len(s.Excess) == 0 || m.full(len(s.Excess)) {
		return
	}
	m.line("\n<details><summary>%s granted beyond the need</summary>\n\n| | Action | Resource | Statement | Why |\n|---|---|---|---|---|", count(len(s.Excess), "thing"))
	for i := range s.Excess {
		e := &s.Excess[i]
		if m.full(1) {
			continue
		}
		mark := ""
		if e.Dangerous {
			mark = "⚠ dangerous"
		}
		m.line("| %s | %s | %s | %s | %s |", mark, mdCode(e.Action), mdCode(e.Resource), mdText(statementName(&e.Statement)), mdText(e.Why))
	}
	m.line("\n</details>")
}

func (m *markdown) passing(s *audit.Section) {
	if s.Summary.Pass == 0 || m.full(0) {
		return
	}
	m.line("\n<details><summary>%d granted</summary>\n", s.Summary.Pass)
	for _, g := range groups(s) {
		if g.passed > 0 {
			m.line("- %s %d/%d", mdText(g.module.Title), g.passed, len(g.findings))
		}
	}
	m.line("\n</details>")
}

// markdownText replaces what Markdown, or GitHub's use of it, gives a meaning.
// A zero-width space keeps an @ from notifying somebody.
var markdownText = func() *strings.Replacer {
	pairs := []string{"@", "@\u200b", "www.", "www&#46;", "://", "&#58;//"}
	for _, r := range "\\`*_[]<>|~#$^={}!&" {
		pairs = append(pairs, string(r), fmt.Sprintf("&#%d;", r))
	}
	return strings.NewReplacer(pairs...)
}()

// mdText escapes text so that it stays text in any place of a document, table
// cells included.
func mdText(s string) string { return markdownText.Replace(Clean(s)) }

// mdCode is text in the typeface of code.
func mdCode(s string) string { return "<code>" + mdText(s) + "</code>" }
