package report

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"remotion-doctor/audit"
)

// An opinion is what one format says about a report: its verdict, and the
// findings that count as far as it lists them.
type opinion struct {
	ok       bool
	counting int // -1 where the format does not count
	findings []string
}

// opinions read each format as its consumers do.
var opinions = map[Format]func(t rapid.TB, text string) opinion{
	FormatTable: func(_ rapid.TB, text string) opinion {
		mark := ""
		for line := range strings.Lines(text) {
			for _, m := range []string{"✓ ", "✗ "} {
				if strings.HasPrefix(line, m) && !strings.HasPrefix(line, "✓ pass") {
					mark = m
				}
			}
		}
		return opinion{ok: mark == "✓ ", counting: -1}
	},
	FormatMarkdown: func(_ rapid.TB, text string) opinion {
		return opinion{ok: strings.HasPrefix(text, "## ✓ "), counting: -1}
	},
	FormatHTML: func(_ rapid.TB, text string) opinion {
		return opinion{ok: strings.Contains(text, `<h1 class="good">`) && strings.Contains(text, "<title>✓ "), counting: -1}
	},
	FormatJSON: func(t rapid.TB, text string) opinion {
		var r struct{ OK bool }
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			t.Fatal(err)
		}
		return opinion{ok: r.OK, counting: -1}
	},
	FormatJUnit: junitOpinion,
	FormatSARIF: sarifOpinion,
	FormatCSV:   csvOpinion,
	FormatJSONL: jsonlOpinion,
	FormatGitHub: func(_ rapid.TB, text string) opinion {
		return opinion{ok: !strings.Contains("\n"+text, "\n::error "), counting: -1}
	},
}

func junitOpinion(t rapid.TB, text string) opinion {
	var r junitReport
	if err := xml.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	out := opinion{ok: r.Failures+r.Errors == 0}
	names, tests, failures := map[string]bool{}, 0, 0
	for _, s := range r.Suites {
		for _, c := range s.Cases {
			tests++
			if key := c.Class + "\x00" + c.Name; names[key] {
				t.Fatalf("two cases are called %s, %s", c.Class, c.Name)
			} else {
				names[key] = true
			}
			if c.Failure != nil {
				failures++
				if c.Failure.Type != "error" && c.Failure.Type != "excess" {
					out.findings = append(out.findings, strings.TrimRight(c.Name, "() 0123456789"))
				}
			}
		}
	}
	if tests != r.Tests || failures != r.Failures {
		t.Fatalf("%d tests and %d failures, the head says %d and %d", tests, failures, r.Tests, r.Failures)
	}
	out.counting = failures + r.Errors
	return out
}

func sarifOpinion(t rapid.TB, text string) opinion {
	var log sarifLog
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	out := opinion{ok: run.Invocations[0].Successful}
	for _, n := range run.Invocations[0].Notifications {
		if n.Level == "error" {
			out.counting++
		}
	}
	prints := map[string]bool{}
	for _, r := range run.Results {
		if prints[r.Fingerprints["primaryLocationLineHash"]] {
			t.Fatalf("two results have the fingerprint %v", r.Fingerprints)
		}
		prints[r.Fingerprints["primaryLocationLineHash"]] = true
		if r.Level != "error" || len(r.Suppressions) > 0 {
			continue
		}
		out.counting++
		out.ok = false
		if status, ok := r.Properties["status"].(string); ok && status != "" {
			out.findings = append(out.findings, r.Properties["action"].(string)+" on "+r.Properties["resource"].(string))
		}
	}
	if said := run.Properties["ok"].(bool); said != out.ok {
		t.Fatalf("the run says %v, its results %v", said, out.ok)
	}
	return out
}

func csvOpinion(t rapid.TB, text string) opinion {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	out, ids := opinion{ok: true}, map[string]bool{}
	for _, row := range rows[1:] {
		if id := row[at["id"]]; id == "" || ids[id] {
			t.Fatalf("the id %q is empty or not the only one", id)
		} else {
			ids[id] = true
		}
		if row[at["counts"]] != "true" {
			continue
		}
		out.ok = false
		out.counting++
		if module := row[at["module"]]; module != "excess" && module != "" && !strings.HasPrefix(module, "diagnosis ") {
			out.findings = append(out.findings, row[at["action"]]+" on "+row[at["resource"]])
		}
	}
	return out
}

func jsonlOpinion(t rapid.TB, text string) opinion {
	out, ids := opinion{ok: true}, map[string]bool{}
	for line := range strings.Lines(text) {
		var row struct {
			ID, Module, Action, Resource string
			Counts                       bool
			Line                         int
		}
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		if row.ID == "" || ids[row.ID] {
			t.Fatalf("the id %q is empty or not the only one", row.ID)
		}
		ids[row.ID] = true
		if !row.Counts {
			continue
		}
		out.ok = false
		out.counting++
		if row.Module != "excess" && row.Module != "" && !strings.HasPrefix(row.Module, "diagnosis ") {
			out.findings = append(out.findings, row.Action+" on "+row.Resource)
		}
	}
	return out
}

// TestOneVerdict: every format says the same about any report, as the exit code
// does: the verdict, how many things count, and which findings.
func TestOneVerdict(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := genReport(t)
		v := r.Verdict()
		if r.Gate.FailOn != audit.FailOnNever && v.OK() != (v.ExitCode == 0) {
			t.Fatalf("the verdict is %s, the exit code %d", v.Outcome, v.ExitCode)
		}
		want := countingFindings(r)
		for _, f := range Formats() {
			var b strings.Builder
			if err := Write(&b, r, f, Options{}); err != nil {
				t.Fatal(err)
			}
			got := opinions[f](t, b.String())
			if got.ok != v.OK() {
				t.Fatalf("%s says %v, the verdict is %+v:\n%s", f, got.ok, v, b.String())
			}
			if all := v.Counting() + v.Unchecked + v.Incomplete; got.counting >= 0 && got.counting != all {
				t.Fatalf("%s counts %d, the verdict %d: %+v", f, got.counting, all, v)
			}
			slices.Sort(got.findings)
			if got.findings != nil && !slices.Equal(got.findings, want) {
				t.Fatalf("%s lists %v, and what counts is %v", f, got.findings, want)
			}
			for _, name := range want {
				if action, _, _ := strings.Cut(name, " on "); !strings.Contains(b.String(), action) {
					t.Fatalf("%s does not name %s", f, action)
				}
			}
		}
	})
}

func countingFindings(r *audit.Report) []string {
	var out []string
	for i := range r.Sections {
		for j := range r.Sections[i].Findings {
			if f := &r.Sections[i].Findings[j]; r.Gate.Finding(f) {
				out = append(out, f.Action+" on "+f.Resource)
			}
		}
	}
	slices.Sort(out)
	return out
}

// TestJUnitSchema validates against the schema of Jenkins' xUnit plugin.
func TestJUnitSchema(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("xmllint"); err != nil {
		t.Skip("no xmllint is installed")
	}
	all := reports(t)
	all["fleet"] = fleet(t, 40)
	dir := t.TempDir()
	args := []string{"--noout", "--schema", "testdata/junit/junit-10.xsd"}
	for name, r := range all {
		r.Gate.DenyExcess = true
		path := filepath.Join(dir, name+".xml")
		if err := os.WriteFile(path, []byte(render(t, r, FormatJUnit)), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	if out, err := exec.Command("xmllint", args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
