package terminal

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"remotion-doctor/report"
)

// ErrNothing says that nobody chose anything.
var ErrNothing = errors.New("nothing was chosen")

// shownChoices is how many things are listed at a time.
const shownChoices = 20

// Choose asks on out which of some things is meant, and returns its index. The
// answer from in is a number of the list, or letters that its text contains: what
// several things contain is asked again, of them. The error is [ErrNobody] where in
// is no terminal, and [ErrNothing] at the end of the input or for an empty answer.
func Choose(in io.Reader, out io.Writer, question string, things []string) (int, error) {
	if !Is(in) {
		return 0, ErrNobody
	}
	return choose(in, out, question, things)
}

func choose(in io.Reader, out io.Writer, question string, things []string) (int, error) {
	answers := bufio.NewScanner(io.LimitReader(in, 1<<16))
	clean, left := make([]string, len(things)), make([]int, len(things))
	for i, thing := range things {
		clean[i], left[i] = report.Clean(thing), i
	}
	things = clean
	show(out, things, left)
	for {
		fmt.Fprintf(out, "%s (a number, or a few letters of the name): ", question)
		if !answers.Scan() {
			return 0, errors.Join(answers.Err(), ErrNothing)
		}
		answer := strings.TrimSpace(answers.Text())
		if answer == "" {
			return 0, ErrNothing
		}
		if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(left) {
			return left[n-1], nil
		}
		found := containing(things, answer)
		switch len(found) {
		case 0:
			fmt.Fprintf(out, "none of them contains %s\n", report.Clean(answer))
			continue
		case 1:
			return found[0], nil
		}
		left = found
		show(out, things, left)
	}
}

func show(out io.Writer, things []string, left []int) {
	for i, at := range left[:min(len(left), shownChoices)] {
		fmt.Fprintf(out, "%4d  %s\n", i+1, things[at])
	}
	if n := len(left) - shownChoices; n > 0 {
		fmt.Fprintf(out, "      … and %d more\n", n)
	}
}

// containing are the things whose text contains every word of an answer; the one
// that is the answer, where there is one.
func containing(things []string, answer string) []int {
	words := strings.Fields(strings.ToLower(answer))
	var out []int
	for i, thing := range things {
		text := strings.ToLower(thing)
		fields := strings.Fields(text)
		if len(words) == 1 && len(fields) > 0 && fields[len(fields)-1] == words[0] {
			return []int{i}
		}
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			out = append(out, i)
		}
	}
	return out
}
