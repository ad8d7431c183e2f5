package report

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"flag"
	"fmt"
	"html"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"remotion-doctor/audit"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func readReport(t testing.TB, path string) *audit.Report {
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

// TestTable renders every report at several widths.
func TestTable(t *testing.T) {
	for name, r := range reports(t) {
		for look, o := range map[string]Options{
			"60": {Width: 60}, "80": {Width: 80}, "120": {Width: 120}, "160": {Width: 160}, "piped": {}, "color": {Width: 80, Color: true}, "verbose": {Width: 80, Verbose: true},
		} {
			var b bytes.Buffer
			if err := Table(&b, r, o); err != nil {
				t.Fatal(err)
			}
			golden(t, "testdata/"+name+"."+look+".txt", b.Bytes())
			checkLines(t, name+" "+look, b.String(), o)
		}
	}
}

// TestFormats renders every report in every other format.
func TestFormats(t *testing.T) {
	for name, r := range reports(t) {
		for f, extension := range map[Format]string{FormatJSON: ".json", FormatMarkdown: ".md", FormatSARIF: ".sarif", FormatJUnit: ".xml", FormatCSV: ".csv", FormatJSONL: ".jsonl", FormatHTML: ".html", FormatGitHub: ".github"} {
			var b bytes.Buffer
			if err := Write(&b, r, f, Options{}); err != nil {
				t.Fatalf("%s as %s: %v", name, f, err)
			}
			got := b.Bytes()
			if f == FormatHTML {
				got = withoutAssets(got)
			}
			golden(t, "testdata/"+name+extension, got)
			if strings.ContainsAny(b.String(), "\x07\x1b") || f != FormatJSON && f != FormatHTML && strings.ContainsRune(b.String(), '\u202e') {
				t.Errorf("%s as %s holds a control character", name, f)
			}
		}
	}
}

// withoutAssets leaves out of a page what is the same in all: style and script.
func withoutAssets(text []byte) []byte {
	for _, asset := range []string{"page/style.css", "page/script.js"} {
		own, err := page.ReadFile(asset)
		if err != nil {
			panic(err)
		}
		text = bytes.Replace(text, own, []byte(asset), 1)
		text = bytes.Replace(text, []byte(html.EscapeString(hash(own))), []byte(asset), 1)
	}
	return blocks.ReplaceAll(text, []byte("\n$0"))
}

// blocks are elements that begin a line in golden files, so that a difference can
// be read.
var blocks = regexp.MustCompile(`<(head|body|header|main|section|article|footer|h[1-6]|p|ol|ul|li|dl|div|table|tr|details|label|noscript|script)[ >]`)

// packed is compressed evidence in a page.
var packed = regexp.MustCompile(`(<script type="text/plain" id="[a-z]+[-0-9]*">)([^<]*)`)

// unpacked replaces compressed evidence, whose bytes depend on the version of
// Go, by what it says.
func unpacked(t *testing.T, html []byte) []byte {
	t.Helper()
	return packed.ReplaceAllFunc(html, func(chunk []byte) []byte {
		parts := packed.FindSubmatch(chunk)
		z, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(parts[2])))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		return append(parts[1], text...)
	})
}

// TestManyFindings: thousands of findings come out whole; the golden file holds
// the digest of each format.
func TestManyFindings(t *testing.T) {
	r := reread(t, many(t, 3000))
	var sums bytes.Buffer
	for _, f := range Formats() {
		var b bytes.Buffer
		if err := Write(&b, r, f, Options{Width: 120}); err != nil {
			t.Fatal(err)
		}
		got := b.Bytes()
		if f == FormatHTML {
			got = unpacked(t, withoutAssets(got))
		}
		fmt.Fprintf(&sums, "%-8s %x  %d lines\n", f, sha256.Sum256(got), bytes.Count(got, []byte("\n")))
		if f != FormatMarkdown && bytes.Count(got, []byte("s3:Action")) < 1200 {
			t.Errorf("%s shows not all that fails", f)
		}
		if f == FormatMarkdown && (b.Len() > 65_536 || !strings.Contains(b.String(), "Left out")) {
			t.Errorf("the comment has %d bytes", b.Len())
		}
	}
	golden(t, "testdata/many.sums", sums.Bytes())
}

// pasteable are the lines of a policy document.
var pasteable = regexp.MustCompile(`^ *(?:"[^"]*":|"[^"]*",?$|[{}\[\]],?$)`)

// unbreakable reports a line that is too wide for a word that has no line to fit
// on, behind the words on the left: an ARN, or an operand of a command. It
// stands on that line by itself.
func unbreakable(line string, width int) bool {
	words := strings.Fields(line)
	last := words[len(words)-1]
	if last == "\\" && len(words) > 1 {
		last = words[len(words)-2] + " \\"
	}
	return ansi.StringWidth(last) > width-len(facts)-2
}

// checkLines: nothing is wider than the terminal but the remediation, which
// must stay pasteable, and nothing hostile gets through.
func checkLines(t *testing.T, name, out string, o Options) {
	t.Helper()
	for line := range strings.Lines(out) {
		plain := ansi.Strip(line)
		if o.Width > 0 && ansi.StringWidth(plain) > o.Width && !pasteable.MatchString(plain) && !unbreakable(plain, o.Width) {
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
