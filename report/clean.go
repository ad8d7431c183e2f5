package report

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Clean makes text from AWS, files and users fit for a terminal: control
// characters, escape sequences and marks that change the direction of text are
// dropped, line breaks become blanks.
func Clean(s string) string {
	s = ansi.Strip(s)
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case hidden(r):
			return -1
		}
		return r
	}, s)
}

// hidden reports whether a character is a control character or one that
// changes how those around it are shown.
func hidden(r rune) bool {
	return r < 0x20 || r >= 0x7F && r <= 0x9F || r >= 0x200E && r <= 0x200F ||
		r >= 0x2028 && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0xFEFF
}

// cleanJSON makes indented JSON fit for a terminal without changing what it
// says: hidden characters are written as escapes.
func cleanJSON(s string) string {
	var b strings.Builder
	for _, r := range s {
		if hidden(r) && r != '\n' {
			fmt.Fprintf(&b, `\u%04x`, r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
