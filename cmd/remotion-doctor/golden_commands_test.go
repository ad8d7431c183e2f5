package main

import (
	"bytes"
	"encoding/json"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"remotion-doctor/audit"
	"remotion-doctor/report"
)

// Every command that the program prints is in a golden, in the README or in the
// documentation. Each is taken out and run against the account that the text
// concerns.

var (
	invisible = regexp.MustCompile(`(?s)<wbr/>|<!-- -->|<script.*?</script>|\x{200b}`)
	tags      = regexp.MustCompile(`<[^>]*>`)
	splitted  = regexp.MustCompile(`\\\n\s*`)
	// command is a command line in a line of its own, behind a word, in a span of
	// code, or in the strings of JSON.
	command = regexp.MustCompile("(?m)(?:^|[`>| ])(remotion-doctor (?:check|explain|fix|audit|policy|snapshot|serve|demo|report|simulate|version)(?:[^`\\n\"]|\"[a-z]+\")*)")
	comment = regexp.MustCompile(`(?:  +\(.*\)|\s+#.*| [<>] .*| \| .*|  .*)$`)
)

// commandsIn are the command lines of a text, each once.
func commandsIn(path, text string) []string {
	if strings.HasSuffix(path, ".html") || strings.HasSuffix(path, ".md") || strings.HasSuffix(path, ".markdown") {
		text = html.UnescapeString(tags.ReplaceAllString(invisible.ReplaceAllString(text, ""), "`"))
	}
	var out []string
	for _, found := range command.FindAllStringSubmatch(splitted.ReplaceAllString(text, ""), -1) {
		line := strings.TrimRight(comment.ReplaceAllString(found[1], ""), " .,;:)")
		if !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	return out
}

// offlineArgs are the arguments of a command, asked of a snapshot.
func offlineArgs(line, snapshot string) []string {
	args := words(line)[1:]
	if i := slices.Index(args, "--endpoint-url"); i >= 0 {
		args = slices.Delete(args, i, i+2)
	}
	if args[0] != "policy" && !slices.Contains(args, "--snapshot") {
		args = append(args, "--snapshot", snapshot)
	}
	return args
}

// reportIn reads a golden report.
func reportIn(t *testing.T, path string) *audit.Report {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := report.ReadJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestReportCommands: each command that the golden report leads to runs, and
// concerns the principal and the requirement of its section.
func TestReportCommands(t *testing.T) {
	t.Parallel()
	snapshot := demoFile(t)
	seen := 0
	const path = "testdata/demo.json"
	r := reportIn(t, path)
	for i := range r.Sections {
		s := &r.Sections[i]
		for j := range s.Next {
			seen++
			sameConcern(t, path, report.CommandLine(&s.Next[j]), snapshot, s)
		}
	}
	if seen < 4 {
		t.Errorf("only %d commands", seen)
	}
}

// sameConcern runs a command of a section.
func sameConcern(t *testing.T, path, line, snapshot string, s *audit.Section) {
	t.Helper()
	args := offlineArgs(line, snapshot)
	code, _, problem := runApp(t, args...)
	if code != exitMet && code != exitNotMet {
		t.Errorf("%s: %s: exit %d, %s", path, line, code, problem)
		return
	}
	if args[0] == "explain" {
		var tr audit.Trace
		_, out, _ := runApp(t, append(args, "--json")...)
		if err := json.Unmarshal([]byte(out), &tr); err != nil || tr.Principal.ARN != s.Principal.ARN {
			t.Errorf("%s: %s concerns %s, not %s (%v)", path, line, tr.Principal.ARN, s.Principal.ARN, err)
		}
		return
	}
	// What fix concerns is what check with the same options does.
	var r audit.Report
	_, out, problem := runApp(t, append(append([]string{"check"}, args[1:]...), "--format", "json")...)
	if err := json.Unmarshal([]byte(out), &r); err != nil || len(r.Sections) != 1 {
		t.Errorf("%s: %s: %v, %s", path, line, err, problem)
		return
	}
	got := &r.Sections[0]
	if got.Principal.ARN != s.Principal.ARN || got.Requirement.Name != s.Requirement.Name || got.Requirement.Version != s.Requirement.Version || got.Requirement.Digest != s.Requirement.Digest {
		t.Errorf("%s: %s concerns %s and %+v, not %s and %+v", path, line, got.Principal.ARN, got.Requirement, s.Principal.ARN, s.Requirement)
	}
}

// TestFormCommands: each form of a report has the commands of its JSON and no
// others; and the commands in its sentences run.
func TestFormCommands(t *testing.T) {
	t.Parallel()
	snapshot := demoFile(t)
	const path = "testdata/demo.json"
	r := reportIn(t, path)
	known := map[string]bool{}
	for i := range r.Sections {
		for j := range r.Sections[i].Next {
			known[report.CommandLine(&r.Sections[i].Next[j])] = true
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sentences := commandsIn(path, string(data))
	ran := 0
	for _, line := range sentences {
		if strings.HasPrefix(line, "remotion-doctor serve") || strings.HasPrefix(line, "remotion-doctor demo") || slices.ContainsFunc(words(line), placeholder.MatchString) {
			continue
		}
		ran++
		if code, _, problem := runApp(t, offlineArgs(line, snapshot)...); code != exitMet && code != exitNotMet {
			t.Errorf("%s: exit %d, %s", line, code, problem)
		}
	}
	if ran < 2 {
		t.Errorf("only %d commands in sentences", ran)
	}
	for _, form := range []struct {
		format report.Format
		report.Options
	}{
		{report.FormatTable, report.Options{Width: 60}},
		{report.FormatTable, report.Options{Width: 80}},
		{report.FormatTable, report.Options{Width: 160}},
		{report.FormatTable, report.Options{}},
		{report.FormatTable, report.Options{Verbose: true}},
		{report.FormatMarkdown, report.Options{}},
		{report.FormatHTML, report.Options{}},
	} {
		var out bytes.Buffer
		if err := report.Write(&out, r, form.format, form.Options); err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, line := range commandsIn("."+string(form.format), out.String()) {
			switch {
			case known[line]:
				found++
			// A narrow terminal breaks sentences where it must.
			case !slices.ContainsFunc(sentences, func(s string) bool { return strings.HasPrefix(s, line) }):
				t.Errorf("%s %d: no JSON has the command %q", form.format, form.Width, line)
			}
		}
		if found != len(known) {
			t.Errorf("%s %d has %d of %d commands", form.format, form.Width, found, len(known))
		}
	}
}

// TestReportGoldenCommands: the commands in the goldens of package report, of a
// report that has none as data, concern one of its sections.
func TestReportGoldenCommands(t *testing.T) {
	t.Parallel()
	const folder = "../../report/testdata/"
	snapshot := demoFile(t)
	r := reportIn(t, folder+"demo.json")
	paths, err := filepath.Glob(folder + "demo.*")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range commandsIn(path, string(data)) {
			args := words(line)[1:]
			if seen[line] || args[0] != "fix" && args[0] != "explain" && args[0] != "check" {
				continue
			}
			seen[line] = true
			i := slices.IndexFunc(r.Sections, func(s audit.Section) bool { return slices.Contains(args, s.Target.Name) })
			if i < 0 {
				t.Errorf("%s: %s concerns no section", path, line)
				continue
			}
			sameConcern(t, path, line, snapshot, &r.Sections[i])
		}
	}
	if len(seen) == 0 {
		t.Error("no golden has a command")
	}
}

// TestExplainGoldenCommands: the commands of the goldens of explain concern the
// principal of the trace, and what they lead to has the denied action in it.
func TestExplainGoldenCommands(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/explain/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatal(err, len(paths))
	}
	snapshot := demoFile(t)
	seen := 0
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var tr audit.Trace
		if err := json.Unmarshal(data, &tr); err != nil {
			t.Fatal(err)
		}
		for i := range tr.Commands {
			seen++
			line := report.CommandLine(&tr.Commands[i])
			args := offlineArgs(line, snapshot)
			if code, _, problem := runApp(t, args...); code != exitMet && code != exitNotMet {
				t.Errorf("%s: %s: exit %d, %s", path, line, code, problem)
			}
			var r audit.Report
			_, out, _ := runApp(t, append(append([]string{"check"}, args[1:]...), "--format", "json")...)
			if err := json.Unmarshal([]byte(out), &r); err != nil || len(r.Sections) != 1 || r.Sections[0].Principal.ARN != tr.Principal.ARN {
				t.Errorf("%s: %s does not concern %s (%v)", path, line, tr.Principal.ARN, err)
				continue
			}
			if !slices.ContainsFunc(r.Sections[0].Findings, func(f audit.Finding) bool { return strings.EqualFold(f.Action, tr.Action) }) {
				t.Errorf("%s: %s does not check %s", path, line, tr.Action)
			}
		}
	}
	if seen == 0 {
		t.Error("no golden has a command")
	}
}

// placeholder are words of a command that stand for something.
var placeholder = regexp.MustCompile(`^[A-Z]+$|…|^\.\.\.$`)

// TestDocumentedCommands: each command of the README, the documentation and the
// help texts parses as it stands; those about the demo account run.
func TestDocumentedCommands(t *testing.T) {
	t.Parallel()
	snapshot := demoFile(t)
	texts := map[string]string{}
	paths, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(paths, "../../README.md", "../../CONTRIBUTING.md", "../../ARCHITECTURE.md", "../../CHANGELOG.md") {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts[path] = string(data)
	}
	var help func(c *cobra.Command)
	help = func(c *cobra.Command) {
		texts[c.CommandPath()] = c.Example + "\n" + c.Long
		for _, sub := range c.Commands() {
			help(sub)
		}
	}
	help(new(app).root())
	seen, ran := 0, 0
	for path, text := range texts {
		for _, line := range commandsIn(path, text) {
			args := words(line)[1:]
			if slices.ContainsFunc(args, placeholder.MatchString) {
				continue
			}
			seen++
			if problem := parses(args); problem != nil {
				t.Errorf("%s: %s: %v", path, line, problem)
			}
			if !strings.Contains(line, "--function video-api") && !strings.Contains(line, "--function studio") || strings.Contains(line, "--apply") || strings.Contains(line, "baseline") {
				continue
			}
			ran++
			args = offlineArgs(line, snapshot)
			for i, a := range args {
				switch {
				case a == "account.json":
					args[i] = snapshot
				case i > 0 && (args[i-1] == "--output" || args[i-1] == "--remediation"):
					form, name, ok := strings.Cut(a, "=")
					if !ok {
						form, name = "", a
					} else {
						form += "="
					}
					args[i] = form + filepath.Join(t.TempDir(), name)
				}
			}
			if code, _, problem := runApp(t, args...); code != exitMet && code != exitNotMet {
				t.Errorf("%s: %s: exit %d, %s", path, line, code, problem)
			}
		}
	}
	if seen < 60 || ran < 4 {
		t.Errorf("only %d commands, of which %d ran", seen, ran)
	}
}

// parses reports what is wrong with a command's name, flags or operands.
func parses(args []string) error {
	c, rest, err := new(app).root().Find(args)
	if err == nil {
		err = c.ParseFlags(rest)
	}
	if err == nil {
		err = c.ValidateArgs(c.Flags().Args())
	}
	return err
}
