package remedy

import (
	"fmt"
	"strings"

	"remotion-doctor/iam/policy"
)

// A DiffLine is one line of a difference: ' ' for what stays, '-' for what
// goes, '+' for what comes, '@' for a heading.
type DiffLine struct {
	Mark byte
	Text string
}

// Diff shows what a change does to what is attached, policy by policy.
func Diff(c *Change) []DiffLine {
	var out []DiffLine
	for i := range c.Steps {
		s := &c.Steps[i]
		out = append(out, DiffLine{'@', title(c, s)})
		after := ""
		if s.After != nil {
			after = s.After.Indent()
		}
		out = append(out, DiffText(s.Before, after)...)
	}
	return out
}

// DiffText shows what differs between two policies, as they are stored; empty
// text represents no policy.
func DiffText(before, after string) []DiffLine {
	return context(diffLines(split(pretty(before)), split(pretty(after))), 3)
}

// Additions shows what a text has gained, with some lines around it. Only lines
// that are added, or that a comma is put behind, are found quickly.
func Additions(before, after string) []DiffLine {
	var out []DiffLine
	a, b := lines(before), lines(after)
	for len(b) > 0 {
		switch {
		case len(a) > 0 && a[0] == b[0]:
			out, a = append(out, DiffLine{' ', a[0]}), a[1:]
		case len(a) > 0 && strings.HasPrefix(b[0], a[0]) && strings.TrimLeft(b[0][len(a[0]):], ",") == "" && len(b[0]) > len(a[0]):
			out, a = append(out, DiffLine{'-', a[0]}, DiffLine{'+', b[0]}), a[1:]
		default:
			out = append(out, DiffLine{'+', b[0]})
		}
		b = b[1:]
	}
	for _, l := range a {
		out = append(out, DiffLine{'-', l})
	}
	return clip(context(out, 3))
}

// lines are the lines of a text, whatever ends them.
func lines(text string) []string {
	return split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n"))
}

// maxShown is how much of a line is shown.
const maxShown = 400

func clip(list []DiffLine) []DiffLine {
	for i := range list {
		if t := list[i].Text; len(t) > maxShown {
			list[i].Text = strings.ToValidUTF8(t[:maxShown], "") + "…"
		}
	}
	return list
}

func title(c *Change, s *Step) string {
	switch s.Kind {
	case PutInline, DeleteInline:
		return fmt.Sprintf("inline policy %s of %s", s.Name(), c.owner())
	case NewVersion:
		return "new version of " + s.ARN()
	case Detach:
		return fmt.Sprintf("detach %s from %s", s.ARN(), c.owner())
	}
	return fmt.Sprintf("%s, attached to %s", s.ARN(), c.owner())
}

// pretty prints a stored policy as the new one will be, so that only its
// content differs.
func pretty(text string) string {
	if text == "" {
		return ""
	}
	doc, err := policy.Parse(text)
	if err != nil {
		return text
	}
	return doc.Indent()
}

func split(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// diffLines is the shortest difference of two texts, by the longest common
// subsequence. Policies are short: IAM takes some hundred lines.
func diffLines(a, b []string) []DiffLine {
	var out []DiffLine
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		out = append(out, DiffLine{' ', a[start]})
		start++
	}
	ends := 0
	for ends < len(a)-start && ends < len(b)-start && a[len(a)-1-ends] == b[len(b)-1-ends] {
		ends++
	}
	x, y := a[start:len(a)-ends], b[start:len(b)-ends]
	out = append(out, middle(x, y)...)
	for _, line := range a[len(a)-ends:] {
		out = append(out, DiffLine{' ', line})
	}
	return out
}

func middle(a, b []string) []DiffLine {
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var out []DiffLine
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out = append(out, DiffLine{' ', a[i]})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			out = append(out, DiffLine{'-', a[i]})
			i++
		default:
			out = append(out, DiffLine{'+', b[j]})
			j++
		}
	}
	return out
}

// context leaves out what stays, but for some lines around what changes.
func context(lines []DiffLine, around int) []DiffLine {
	keep := make([]bool, len(lines))
	for i, l := range lines {
		if l.Mark == ' ' {
			continue
		}
		for n := max(0, i-around); n <= min(len(lines)-1, i+around); n++ {
			keep[n] = true
		}
	}
	var out []DiffLine
	skipped := false
	for i, l := range lines {
		switch {
		case keep[i]:
			out, skipped = append(out, l), false
		case !skipped:
			out, skipped = append(out, DiffLine{' ', "…"}), true
		}
	}
	return out
}
