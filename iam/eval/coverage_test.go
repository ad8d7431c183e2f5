package eval

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// fragments are what random patterns are made of.
var fragments = rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "-", "/", "*", "?", "x", ":"}), 0, 7)

// covering draws policies over one action whose resources overlap in many ways.
var covering = rapid.Custom(func(t *rapid.T) policy.Statement {
	s := policy.Statement{Effect: policy.Allow, Actions: []string{"s3:GetObject"}}
	if rapid.IntRange(0, 3).Draw(t, "deny") == 0 {
		s.Effect = policy.Deny
	}
	for range rapid.IntRange(1, 3).Draw(t, "resources") {
		r := "arn:aws:s3:::" + strings.Join(fragments.Draw(t, "resource"), "")
		if rapid.IntRange(0, 6).Draw(t, "variable") == 0 {
			r += rapid.SampledFrom([]string{"${aws:username}", "${aws:SourceVpc}", "${aws:PrincipalAccount}", "${*}"}).Draw(t, "name")
		}
		s.Resources = append(s.Resources, r)
	}
	s.NotResource = rapid.IntRange(0, 5).Draw(t, "not") == 0
	if rapid.IntRange(0, 4).Draw(t, "conditional") == 0 {
		s.Conditions = []policy.Condition{{Operator: "StringEquals", Key: rapid.SampledFrom([]string{"aws:SourceVpc", "aws:PrincipalAccount"}).Draw(t, "key"), Values: []string{"123456789012"}}}
	}
	return s
})

// member draws one of the names of a typed pattern.
func member(t *rapid.T, pattern string) string {
	for strings.Contains(pattern, "*") {
		stars, runs := "*", "abx-"
		switch {
		case strings.Contains(pattern, "***"):
			stars, runs = "***", "abx-/:"
		case strings.Contains(pattern, "**"):
			stars, runs = "**", "abx-/"
		}
		fill := rapid.StringOfN(rapid.SampledFrom([]rune(runs)), 1, 5, -1).Draw(t, "run")
		pattern = strings.Replace(pattern, stars, fill, 1)
	}
	return pattern
}

// TestExamplesStandForAll: whatever is decided for a random name of a pattern
// is decided, with the same statements, for one of the examples; every example
// is one of the names. So a proof holds for all names, and a counterexample is
// one.
func TestExamplesStandForAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := func(name string) *policy.Document {
			return &policy.Document{Version: policy.Version2012, Statements: rapid.SliceOfN(covering, 1, 4).Draw(t, name)}
		}
		p := Policies{Identity: []Policy{{Name: "p", Document: doc("identity")}}}
		if rapid.IntRange(0, 2).Draw(t, "bounded") == 0 {
			p.Boundary = &Policy{Name: "b", Document: doc("boundary")}
		}
		c := Compile("arn:aws:iam::123456789012:role/r", p)
		pattern := "arn:aws:s3:::" + rapid.SampledFrom([]string{"a*/***", "*/***", "a*b/x*", "ab/***", "*-*/a***"}).Draw(t, "wanted")
		names := policy.TypedNames(pattern)
		probe := iam.Probe{Action: "s3:GetObject", Context: iam.Context{{Key: "aws:RequestedRegion", Type: iam.String, Values: []string{"us-east-1"}}}}
		ask := func(name string) string {
			q := probe
			q.Resource = name
			v := c.Verdict(c.Prepare(q, ""))
			text := string(v.Decision) + strings.Join(v.MissingContext, " ")
			for _, m := range v.Matched {
				text += " " + m.Policy + m.Start.String() + string(rune('0'+m.Index))
			}
			return text
		}
		examples, err := c.Examples(probe, names, nil)
		if err != nil {
			t.Fatal(err)
		}
		decided := map[string]bool{}
		for _, e := range examples {
			if !names.Contains(e) {
				t.Fatalf("%s is no name of %s", e, pattern)
			}
			decided[ask(e)] = true
		}
		for range 20 {
			name := member(t, pattern)
			if !names.Contains(name) {
				t.Fatalf("%s should be a name of %s", name, pattern)
			}
			if got := ask(name); !decided[got] {
				t.Fatalf("%s is %q, which no example is: %v", name, got, examples)
			}
		}
	})
}
