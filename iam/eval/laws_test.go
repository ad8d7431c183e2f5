package eval

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// statements draws policies over a few actions, resources and conditions.
var statements = rapid.Custom(func(t *rapid.T) policy.Statement {
	pick := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
	s := policy.Statement{
		Effect:      policy.Effect(pick("effect", "Allow", "Deny")),
		Actions:     []string{pick("action", "s3:GetObject", "s3:Get*", "s3:*", "*", "s3:PutObject", "lambda:*")},
		NotAction:   rapid.IntRange(0, 4).Draw(t, "notAction") == 0,
		Resources:   []string{pick("resource", "*", "arn:aws:s3:::a/*", "arn:aws:s3:::*", "arn:aws:s3:::a/${aws:username}", "arn:aws:s3:::b/?")},
		NotResource: rapid.IntRange(0, 4).Draw(t, "notResource") == 0,
	}
	if rapid.Bool().Draw(t, "conditional") {
		s.Conditions = []policy.Condition{{
			Operator: pick("operator", "StringEquals", "StringNotEquals", "StringLikeIfExists", "ForAllValues:StringEquals", "Null"),
			Key:      pick("key", "aws:SourceVpc", "aws:username"),
			Values:   []string{pick("value", "vpc-1", "true", "u*")},
		}}
	}
	return s
})

var probes = rapid.Custom(func(t *rapid.T) iam.Probe {
	p := iam.Probe{
		Action:   rapid.SampledFrom([]string{"s3:GetObject", "s3:PutObject"}).Draw(t, "action"),
		Resource: rapid.SampledFrom([]string{"arn:aws:s3:::a/u", "arn:aws:s3:::b/k", "*"}).Draw(t, "resource"),
	}
	if rapid.Bool().Draw(t, "vpc") {
		p.Context = iam.Context{{Key: "aws:SourceVpc", Type: iam.String, Values: []string{"vpc-1"}}}
	}
	return p
})

func decideAll(list []policy.Statement, p iam.Probe) iam.Verdict {
	doc := &policy.Document{Version: policy.Version2012, Statements: list}
	c := Compile("arn:aws:iam::123456789012:role/r", Policies{Identity: []Policy{{Name: "p", Document: doc}}})
	return c.Verdict(c.Prepare(p, ""))
}

// TestLaws: a Deny never adds access, an Allow never removes it, the order of
// statements does not matter, and evidence does not change the decision.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(statements, 1, 6).Draw(t, "statements")
		extra := statements.Draw(t, "extra")
		p := probes.Draw(t, "probe")
		before := decideAll(list, p).Decision
		after := decideAll(append(slices.Clone(list), extra), p).Decision
		if extra.Effect == policy.Deny && before != iam.Allowed && after == iam.Allowed {
			t.Fatalf("a Deny adds access: %s, then %s", before, after)
		}
		if extra.Effect == policy.Allow && before == iam.Allowed && after != iam.Allowed {
			t.Fatalf("an Allow removes access: %s, then %s", before, after)
		}
		if extra.Effect == policy.Allow && before == iam.ExplicitDeny && after != iam.ExplicitDeny {
			t.Fatalf("an Allow outweighs a Deny: %s", after)
		}
		reversed := slices.Clone(list)
		slices.Reverse(reversed)
		if got := decideAll(reversed, p).Decision; got != before {
			t.Fatalf("the order matters: %s, reversed %s", before, got)
		}
	})
}

// TestUndecidedKeys: where no key is named as missing, no value of a key that
// was not given changes the decision.
func TestUndecidedKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(statements, 1, 5).Draw(t, "statements")
		p := probes.Draw(t, "probe")
		v := decideAll(list, p)
		if len(v.MissingContext) > 0 || len(p.Context) > 0 {
			return
		}
		p.Context = iam.Context{{Key: "aws:SourceVpc", Type: iam.String, Values: []string{rapid.SampledFrom([]string{"vpc-1", "vpc-2", "true", "u1"}).Draw(t, "vpc")}}}
		if got := decideAll(list, p).Decision; got != v.Decision {
			t.Fatalf("%s without aws:SourceVpc, which is not missing, and %s with %v", v.Decision, got, p.Context[0].Values)
		}
	})
}
