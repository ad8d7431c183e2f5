package report

import (
	"fmt"
	"strings"

	"remotion-doctor/audit"
)

// The blocks of a section in Markdown.

func mdOperations(s *audit.Section) *mdPart {
	if len(s.Operations) == 0 {
		return nil
	}
	p := &mdPart{head: "\n"}
	var works []string
	for i := range s.Operations {
		o := &s.Operations[i]
		if o.Status == audit.Works {
			works = append(works, mdText(operationName(o)))
			continue
		}
		text := "- " + operationMark[o.Status] + " **" + mdText(operationName(o)) + "** " + mdText(string(o.Status))
		if because := operationWords(o); because != "" {
			text += ": " + mdText(because)
		}
		p.rows = append(p.rows, text+"\n")
	}
	if len(works) > 0 {
		p.rows = append([]string{"- " + operationMark[audit.Works] + " works: " + strings.Join(works, " · ") + "\n"}, p.rows...)
	}
	return p
}

func mdFindings(r *audit.Report, s *audit.Section) *mdPart {
	p := &mdPart{head: "\n| Result | Action | Resource | Why |\n|---|---|---|---|\n", counts: true}
	var excusedRows []string
	for _, g := range groups(s) {
		for _, f := range g.sorted() {
			switch {
			case f.Status == audit.Pass:
			case r.Gate.Finding(f):
				p.rows = append(p.rows, mdFinding(r, f))
			default:
				excusedRows = append(excusedRows, mdFinding(r, f))
			}
		}
	}
	if p.rows = append(p.rows, excusedRows...); len(p.rows) == 0 {
		return nil
	}
	return p
}

func mdFinding(r *audit.Report, f *audit.Finding) string {
	reason := mdText(why(f))
	if place := where(decider(f)); place != "" {
		reason += " (" + mdCode(place) + ")"
	}
	status := mark(string(f.Status)) + " " + mdText(string(f.Status))
	if words := excused(r, f); words != "" {
		if f.Muted != nil {
			status += ", muted"
		}
		reason += "<br>" + mdText(words)
	}
	return fmt.Sprintf("| %s | %s | %s | %s |\n", status, mdCode(f.Action), mdCode(f.Resource), reason)
}

// diagnoses are those that count, or the others. What repeats a row of the table
// is counted only, unless everything is asked for.
func (m *markdown) diagnoses(s *audit.Section, counts bool) *mdPart {
	p := &mdPart{counts: counts}
	left := 0
	for i := range s.Diagnoses {
		d := &s.Diagnoses[i]
		if m.report.Gate.Diagnosis(d) != counts {
			continue
		}
		if repeating[d.Code] && !counts && !m.verbose {
			left++
			continue
		}
		text := "\n> " + severityMark[d.Severity] + " **" + mdText(string(d.Severity)) + "** " + mdText(d.Message)
		if d.Hint != "" {
			text += "  \n> → " + mdText(d.Hint)
		}
		if d.Muted != nil {
			text += "  \n> " + mdText(mutedWords(d.Muted))
		}
		p.rows = append(p.rows, text+"\n")
	}
	if left > 0 {
		p.rows = append(p.rows, fmt.Sprintf("\n_and %s about these rows: --verbose shows them_\n", count(left, "warning")))
	}
	return p.orNil()
}

func mdRemediation(s *audit.Section) *mdPart {
	if s.Remediation == nil {
		return nil
	}
	text := cleanJSON(s.Remediation.Indent())
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return &mdPart{head: fmt.Sprintf("\n<details><summary>%s</summary>\n\n%sjson\n%s\n%s\n\n</details>\n", mdText(cure(s)), fence, text, fence)}
}

func mdObstacles(s *audit.Section) *mdPart {
	if len(s.Obstacles) == 0 {
		return nil
	}
	p := &mdPart{head: "\nNot cured by a grant:\n"}
	for i := range s.Obstacles {
		o := &s.Obstacles[i]
		p.rows = append(p.rows, fmt.Sprintf("- ⊘ %s: %s  \n  %s\n", mdText(o.Reason), mdCode(actionList(o.Actions)), mdText(obstacleAdvice(o))))
	}
	return p
}

func mdExcess(r *audit.Report, s *audit.Section) *mdPart {
	if len(s.Excess) == 0 {
		return nil
	}
	p := &mdPart{counts: r.Gate.DenyExcess}
	p.head, p.tail = fmt.Sprintf("\n<details><summary>%s granted beyond the need</summary>\n\n| | Action | Resource | Statement | Why |\n|---|---|---|---|---|\n", count(len(s.Excess), "thing")), "\n</details>\n"
	for i := range s.Excess {
		e := &s.Excess[i]
		mark := ""
		if e.Dangerous {
			mark = "⚠ dangerous"
		}
		p.rows = append(p.rows, fmt.Sprintf("| %s | %s | %s | %s | %s |\n", mark, mdCode(e.Action), mdCode(e.Resource), mdText(statementName(&e.Statement)), mdText(e.Why)))
	}
	return p
}

func mdPassing(s *audit.Section) *mdPart {
	if s.Summary.Pass == 0 {
		return nil
	}
	p := &mdPart{head: fmt.Sprintf("\n<details><summary>%d granted</summary>\n\n", s.Summary.Pass), tail: "\n</details>\n"}
	for _, g := range groups(s) {
		if g.passed > 0 {
			p.rows = append(p.rows, fmt.Sprintf("- %s %d/%d\n", mdText(g.module.Title), g.passed, len(g.findings)))
		}
	}
	return p
}

// markdownText replaces what Markdown, or GitHub's use of it, gives a meaning.
// A zero-width space keeps an @ from notifying somebody. An empty comment keeps
// what looks like an address from becoming a link: some readers look for those
// after they have decoded entities.
var markdownText = func() *strings.Replacer {
	pairs := []string{"@", "@\u200b", "://", ":<!-- -->//"}
	for i := range 8 { // GitHub's www. is any case
		www := []byte("www")
		for bit := range www {
			if i>>bit&1 == 1 {
				www[bit] = 'W'
			}
		}
		pairs = append(pairs, string(www)+".", string(www)+"<!-- -->.")
	}
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
