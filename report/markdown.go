package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// The sizes, in bytes, that Markdown may have. GitHub accepts 65,536 characters
// in a comment (GitHub Docs, "Troubleshooting the REST API", validation of body)
// and 1 MiB in a job summary (GitHub Docs, "Workflow commands", adding a job
// summary).
const (
	CommentLimit = 65_536
	SummaryLimit = 1 << 20
)

// footRoom is what stays free for the lines that say what was left out.
const footRoom = 600

// Markdown writes the report for pull-request comments and job summaries, in
// GitHub's dialect: the verdict, all targets that do not meet their requirement,
// then the reasons, then what is fine. What does not fit into [Options.Limit] is
// left out from the end and counted; nothing that fails is left out while
// something that passes is printed.
func Markdown(w io.Writer, r *audit.Report, o Options) error {
	limit := o.Limit
	if limit <= 0 {
		limit = CommentLimit
	}
	m := &markdown{report: r, labels: labels(r), room: limit - footRoom, verbose: o.Verbose}
	m.common()
	m.head()
	sections := m.sections()
	m.fit(sections)
	for _, s := range sections {
		for _, p := range s.parts {
			m.out.WriteString(p.shown)
		}
	}
	m.foot(sections)
	_, err := io.WriteString(w, m.out.String())
	return err
}

// A markdown is one rendering.
type markdown struct {
	report  *audit.Report
	labels  []label
	out     strings.Builder
	room    int            // bytes that are left
	shared  map[string]int // sentences of several sections, by how many have them
	verbose bool
}

// head writes the verdict, the notes, and each target that fails.
func (m *markdown) head() {
	text, good := headline(m.report)
	m.line("## %s remotion-doctor: %s", tick(good), mdText(text))
	for _, n := range m.report.Notes {
		m.line("\n> %s", mdText(n))
	}
	m.fleet()
	m.overview()
	for _, text := range m.sharedTexts() {
		m.line("\n> %s _(%s)_", mdText(text), count(m.shared[text], "target"))
	}
	m.room -= m.out.Len()
}

// overview is a table of all sections that do not meet their requirement. Where
// there are too many for half of the room the rest are named, as far as that
// goes.
func (m *markdown) overview() {
	if len(m.report.Sections) < 2 {
		return
	}
	var names []string
	room := m.room / 2
	for i := range m.report.Sections {
		s := &m.report.Sections[i]
		if met(m.report, s) {
			continue
		}
		row := fmt.Sprintf("| ✗ %s | %s | %s | %s |\n", mdText(m.labels[i].String()), mdPrincipal(s), mdText(score(m.report, s)), mdText(rowOf(m.report, s, m.labels[i]).operations))
		if len(names) > 0 || len(row) > room {
			names = append(names, mdText(m.labels[i].String()))
			continue
		}
		if room == m.room/2 {
			m.line("\n| Target | Principal | Result | Operations |\n|---|---|---|---|")
		}
		room -= len(row)
		m.out.WriteString(row)
	}
	if len(names) > 0 {
		m.line("\n%s", named(len(names), names, m.room/4))
	}
}

// named counts what fails and has no row, and names it as far as the room goes.
func named(n int, names []string, room int) string {
	text := fmt.Sprintf("**%d more that fail:** ", n)
	for i, name := range names {
		if len(text)+len(name) > room {
			return text + fmt.Sprintf("and %d more", n-i)
		}
		if i > 0 {
			text += "; "
		}
		text += name
	}
	return text
}

func mdPrincipal(s *audit.Section) string {
	if s.Principal.ARN == "" {
		return "–"
	}
	return mdCode(s.Principal.ARN)
}

// common finds the sentences that several sections have: they are printed once.
func (m *markdown) common() {
	m.shared = map[string]int{}
	for i := range m.report.Sections {
		seen := map[string]bool{}
		for _, text := range sideTexts(m.report, &m.report.Sections[i]) {
			if !seen[text] {
				m.shared[text]++
			}
			seen[text] = true
		}
	}
}

// sideTexts are the sentences about a section that say nothing about what fails.
func sideTexts(r *audit.Report, s *audit.Section) []string {
	out := slices.Clone(s.Notes)
	_, others := sortedGaps(r, s)
	for _, g := range others {
		out = append(out, gapWord(g)+": "+g.String())
	}
	return out
}

// sharedTexts are those of several sections, in the order of the report.
func (m *markdown) sharedTexts() []string {
	var out []string
	for i := range m.report.Sections {
		for _, text := range sideTexts(m.report, &m.report.Sections[i]) {
			if m.shared[text] > 1 {
				out = appendNew(out, text)
			}
		}
	}
	return out
}

// foot says what was left out.
func (m *markdown) foot(sections []mdSection) {
	failing, details, fine := 0, 0, 0
	for _, s := range sections {
		cut := 0
		for _, p := range s.parts {
			switch {
			case p.left == 0:
			case s.met:
				cut = 1
			case p.counts:
				failing += p.left
			default:
				cut = 1
			}
		}
		if s.met {
			fine += cut
		} else {
			details += cut
		}
	}
	var parts []string
	for _, p := range []struct {
		n    int
		text string
	}{
		{failing, count(failing, "row") + " about what does not pass"},
		{details, "remedies and details of " + count(details, "target")},
		{fine, "details of " + count(fine, "target") + " that is fine"},
	} {
		if p.n > 0 {
			parts = append(parts, p.text)
		}
	}
	if len(parts) > 0 {
		m.line("\n**Left out to fit the size limit: %s. The JSON and HTML reports have all of it.**", strings.Join(parts, "; "))
	}
}

func (m *markdown) line(format string, args ...any) {
	fmt.Fprintf(&m.out, format+"\n", args...)
}

// sections are those that fail, then those that are fine, in the order of the
// report.
func (m *markdown) sections() []mdSection {
	var bad, fine []mdSection
	for i := range m.report.Sections {
		s := &m.report.Sections[i]
		out := mdSection{place: i, met: met(m.report, s), parts: m.parts(i, s)}
		if out.met {
			fine = append(fine, out)
		} else {
			bad = append(bad, out)
		}
	}
	return append(bad, fine...)
}

// parts are the blocks of a section in the order in which they are printed.
func (m *markdown) parts(i int, s *audit.Section) []*mdPart {
	r := m.report
	if !m.verbose && allFine(r, s) {
		return []*mdPart{{head: fmt.Sprintf("\n✓ **%s** %s · %s\n", mdText(m.labels[i].String()), mdText(score(r, s)), mdPrincipal(s))}}
	}
	out := []*mdPart{{head: m.sectionHead(i, s), counts: true}}
	if s.Error != nil {
		return out
	}
	for _, p := range []*mdPart{
		m.notes(s), mdOperations(s), mdFindings(r, s), m.diagnoses(s, true), mdGaps(r, s), m.diagnoses(s, false),
		mdRemediation(s), mdObstacles(s), mdExcess(r, s), m.otherGaps(s), mdPassing(s),
	} {
		if p != nil {
			out = append(out, p)
		}
	}
	return out
}

// allFine reports one of several sections about which a line says all: everything
// passes, and nothing else is to be known of it.
func allFine(r *audit.Report, s *audit.Section) bool {
	return len(r.Sections) > 1 && met(r, s) && s.Error == nil &&
		s.Summary.Pass == s.Summary.Total() && len(s.Excess)+len(s.Obstacles) == 0
}

func (m *markdown) sectionHead(i int, s *audit.Section) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s %s\n\n", tick(met(m.report, s)), mdText(m.labels[i].String()))
	if s.Principal.ARN != "" {
		fmt.Fprintf(&b, "%s  \n", mdCode(s.Principal.ARN))
	}
	if s.Location != nil {
		fmt.Fprintf(&b, "in %s  \n", mdCode(s.Location.String()))
	}
	if s.Error != nil {
		fmt.Fprintf(&b, "**%s:** %s\n", notChecked(s), mdText(s.Error.Message))
		if s.Error.Hint != "" {
			fmt.Fprintf(&b, "  \nhint: %s\n", mdText(s.Error.Hint))
		}
		return b.String()
	}
	fmt.Fprintf(&b, "%s · %s · %s\n\n**%s.**\n", mdText(requires(s)), mdText(strings.Join(s.Regions, ", ")), mdText(decidedBy(m.report, s)), mdText(score(m.report, s)))
	if len(s.Found) > 0 {
		fmt.Fprintf(&b, "\nFound: %s.\n", mdText(strings.Join(s.Found, "; ")))
	}
	b.WriteString(m.leads(s))
	if m.report.Gate.Unfinished(s) {
		fmt.Fprintf(&b, "  \nincomplete: %s  \nhint: %s\n", mdText(unfinished(s)), mdText(unfinishedHint(s)))
	}
	return b.String()
}

// leads are the likeliest cause and the command that cures it.
func (m *markdown) leads(s *audit.Section) string {
	if met(m.report, s) {
		return ""
	}
	out := ""
	if cause := likeliestCause(m.report, s); cause != "" {
		out += "\nCause: " + mdText(cause) + "\n"
	}
	for _, step := range nextSteps(m.report, s) {
		out += "\nNext: " + mdCode(step) + "\n"
	}
	if text := alone(s); text != "" {
		out += "\n" + mdText(text) + "\n"
	}
	return out
}

func tick(good bool) string {
	if good {
		return "✓"
	}
	return "✗"
}

// notes are those that no other section has.
func (m *markdown) notes(s *audit.Section) *mdPart {
	p := &mdPart{}
	for _, n := range s.Notes {
		if m.shared[n] < 2 {
			p.head += "\n> " + mdText(n) + "\n"
		}
	}
	return p.orNil()
}

// otherGaps are those that change no verdict and that no other section has.
func (m *markdown) otherGaps(s *audit.Section) *mdPart {
	p := &mdPart{}
	_, others := sortedGaps(m.report, s)
	for _, g := range others {
		if text := gapWord(g) + ": " + g.String(); m.shared[text] < 2 {
			p.head += mdGap(g)
		}
	}
	return p.orNil()
}

func mdGaps(r *audit.Report, s *audit.Section) *mdPart {
	p := &mdPart{counts: true}
	weighing, _ := sortedGaps(r, s)
	for _, g := range weighing {
		p.rows = append(p.rows, mdGap(g))
	}
	return p.orNil()
}

func mdGap(g *iam.Gap) string {
	text := "\n> " + gapMark(g) + " **" + gapWord(g) + "** " + mdText(g.String())
	if g.Hint != "" {
		text += "  \n> → " + mdText(g.Hint)
	}
	return text + "\n"
}
