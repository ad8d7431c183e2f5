package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"remotion-doctor/audit"
)

func render(t testing.TB, r *audit.Report, f Format) string {
	t.Helper()
	var b strings.Builder
	if err := Write(&b, r, f, Options{Width: 100}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestJSONIsComplete: every format that is made from the JSON is that made from
// the report itself.
func TestJSONIsComplete(t *testing.T) {
	r := every(t)
	again := reread(t, r)
	for _, f := range Formats() {
		first, second := render(t, again, f), render(t, again, f)
		if render(t, r, f) != first {
			t.Errorf("%s needs more than the JSON has", f)
		}
		if first != second {
			t.Errorf("%s differs from time to time", f)
		}
	}
}

// TestMarkdownStaysText: hostile text makes no table cells, no links, no
// markup, no mentions.
func TestMarkdownStaysText(t *testing.T) {
	for _, evil := range []string{
		"a|b", "`code`", "*bold* _em_ ~~x~~", "<script>alert(1)</script>", "[x](javascript:alert(1))", "![x](http://evil.example/p.png)",
		"https://evil.example www.evil.example WWW.evil.example Http://x.example", "a\n\n# heading", "\\| \\` \\\\", "&lt;b&gt;", "</code></details><h1>x", "$x$ @team #1", "-->", "|---|---|",
	} {
		r := every(t)
		s := &r.Sections[0]
		s.Target.Name, s.Notes, s.Modules[0].Title = evil, []string{evil}, evil
		s.Obstacles[0].Advice, s.Excess[0].Why, s.Operations[3].Because = evil, evil, []string{evil}
		for i := range s.Findings {
			f := &s.Findings[i]
			f.Action, f.Resource, f.Reason = evil, evil, evil
		}
		src := []byte(render(t, r, FormatMarkdown))
		doc := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(src))
		err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if !entering {
				return ast.WalkContinue, nil
			}
			switch n := n.(type) {
			case *ast.Link, *ast.AutoLink, *ast.Image, *ast.CodeSpan, *east.Strikethrough:
				t.Errorf("%q became a %s", evil, n.Kind())
			case *ast.RawHTML:
				if tag := string(n.Segments.Value(src)); tag != "<code>" && tag != "</code>" && tag != "<br>" && tag != "<!-- -->" {
					t.Errorf("%q became markup: %s", evil, tag)
				}
			case *east.TableRow:
				if cells := n.ChildCount(); cells < 3 || cells > 5 {
					t.Errorf("%q makes a row of %d cells", evil, cells)
				}
			case *ast.Heading:
				if n.Level == 1 {
					t.Errorf("%q became a heading", evil)
				}
			}
			return ast.WalkContinue, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(src), "@team") {
			t.Error("somebody is notified")
		}
	}
}

func TestCSVIsNoFormula(t *testing.T) {
	r := every(t)
	for i, evil := range []string{"=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "\r\n=1", "a,\"b\"\nc"} {
		r.Sections[0].Findings[i].Reason = evil
	}
	rows, err := csv.NewReader(strings.NewReader(render(t, r, FormatCSV))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if want := 1 + len(r.Sections[0].Findings) + len(r.Sections[0].Diagnoses) + len(r.Sections[0].Excess) + 3; len(rows) != want {
		t.Errorf("%d rows, want %d", len(rows), want)
	}
	for _, row := range rows {
		for _, value := range row {
			if value != "" && strings.ContainsRune("=+-@\t\r\n", rune(value[0])) {
				t.Errorf("a spreadsheet evaluates %q", value)
			}
		}
	}
}

func TestJUnitCounts(t *testing.T) {
	for name, r := range reports(t) {
		dec := xml.NewDecoder(strings.NewReader(render(t, r, FormatJUnit)))
		n := map[string]int{}
		for {
			token, err := dec.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if start, ok := token.(xml.StartElement); ok {
				n[start.Name.Local]++
			}
		}
		var all, bad, muted, failed int
		for i := range r.Sections {
			s := r.Sections[i].Summary
			all, bad, muted = all+s.Total(), bad+s.Total()-s.Pass-s.Muted, muted+s.Muted
			if r.Sections[i].Error != nil {
				failed++
			}
			all, bad = all+len(r.Sections[i].Diagnoses), bad+r.Sections[i].Open()
			for _, d := range r.Sections[i].Diagnoses {
				if d.Muted != nil {
					muted++
				}
			}
		}
		if n["testcase"] != all+failed || n["failure"] != bad || n["skipped"] != muted || n["error"] != failed {
			t.Errorf("%s: %v; there are %d findings, %d bad, %d muted, %d errors", name, n, all, bad, muted, failed)
		}
	}
}

// TestSARIFFingerprints: a result keeps its fingerprint when the verdict, the
// order or the version changes, and no two share one.
func TestSARIFFingerprints(t *testing.T) {
	fingerprints := func(r *audit.Report) map[string]bool {
		var log struct {
			Runs []struct {
				Results []struct {
					Fingerprints map[string]string `json:"partialFingerprints"`
				}
			}
		}
		if err := json.Unmarshal([]byte(render(t, r, FormatSARIF)), &log); err != nil {
			t.Fatal(err)
		}
		out := map[string]bool{}
		for _, result := range log.Runs[0].Results {
			out[result.Fingerprints["remotionDoctor/v2"]] = true
		}
		if len(out) != len(log.Runs[0].Results) {
			t.Errorf("%d fingerprints for %d results", len(out), len(log.Runs[0].Results))
		}
		return out
	}
	before, r := fingerprints(every(t)), every(t)
	r.Sections[0].Requirement.Version = "5.0.0"
	for i := range r.Sections[0].Findings {
		if f := &r.Sections[0].Findings[i]; f.Status != audit.Pass {
			f.Status, f.Reason = audit.Fail, "another reason"
		}
	}
	r.Sections[0], r.Sections[1] = r.Sections[1], r.Sections[0]
	for f := range fingerprints(r) {
		if !before[f] {
			t.Errorf("%s is new", f)
		}
	}
}

func TestDigest(t *testing.T) {
	r := every(t)
	if err := Seal(r); err != nil {
		t.Fatal(err)
	}
	intact := []byte(render(t, r, FormatJSON))
	var reordered map[string]any
	if err := json.Unmarshal(intact, &reordered); err != nil {
		t.Fatal(err)
	}
	compact, err := json.Marshal(reordered)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		data []byte
		want Integrity
	}{
		"as written":       {intact, Intact},
		"members in order": {compact, Intact},
		"a status":         {bytes.Replace(intact, []byte(`"status": "fail"`), []byte(`"status": "pass"`), 1), Changed},
		"the time":         {bytes.Replace(intact, []byte(`2026-11-23T12`), []byte(`2026-11-24T12`), 1), Changed},
		"a field more":     {bytes.Replace(intact, []byte(`"ok": false,`), []byte(`"ok": false, "more": 1,`), 1), Changed},
		"none":             {bytes.Replace(intact, []byte(`"digest": "`+r.Digest+`"`), []byte(`"digest": ""`), 1), NoDigest},
	} {
		if got, err := Verify(tt.data); err != nil || got != tt.want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if _, err := Verify([]byte("{\n  x}")); err == nil || !strings.Contains(err.Error(), "2:3") {
		t.Errorf("the error names no place: %v", err)
	}
}
