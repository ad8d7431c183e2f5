package report

import (
	"io"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"remotion-doctor/audit"
)

// Options say how a report looks.
type Options struct {
	Width   int // columns of the terminal; 0 for no limit, as in a pipe
	Color   bool
	Links   bool // the terminal follows links (OSC 8)
	Verbose bool // show what passes, too
	Details int  // targets of several that the table shows in full; 0 for all that fail

	BOM   bool // begin CSV with a byte order mark
	Limit int  // bytes that Markdown may have; 0 for [CommentLimit]
}

// A look holds the styles of one rendering. Its renderer is its own, so that
// nothing depends on the process's terminal.
type look struct {
	good, bad, warn, dim, bold lipgloss.Style
}

func newLook(w io.Writer, color bool) look {
	r := lipgloss.NewRenderer(w)
	r.SetColorProfile(termenv.Ascii)
	if color {
		r.SetColorProfile(termenv.ANSI)
	}
	ansi := func(n string) lipgloss.Style { return r.NewStyle().Foreground(lipgloss.Color(n)) }
	return look{good: ansi("2"), bad: ansi("1"), warn: ansi("3"), dim: r.NewStyle().Faint(color), bold: r.NewStyle().Bold(color)}
}

// marks gives each status its glyph; the word always stands next to it.
var marks = map[audit.Status]string{
	audit.Pass: "✓", audit.Fail: "✗", audit.Blocked: "⊘", audit.Partial: "◐", audit.Unknown: "?",
}

// severity orders statuses for reading: the worst first.
var severity = map[audit.Status]int{
	audit.Fail: 0, audit.Blocked: 1, audit.Partial: 2, audit.Unknown: 3, audit.Pass: 4,
}

func (l look) status(s audit.Status) string { return l.word(string(s)) }

// word renders the outcome of a finding or a module with its glyph.
func (l look) word(word string) string {
	text := mark(word) + " " + word
	switch audit.Status(word) {
	case audit.Pass:
		return l.good.Render(text)
	case audit.Fail, audit.Blocked:
		return l.bad.Render(text)
	case mutedWord:
		return l.dim.Render(text)
	}
	return l.warn.Render(text)
}

// severity renders a text in the colour of a severity.
func (l look) severity(s audit.Severity, text string) string {
	switch s {
	case audit.SeverityError:
		return l.bad.Render(text)
	case audit.SeverityNote:
		return l.dim.Render(text)
	}
	return l.warn.Render(text)
}

// operation renders a text in the colour of an operation's status.
func (l look) operation(s audit.OperationStatus, text string) string {
	switch s {
	case audit.Works:
		return l.good.Render(text)
	case audit.Fails:
		return l.bad.Render(text)
	}
	return l.warn.Render(text)
}

// mark is the glyph of an outcome of a finding, a module or an operation.
func mark(word string) string {
	if m, ok := marks[audit.Status(word)]; ok {
		return m
	}
	if word == mutedWord {
		return "–"
	}
	return operationMark[audit.OperationStatus(word)]
}
