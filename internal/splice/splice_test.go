package splice

import (
	"bytes"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"
)

// value is {Type: T, Roles: [!Ref R]}.
func value(t testing.TB) *yaml.Node {
	t.Helper()
	var n yaml.Node
	if err := yaml.Unmarshal([]byte("Type: T\nRoles:\n  - !Ref R\nText: 'a: b'\n"), &n); err != nil {
		t.Fatal(err)
	}
	return n.Content[0]
}

// TestMember: where a member goes, and how it is written.
func TestMember(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ before, after string }{
		"end of the file": {
			"Resources:\n  A:\n    Type: X # why\n",
			"Resources:\n  A:\n    Type: X # why\n  New:\n    Type: T\n    Roles:\n      - !Ref R\n    Text: 'a: b'\n",
		},
		"no line end": {
			"Resources:\n  A: {Type: X}",
			"Resources:\n  A: {Type: X}\n  New:\n    Type: T\n    Roles:\n      - !Ref R\n    Text: 'a: b'",
		},
		"comments of what follows": {
			"Resources:\n    A:\n        Type: X\n    # of A\n\n# of the outputs\nOutputs: {}\n",
			"Resources:\n    A:\n        Type: X\n    # of A\n    New:\n        Type: T\n        Roles:\n            - !Ref R\n        Text: 'a: b'\n\n# of the outputs\nOutputs: {}\n",
		},
		"a block of text with comments": {
			"Resources:\n  A:\n    Code: |\n      # no comment\n\n      x\n      # nor this\nOutputs: {}\n",
			"Resources:\n  A:\n    Code: |\n      # no comment\n\n      x\n      # nor this\n  New:\n    Type: T\n    Roles:\n      - !Ref R\n    Text: 'a: b'\nOutputs: {}\n",
		},
		"a block of text that keeps its end": {
			"Resources:\n  A:\n    Code: |+\n      x\n\n\nOutputs: {}\n",
			"Resources:\n  A:\n    Code: |+\n      x\n\n\n  New:\n    Type: T\n    Roles:\n      - !Ref R\n    Text: 'a: b'\nOutputs: {}\n",
		},
		"a block of text without its end": {
			"Resources:\n  A:\n    Code: |\n      x",
			"Resources:\n  New:\n    Type: T\n    Roles:\n      - !Ref R\n    Text: 'a: b'\n  A:\n    Code: |\n      x",
		},
		"lines that end as in Windows": {
			"Resources:\r\n  A: 1\r\nOutputs: {}\r\n",
			"Resources:\r\n  A: 1\r\n  New:\r\n    Type: T\r\n    Roles:\r\n      - !Ref R\r\n    Text: 'a: b'\r\nOutputs: {}\r\n",
		},
		"a second document": {
			"Resources:\n  A: 1\n---\nResources:\n  B: 1\n",
			"Resources:\n  A: 1\n  New:\n    Type: T\n    Roles:\n      - !Ref R\n    Text: 'a: b'\n---\nResources:\n  B: 1\n",
		},
		"JSON": {
			"{\n\t\"Resources\": {\n\t\t\"A\": {\"x\": [1,2]}\n\t}\n}\n",
			"{\n\t\"Resources\": {\n\t\t\"A\": {\"x\": [1,2]},\n\t\t\"New\": {\n\t\t\t\"Type\": \"T\",\n\t\t\t\"Roles\": [\n\t\t\t\t{\n\t\t\t\t\t\"Ref\": \"R\"\n\t\t\t\t}\n\t\t\t],\n\t\t\t\"Text\": \"a: b\"\n\t\t}\n\t}\n}\n",
		},
		"JSON on one line": {
			`{"Resources":{"A":{}},"Outputs":{}}`,
			`{"Resources":{"A":{},"New":{"Type":"T","Roles":[{"Ref":"R"}],"Text":"a: b"}},"Outputs":{}}`,
		},
		"JSON of nothing": {
			`{"Resources": {}}`,
			`{"Resources": {"New": {"Type": "T", "Roles": [{"Ref": "R"}], "Text": "a: b"}}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Member([]byte(c.before), []string{"Resources"}, "New", value(t))
			if err != nil {
				t.Fatal(err)
			}
			if string(got.Text) != c.after {
				t.Errorf("got\n%s\nwant\n%s", got.Text, c.after)
			}
			only(t, []byte(c.before), got)
			line := strings.Split(string(got.Text), "\n")[got.Line-1]
			if !strings.Contains(line, "New") {
				t.Errorf("line %d is %q", got.Line, line)
			}
		})
	}
}

// only checks that a result adds and nothing else.
func only(t interface{ Errorf(string, ...any) }, before []byte, r *Result) {
	if rest := append(bytes.Clone(r.Text[:r.From]), r.Text[r.To:]...); !bytes.Equal(rest, before) {
		t.Errorf("without what was put in the text is\n%s", rest)
	}
}

// TestRefused: what is not written as a block, and what is there already.
func TestRefused(t *testing.T) {
	t.Parallel()
	for text, taken := range map[string]bool{
		"Resources: {A: 1}\n":                           false,
		"Resources: *a\n":                               false,
		"Resources:\n  - A\n":                           false,
		"x: &a\n  A: 1\nResources: *a\n":                false,
		"Other: 1\n":                                    false,
		"Resources:\n  New: 1\n":                        true,
		`{"Resources": {"New": 1}}`:                     true,
		`{"Resources": {"A": 1}, "Resources": {}}`:      false,
		"Resources:\n  A: {\nB: 1}\nC: 1\n...\nOutputs": false,
	} {
		_, err := Member([]byte(text), []string{"Resources"}, "New", value(t))
		e, ok := err.(*Error)
		if err == nil || taken != (ok && e.Taken) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestItem(t *testing.T) {
	t.Parallel()
	for before, after := range map[string]string{
		"P:\n- a\n- b: 1\n  c: 2\nQ: 1\n": "P:\n- a\n- b: 1\n  c: 2\n- Type: T\n  Roles:\n    - !Ref R\n  Text: 'a: b'\nQ: 1\n",
		"P:\n  - a # why\n\n# Q\nQ: 1\n":  "P:\n  - a # why\n  - Type: T\n    Roles:\n      - !Ref R\n    Text: 'a: b'\n\n# Q\nQ: 1\n",
		`{"P": ["a"]}`:                    `{"P": ["a", {"Type": "T", "Roles": [{"Ref": "R"}], "Text": "a: b"}]}`,
	} {
		got, err := Item([]byte(before), []string{"P"}, value(t))
		if err != nil {
			t.Errorf("%q: %v", before, err)
			continue
		}
		if string(got.Text) != after {
			t.Errorf("%q: got\n%s\nwant\n%s", before, got.Text, after)
		}
		only(t, []byte(before), got)
	}
	if _, err := Item([]byte("P: [a]\n"), []string{"P"}, value(t)); err == nil {
		t.Error("a list in brackets was added to")
	}
}

// TestOnlyAdds: of whatever text something can be put into, every byte stays,
// and so does what the text says (which [same] has compared).
func TestOnlyAdds(t *testing.T) {
	t.Parallel()
	lines := rapid.SampledFrom([]string{
		"A:", "B: 1", "C: |", "D: >-", "E: {a: 1}", "F: [1, 2]", "- x", "- y: 1", "# note", "", "G: 'it''s'", "H: \"a", "  b\"", "I: &a", "J: *a", "? k", ": v", "K: |+", "text", "\tL: 1", "<<: *a", "---", "...",
	})
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		b.WriteString("Resources:\n")
		for range rapid.IntRange(1, 12).Draw(t, "lines") {
			b.WriteString(strings.Repeat("  ", rapid.IntRange(0, 3).Draw(t, "depth")) + lines.Draw(t, "line"))
			b.WriteString(rapid.SampledFrom([]string{"\n", "\n", "\n", "\r\n"}).Draw(t, "end"))
		}
		src := []byte(b.String())
		for _, put := range []func() (*Result, error){
			func() (*Result, error) { return Member(src, []string{"Resources"}, "New", text("x")) },
			func() (*Result, error) { return Item(src, []string{"Resources", "A"}, text("x")) },
		} {
			r, err := put()
			if err != nil {
				continue
			}
			only(t, src, r)
			var n yaml.Node
			if err := yaml.Unmarshal(r.Text, &n); err != nil {
				t.Fatalf("broken: %v\n%s", err, r.Text)
			}
		}
	})
}

func text(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	return n
}

func FuzzMember(f *testing.F) {
	for _, s := range []string{"Resources:\n  A: 1\n", `{"Resources":{"A":1}}`, "{\n \"Resources\": {\n  \"A\": 1\n }}", "\ufeffResources:\n  A: |\n   x\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if r, err := Member(src, []string{"Resources"}, "New", value(t)); err == nil {
			only(t, src, r)
		}
	})
}
