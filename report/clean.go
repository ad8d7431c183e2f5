package report

import (
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
		case r < 0x20, r >= 0x7F && r <= 0x9F, r >= 0x200E && r <= 0x200F,
			r >= 0x2028 && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0xFEFF:
			return -1
		}
		return r
	}, s)
}
