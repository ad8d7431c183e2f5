package report

import (
	"strings"
	"testing"
)

// TestWaiverFaults holds that a fault is worded as the file is written, and
// names its place.
func TestWaiverFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"misspelt at the top", "waiver:\n  - action: x\n", `1:1: a file of waivers has no field "waiver", only "waivers"`},
		{"a second field", "waivers: []\nversion: 1\n", `2:1: a file of waivers has no field "version", only "waivers"`},
		{"a list at the top", "- action: x\n", `1:1: a file of waivers has the field "waivers", a list`},
		{"a text", "waivers", `1:1: a file of waivers has the field "waivers", a list`},
		{"no list", "waivers: 5\n", `1:10: "waivers" must be a list`},
		{"twice", "waivers: []\nwaivers: []\n", `2:1: duplicate field "waivers"`},
		{"two documents", "waivers: []\n---\nwaivers: []\n", "more than one YAML document"},
		{"no YAML", "a: [\n", "line 2: did not find expected node content"},
		{"misspelt in a waiver", "waivers:\n  - acton: x\n", `2:5: a waiver has no field "acton"`},
		{"a list for a text", "waivers:\n  - action: [a]\n", `2:13: "action" must be a text`},
		{"a field twice", "waivers:\n  - action: a\n    action: b\n", `3:5: duplicate field "action"`},
		{"a text for a waiver", "waivers: [s3:PutObject]\n", "1:11: a waiver is a mapping with action, reason, owner and expires"},
		{"a waiver of itself", "waivers: &a [*a]\n", "1:14: a waiver is a mapping with action, reason, owner and expires"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := ReadWaivers(strings.NewReader(c.text))
			if err == nil || err.Error() != c.want {
				t.Errorf("the error is %v, want %s", err, c.want)
			}
		})
	}
	for _, text := range []string{"", "# nothing\n", "waivers:\n", "waivers: []\n", "{}"} {
		if w, err := ReadWaivers(strings.NewReader(text)); err != nil || len(w) != 0 {
			t.Errorf("%q holds %d waivers, %v", text, len(w), err)
		}
	}
}
