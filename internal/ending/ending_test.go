package ending_test

import (
	"testing"

	"remotion-doctor/internal/ending"
	"remotion-doctor/remedy"
	"remotion-doctor/report"
)

func TestEndings(t *testing.T) {
	t.Parallel()
	reports, remedies := ending.Forms(report.Formats()...), ending.Forms(remedy.Forms...)
	for _, c := range []struct {
		path, asked string
		given       bool
		want        string // empty: refused
	}{
		{"r.html", "table", false, "html"},
		{"R.HTML", "table", false, "html"},
		{"r.json", "table", false, "json"},
		{"r.json", "sarif", true, "sarif"},
		{"r.sarif.json", "table", false, "sarif"},
		{"r.txt", "table", false, "table"},
		{"r.txt", "csv", true, "csv"},
		{"r.html", "json", true, ""},
		{"r.json", "table", true, ""},
		{"r.pdf", "table", false, ""},
		{"r.docx", "table", false, ""},
		{"r.tar.gz", "table", false, ""},
		{"r.mp4", "table", false, ""},
		{"r.dat", "json", true, "json"},
		{"report", "json", true, "json"},
		{"report-4.0.527", "table", false, "table"},
		{"tmp.kXq81cVb0Z", "table", false, "table"},
		{".report", "table", false, "table"},
		{"folder.d/report", "table", false, "table"},
		{"/dev/stdout", "table", false, "table"},
	} {
		choice := ending.Choice{Asked: c.asked, Given: c.given, Forms: reports, Endings: report.Endings()}
		if got, err := choice.Of(c.path); got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s with --format %s: %q, %v, want %q", c.path, c.asked, got, err, c.want)
		}
	}
	for path, want := range map[string]string{"g.tf": "terraform", "g.sh": "cli", "g.yml": "cloudformation", "g.ts": "cdk", "g.json": "json", "g.txt": "", "grant": ""} {
		choice := ending.Choice{Forms: remedies, Endings: remedy.Endings()}
		if got, err := choice.Of(path); got != want || err != nil {
			t.Errorf("%s: %q, %v, want %q", path, got, err, want)
		}
	}
}

// TestEveryFormHasAnEnding keeps a new form from being one that no file can
// hold.
func TestEveryFormHasAnEnding(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		forms   []string
		endings []ending.Ending
	}{{ending.Forms(report.Formats()...), report.Endings()}, {ending.Forms(remedy.Forms...), remedy.Endings()}} {
		// .txt; what a job prints is no file
		named := map[string]bool{string(report.FormatTable): true, string(report.FormatGitHub): true}
		for _, e := range c.endings {
			for _, form := range e.Forms {
				named[form] = true
			}
		}
		for _, form := range c.forms {
			if !named[form] {
				t.Errorf("no ending takes the form %s", form)
			}
		}
	}
}
