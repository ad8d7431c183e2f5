package terminal

import (
	"fmt"
	"io"

	"remotion-doctor/report"
)

// erase begins a line anew, over what is on it.
const erase = "\r\x1b[K"

// A Meter shows on a terminal what is being read and how much of it there is so
// far, at once and in one line; elsewhere it shows nothing.
type Meter struct {
	out   io.Writer
	shown bool
}

// NewMeter returns a meter on a stream. A terminal without escape sequences
// (TERM=dumb, which getenv reads) gets nothing.
func NewMeter(w io.Writer, getenv func(string) string) *Meter {
	if file, ok := screen(w); ok && getenv("TERM") != "dumb" {
		return &Meter{out: file}
	}
	return &Meter{}
}

// Show replaces the line.
func (m *Meter) Show(step string, count int) {
	if m.out == nil {
		return
	}
	m.shown = true
	text := "reading " + report.Clean(step)
	if count > 0 {
		text += fmt.Sprintf(": %d", count)
	}
	fmt.Fprint(m.out, erase+text)
}

// Clear takes the line away.
func (m *Meter) Clear() {
	if m.shown {
		m.shown = false
		fmt.Fprint(m.out, erase)
	}
}

// Over begins a message on a stream: on a terminal over the line of the
// progress, elsewhere with nothing.
func Over(w io.Writer) string {
	if Is(w) {
		return erase
	}
	return ""
}
