package report

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"remotion-doctor/audit"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func readReport(t *testing.T, path string) *audit.Report {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := ReadJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; look at it with -update\n%s", path, got)
	}
}

// TestTable renders every report in testdata at several widths.
func TestTable(t *testing.T) {
	reports, err := filepath.Glob("testdata/*.json")
	if err != nil || len(reports) == 0 {
		t.Fatalf("no reports: %v", err)
	}
	for _, path := range reports {
		r := readReport(t, path)
		for name, o := range map[string]Options{
			"80": {Width: 80}, "160": {Width: 160}, "piped": {}, "color": {Width: 80, Color: true}, "verbose": {Width: 80, Verbose: true},
		} {
			var b bytes.Buffer
			if err := Table(&b, r, o); err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(path, ".json")+"."+name+".txt", b.Bytes())
			checkLines(t, path+" "+name, b.String(), o)
		}
	}
}

// checkLines: nothing is wider than the terminal but the remediation, which
// must stay pasteable, and nothing hostile gets through.
func checkLines(t *testing.T, name, out string, o Options) {
	t.Helper()
	for line := range strings.Lines(out) {
		plain := ansi.Strip(line)
		if o.Width > 0 && ansi.StringWidth(plain) > o.Width && !strings.Contains(plain, `"`) && !strings.Contains(plain, "arn:") {
			t.Errorf("%s: wider than %d: %s", name, o.Width, plain)
		}
		if !o.Color && strings.ContainsRune(line, '\x1b') {
			t.Errorf("%s: an escape sequence: %q", name, line)
		}
		if strings.ContainsAny(plain, "\x07\u202e") {
			t.Errorf("%s: a control character: %q", name, line)
		}
	}
}

// TestJSONRoundTrip: reading and writing a report changes nothing.
func TestJSONRoundTrip(t *testing.T) {
	for _, path := range []string{"testdata/demo.json", "testdata/hostile.json"} {
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := JSON(&b, readReport(t, path)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Bytes(), want) {
			t.Errorf("%s changes when it is read and written", path)
		}
	}
}

func TestReadJSONRefuses(t *testing.T) {
	for _, text := range []string{`{`, `[]`, `{"schemaVersion":"99"}`} {
		if _, err := ReadJSON(strings.NewReader(text)); err == nil {
			t.Errorf("%s is taken for a report", text)
		}
	}
}

func TestManyFindings(t *testing.T) {
	r := &audit.Report{Sections: []audit.Section{{}}}
	for i := range 5000 {
		r.Sections[0].Findings = append(r.Sections[0].Findings, audit.Finding{Module: "m", Action: fmt.Sprintf("s3:A%d", i), Status: audit.Fail, Reason: "no statement grants it"})
	}
	r.Sections[0].Summary = audit.Summarize(r.Sections[0].Findings)
	var b bytes.Buffer
	if err := Table(&b, r, Options{Width: 80}); err != nil || !strings.Contains(b.String(), "0 of 5000 granted") {
		t.Errorf("%v", err)
	}
}
