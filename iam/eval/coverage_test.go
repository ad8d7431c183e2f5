package eval

import (
	"errors"
	"slices"
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
	for range max(0, rapid.IntRange(-2, 2).Draw(t, "conditions")) {
		s.Conditions = append(s.Conditions, policy.Condition{
			Operator: rapid.SampledFrom([]string{"StringEquals", "StringNotEquals", "StringLike", "Null"}).Draw(t, "operator"),
			Key:      rapid.SampledFrom([]string{"aws:SourceVpc", "aws:PrincipalAccount", policy.UnknownKey("c"), policy.UnknownKey(policy.Otherwise("c"))}).Draw(t, "key"),
			Values:   []string{rapid.SampledFrom([]string{"123456789012", "true"}).Draw(t, "value")},
		})
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

// drawnPolicies draws the policies of all layers.
func drawnPolicies(t *rapid.T) Policies {
	one := func(name string) *Policy {
		return &Policy{Name: name, Document: &policy.Document{Version: policy.Version2012, Statements: rapid.SliceOfN(covering, 1, 4).Draw(t, name)}}
	}
	p := Policies{Identity: []Policy{*one("identity")}}
	if rapid.IntRange(0, 2).Draw(t, "bounded") == 0 {
		p.Boundary = one("boundary")
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "levels") {
		p.SCPs = append(p.SCPs, []Policy{*one("scp " + string(rune('1'+i)))})
	}
	if rapid.IntRange(0, 3).Draw(t, "controlled") == 0 {
		p.RCPs = [][]Policy{{*one("rcp")}}
	}
	if rapid.IntRange(0, 3).Draw(t, "limited") == 0 {
		p.Session = one("session")
	}
	p.RCPAccount = rapid.SampledFrom([]string{"", "", "123456789012"}).Draw(t, "restricted")
	p.Facts.Organization.Management = rapid.SampledFrom([]string{"", "", "123456789012", "999999999999"}).Draw(t, "management")
	named := func(p *Policy) *Policy {
		for i := range p.Document.Statements {
			p.Document.Statements[i].Principals = rapid.SampledFrom([]*policy.Principals{
				{Any: true},
				{AWS: []string{drawnRole}},
				{AWS: []string{"123456789012"}},
				{AWS: []string{drawnUser}},
				{AWS: []string{drawnUser}, Not: true},
				{AWS: []string{"123456789012", drawnRole, drawnSession}, Not: true},
				{AWS: []string{drawnSession}},
			}).Draw(t, "principal")
		}
		return p
	}
	if rapid.IntRange(0, 3).Draw(t, "through") == 0 {
		p.Endpoint = named(one("endpoint"))
	}
	if rapid.IntRange(0, 2).Draw(t, "shared") == 0 {
		p.Resource = named(one("resource"))
		p.ResourceAccount = rapid.SampledFrom([]string{"", "999999999999"}).Draw(t, "owner")
	}
	return p
}

const (
	drawnRole = "arn:aws:iam::123456789012:role/r"
	drawnUser = "arn:aws:iam::123456789012:user/u"

	drawnSession = "arn:aws:sts::123456789012:assumed-role/r/run"
)

// outcomes are what becomes of a request, as far as a finding depends on it.
func outcomes(v *iam.Verdict) []string {
	var out []string
	switch {
	case len(v.MissingContext) > 0 || v.Decision == "":
		return []string{"undecided"}
	case v.Decision == iam.Allowed:
		return []string{"allowed"}
	case v.Decision == iam.ImplicitDeny && len(v.BlockedBy) == 0:
		return []string{"not granted"}
	case v.Decision == iam.ImplicitDeny:
		for _, l := range v.BlockedBy {
			out = append(out, "not allowed by "+string(l))
		}
		return out
	}
	for _, m := range v.Matched {
		out = append(out, "denied by "+string(m.Layer))
	}
	return out
}

func refusal(outcome string) bool { return outcome != "allowed" && outcome != "undecided" }

// TestWitnessesStandForAll: a random name of a pattern has an outcome that one
// of the witnesses has, and every witness is one of the names. So a proof holds
// for all names, and a counterexample is one.
func TestWitnessesStandForAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := Compile(rapid.SampledFrom([]string{drawnRole, drawnUser, drawnSession}).Draw(t, "who"), drawnPolicies(t))
		pattern := "arn:aws:s3:::" + rapid.SampledFrom([]string{"a*/***", "*/***", "a*b/x*", "ab/***", "*-*/a***"}).Draw(t, "wanted")
		names := policy.TypedNames(pattern)
		probe := iam.Probe{Action: "s3:GetObject", Context: iam.Context{{Key: "aws:RequestedRegion", Type: iam.String, Values: []string{"us-east-1"}}}}
		ask := func(name string) iam.Verdict {
			q := probe
			q.Resource = name
			return c.Verdict(c.Prepare(q, ""))
		}
		witnesses, err := c.Witnesses(t.Context(), policy.NewFinder(policy.DefaultWork), probe, names, nil)
		if errors.Is(err, policy.ErrTooComplex) {
			return // of several NotResource in every layer there are too many ways
		}
		if err != nil {
			t.Fatal(err)
		}
		// Of what is refused, or undecided, whichever way a condition turns out it is
		// enough that something is refused; what is allowed may be found in one way
		// only.
		seen, refused := map[string]bool{}, false
		tried := len(c.worlds(c.prepareName(probe, "arn:aws:s3:::a/a"))) > 0
		for _, w := range witnesses {
			if !names.Contains(w) {
				t.Fatalf("%s is no name of %s", w, pattern)
			}
			v := ask(w)
			for _, o := range outcomes(&v) {
				seen[o] = true
				refused = refused || refusal(o)
			}
		}
		covered, gap, err := c.Covers(t.Context(), policy.NewFinder(policy.DefaultWork), probe, names, nil)
		if errors.Is(err, policy.ErrTooComplex) {
			return
		}
		if err != nil || covered == (gap != "") {
			t.Fatalf("covered %v, gap %q, %v", covered, gap, err)
		}
		for range 20 {
			name := member(t, pattern)
			if !names.Contains(name) {
				t.Fatalf("%s should be a name of %s", name, pattern)
			}
			v := ask(name)
			got := outcomes(&v)
			if covered && got[0] != "allowed" {
				t.Fatalf("%s is %s, but all names are covered", name, got)
			}
			if !slices.ContainsFunc(got, func(o string) bool { return seen[o] }) && !(tried && (got[0] == "allowed" || refused)) {
				t.Fatalf("%s is %s, which no witness is: %v", name, got, witnesses)
			}
		}
		if v := ask(gap); gap != "" && outcomes(&v)[0] == "allowed" {
			t.Fatalf("the gap %s is allowed", gap)
		}
	})
}
