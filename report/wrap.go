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
	var lines []string
	rest := strings.TrimLeft(text, " ")
	line, empty := text[:len(text)-len(rest)], true // the first line's blanks stay
	for word := range strings.SplitSeq(rest, " ") {
		switch {
		case empty:
			line, empty = line+word, false
		case ansi.StringWidth(line)+1+ansi.StringWidth(word) <= width:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
		for hard && ansi.StringWidth(line) > width {
			head := fitting(line, width)
			if head == "" {
				break // not even one character fits
			}
			lines, line = append(lines, head), strings.TrimPrefix(line, head)
		}
	}
	return append(lines, line)
}

// fitting returns the beginning of a long word that fits, up to a separator of an
// ARN where one is in the second half.
func fitting(word string, width int) string {
	head := ansi.Truncate(word, width, "")
	if i := strings.LastIndexAny(head, ":/-_,"); i >= len(head)/2 && len(head) < len(word) {
		return head[:i+1]
	}
	return head
}
