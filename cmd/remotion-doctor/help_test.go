package main

import (
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"remotion-doctor/internal/help"
)

// TestHelp holds every page to the width of the terminal, and the whole one to all
// flags: each once, under a heading that has some.
func TestHelp(t *testing.T) {
	t.Parallel()
	a := new(app)
	a.stdout, a.stderr, a.getenv = io.Discard, io.Discard, func(string) string { return "" }
	pages := 0
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		pages++
		for _, width := range []int{0, 60, 80, 160} {
			for _, whole := range []bool{false, true} {
				checkPage(t, cmd, help.Page(cmd, whole, width), width, whole)
			}
		}
		checkManual(t, help.Manual(cmd, help.Topics(), time.Unix(0, 0)))
		for _, sub := range cmd.Commands() {
			if sub.Name() != "completion" {
				walk(sub)
			}
		}
	}
	walk(a.root())
	if pages < 20 {
		t.Errorf("only %d pages", pages)
	}
	for _, topic := range help.Topics() {
		if text := topic.Text(); len(text) < 200 {
			t.Errorf("topic %s: %q", topic.Name, text)
		}
	}
}

func checkPage(t *testing.T, cmd *cobra.Command, page string, width int, whole bool) {
	t.Helper()
	limit := 100
	if width > 0 && width < limit {
		limit = width
	}
	lines := strings.Split(page, "\n")
	for i, line := range lines {
		fields := strings.Fields(line)
		if ansi.StringWidth(line) > limit && len(fields) > 1 && !strings.Contains(cmd.Example, strings.TrimSpace(line)) {
			t.Errorf("%s at %d: %d columns: %s", cmd.CommandPath(), width, ansi.StringWidth(line), line)
		}
		if strings.HasSuffix(line, ":") && !strings.HasPrefix(line, " ") && (i+1 == len(lines) || lines[i+1] == "") && line != "" && i > 0 && lines[i-1] == "" {
			t.Errorf("%s: nothing under %s", cmd.CommandPath(), line)
		}
	}
	if !whole {
		return
	}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		n := len(regexp.MustCompile(`(?m)^  (-\w, |    )--`+regexp.QuoteMeta(f.Name)+`(\[| |$)`).FindAllString(page, -1))
		if n != 1 && f.Name != "help" && !f.Hidden {
			t.Errorf("%s: --%s is there %d times", cmd.CommandPath(), f.Name, n)
		}
	})
}

// checkManual: the page begins as man expects it, and no text is taken for a
// request.
func checkManual(t *testing.T, page string) {
	t.Helper()
	if !regexp.MustCompile(`^\.TH "REMOTION-DOCTOR[A-Z-]*" "1" "1970-01-01" "remotion-doctor"\n\.SH "NAME"\n`).MatchString(page) {
		t.Errorf("the page begins with %.80s", page)
	}
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, ".") && !regexp.MustCompile(`^\.(TH|SH|B|TP|PP|nf|fi)\b`).MatchString(line) || strings.HasPrefix(line, "'") {
			t.Errorf("man would take this for a request: %s", line)
		}
	}
}
