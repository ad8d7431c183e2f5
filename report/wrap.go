package report

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// wrap breaks text into lines of at most width columns, at blanks. A word that
// is longer, such as an ARN, stands on a line of its own and is broken only
// where hard is set. Width 0 is no limit.
func wrap(text string, width int, hard bool) []string {
	if width <= 0 {
		return []string{text}
	}
	if hard {
		text = ansi.Wrap(text, width, "")
	} else {
		text = ansi.Wordwrap(text, width, "")
	}
	return strings.Split(text, "\n")
}
