package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"remotion-doctor/audit"
)

// hostile are names that end a string, a cell, a tag, a comment, a command or a
// line in some form of a report, or that look like another name.
var hostile = []string{
	"a|b||c", "`code` ``x``", "*bold* _em_ ~~gone~~", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))",
	"![x](http://evil.example/p.png)", "https://evil.example/ www.evil.example a@evil.example", "a\n\n# heading\n\n- list\n---\n", "\\| \\` \\\\ \\", "&lt;b&gt; &amp; &#x41; &",
	"</code></details></td></table><h1>x", "$x$ @team #1 GH-1", "--><!-- x", "|---|---|", "]]><![CDATA[", "<?xml version=\"1.0\"?>", "\"quoted\" 'single'",
	"=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "\r\n::error file=x::y", "%0A::stop-commands::x", "${{ github.token }} $(id) `id`", "\x1b[31mred\x1b[0m\x07", "a\u202eb\u202c",
	"zero\u200bwidth\u00ad\u2060", "line\u2028paragraph\u2029", "\ufeffbom", "ends in a surrogate \U0001F469\u200d\U0001F680", "e\u0301\u0302\u0303", "日本語:アクション", "\u0000\u0001\u007f\u0085",
	strings.Repeat("long", 300), strings.Repeat("x ", 200), "../../../etc/passwd", "C:\\Windows\\x.yaml", "file:///etc/passwd", "a%2F..%2Fb?c#d", " leading and trailing ", "1. x\n2. y", "    indented", "~~~\nfence\n~~~", ": a\n: b", "[^1]: note", "[x]: http://evil.example", "- [ ] task",
}

// renamed is a report whose names are hostile: each of some words is replaced
// wherever it is in the JSON.
func renamed(t testing.TB, r *audit.Report, n int) *audit.Report {
	t.Helper()
	text := jsonOf(t, r)
	for i, word := range []string{"northwind", "zenith", "video-api", "guard", "storage", "prod.yaml", "template.yaml", "bucket-region", "engines"} {
		evil, err := json.Marshal(hostile[(n+i*7)%len(hostile)])
		if err != nil {
			t.Fatal(err)
		}
		text = bytes.ReplaceAll(text, []byte(word), evil[1:len(evil)-1])
	}
	out, err := Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	out.Digest = ""
	return sealed(t, out)
}

// samples are reports for readers from outside: those that every format is
// rendered from, forty roles in six accounts, sixty whose page is folded, and n with
// hostile names.
func samples(t testing.TB, n int) map[string]*audit.Report {
	t.Helper()
	out := reports(t)
	out["fleet"] = fleet(t, 40)
	out["folded"] = fleet(t, fewSections+20)
	generated := rapid.Custom(genReport)
	for i := range n {
		r := every(t)
		if i%2 == 1 {
			r = generated.Example(i)
		}
		out[fmt.Sprintf("hostile-%03d", i)] = renamed(t, r, i)
	}
	return out
}

// TestSamples writes the samples in every form into REMOTION_DOCTOR_SAMPLES, for
// .ci/validators. REMOTION_DOCTOR_HOSTILE is how many have hostile names.
func TestSamples(t *testing.T) {
	t.Parallel()
	n, err := strconv.Atoi(os.Getenv("REMOTION_DOCTOR_HOSTILE"))
	if err != nil {
		n = 2 * len(hostile)
	}
	dir := os.Getenv("REMOTION_DOCTOR_SAMPLES")
	for name, r := range samples(t, n) {
		if err := Seal(r); err != nil {
			t.Fatal(err)
		}
		for _, f := range Formats() {
			for suffix, o := range map[string]Options{"": {}, "-wide": {BOM: true, Limit: SummaryLimit, Verbose: true}} {
				if suffix != "" && f != FormatCSV && f != FormatMarkdown {
					continue
				}
				var b bytes.Buffer
				if err := Write(&b, r, f, o); err != nil {
					t.Fatalf("%s as %s: %v", name, f, err)
				}
				if dir == "" {
					continue
				}
				if err := os.WriteFile(filepath.Join(dir, name+suffix+"."+string(f)), b.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}
