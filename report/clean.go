package report

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// Clean makes text from AWS, files and users fit for a terminal and a page:
// control characters and escape sequences are dropped, line breaks become
// blanks, and characters that cannot be seen or that change the direction of
// text are written as escapes, so that no two texts look alike that are not.
func Clean(s string) string {
	if printable(s) {
		return s
	}
	s = strings.ToValidUTF8(ansi.Strip(s), "\uFFFD")
	if strings.IndexFunc(s, unfit) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			b.WriteByte(' ')
		case invisible(r):
			b.WriteString(escape(r))
		case !unicode.IsControl(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// printable reports whether all of a text is printable ASCII, as most is.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func unfit(r rune) bool { return unicode.IsControl(r) || invisible(r) }

// invisible reports whether a character shows nothing of itself, or changes how
// those around it are shown: marks of direction, zero-width characters, fillers,
// variation selectors, tags. Sources: Unicode Technical Report 36, "Unicode
// Security Considerations", 2.5; Unicode's DerivedCoreProperties.txt,
// Default_Ignorable_Code_Point.
func invisible(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) || r == 0x2800
}

// escape writes a character as JSON does.
func escape(r rune) string {
	if r > 0xFFFF {
		r -= 0x10000
		return fmt.Sprintf(`\u%04x\u%04x`, 0xD800+r>>10, 0xDC00+r&0x3FF)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// cleanJSON makes indented JSON fit for a terminal without changing what it
// says: control characters and invisible ones are written as escapes.
func cleanJSON(s string) string {
	if printable(strings.ReplaceAll(s, "\n", "")) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unfit(r) && r != '\n' {
			b.WriteString(escape(r))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
