package eval

import (
	"fmt"
	"strings"
	"testing"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// The limits of the simulator's API: 131,072 characters of policy, 2,048 of
// resource.
const (
	maxDocument = 131_072
	maxResource = 2_048
)

// fillUp repeats a piece until the document is as long as may be.
func fillUp(before, after, separator string, piece func(i int) string) string {
	var b strings.Builder
	b.WriteString(before)
	for i := 0; ; i++ {
		next := piece(i)
		if i > 0 {
			next = separator + next
		}
		if b.Len()+len(next)+len(after) > maxDocument {
			break
		}
		b.WriteString(next)
	}
	b.WriteString(after)
	return b.String()
}

// hostile are documents that make evaluators slow, with the action and resource
// that do, and the decision.
func hostile() map[string]struct {
	document, action, resource string
	want                       iam.Decision
} {
	type c = struct {
		document, action, resource string
		want                       iam.Decision
	}
	const (
		statement = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":[`
		end       = `]}]}`
	)
	text := "arn:aws:s3:::c/" + strings.Repeat("a", maxResource-15)
	// No text that is searched for is missing from it, but none follows.
	woven := "arn:aws:s3:::c/" + strings.Repeat("ab", (maxResource-16)/2)
	quoted := func(s string) string { return `"` + s + `"` }
	each := func(pattern string) string {
		return fillUp(statement, end, ",", func(int) string { return quoted(pattern) })
	}
	return map[string]c{
		"small patterns":       {each("*a*b"), "s3:GetObject", text, iam.ImplicitDeny},
		"small woven":          {each("*bb*"), "s3:GetObject", woven, iam.ImplicitDeny},
		"short woven":          {each("*ababababbb*"), "s3:GetObject", woven, iam.ImplicitDeny},
		"woven":                {each("arn:aws:s3:::*" + strings.Repeat("ab", 30) + "b*"), "s3:GetObject", woven, iam.ImplicitDeny},
		"woven stars":          {each("*" + strings.Repeat("ab*", 10) + "bb*"), "s3:GetObject", woven, iam.ImplicitDeny},
		"woven questions":      {each("arn:aws:s3:::*" + strings.Repeat("?b", 25) + "b*"), "s3:GetObject", woven, iam.ImplicitDeny},
		"woven, half":          {each("arn:aws:s3:::*" + strings.Repeat("ab", 500) + "b*"), "s3:GetObject", woven, iam.ImplicitDeny},
		"woven, wide":          {each("*" + strings.Repeat("?b", 400) + "b*"), "s3:GetObject", woven + "é", iam.ImplicitDeny},
		"stars within":         {each("arn:aws:s3:::*a*a*a*a*b*"), "s3:GetObject", text, iam.ImplicitDeny},
		"long after a star":    {each("arn:aws:s3:::*" + strings.Repeat("a", 60) + "b*"), "s3:GetObject", text, iam.ImplicitDeny},
		"questions":            {each("arn:aws:s3:::*" + strings.Repeat("a?", 20) + "b*"), "s3:GetObject", text, iam.ImplicitDeny},
		"half the resource":    {each("arn:aws:s3:::*" + strings.Repeat("a", 1000) + "b*"), "s3:GetObject", text, iam.ImplicitDeny},
		"ten kilobytes":        {each("arn:aws:s3:::" + strings.Repeat("a*", 5000) + "b"), "s3:GetObject", text, iam.ImplicitDeny},
		"stars in segments":    {each("arn:*a*a*a*b:s3:::*"), "s3:GetObject", "arn:" + strings.Repeat("a", 1900) + ":s3:::c/b", iam.ImplicitDeny},
		"one pattern":          {each(strings.Repeat("a*", 65_000)), "s3:GetObject", text, iam.ImplicitDeny},
		"variables":            {each("arn:aws:s3:::${aws:username,'*a*'}*b"), "s3:GetObject", text, iam.ImplicitDeny},
		"variables, undecided": {each("arn:aws:s3:::${aws:SourceVpc}*a"), "s3:GetObject", text, iam.ImplicitDeny},
		"statements": {fillUp(`{"Version":"2012-10-17","Statement":[`, `]}`, ",", func(int) string {
			return `{"Effect":"Allow","Action":"s3:*","Resource":"*a*b"}`
		}), "s3:GetObject", text, iam.ImplicitDeny},
		"actions": {fillUp(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*","Action":[`, end, ",", func(i int) string {
			return quoted(fmt.Sprintf("s:%d", i))
		}), "s3:GetObject", text, iam.ImplicitDeny},
		"action wildcards": {fillUp(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*","Action":[`, end, ",", func(i int) string {
			return quoted("s3:*e*e*x")
		}), "s3:" + strings.Repeat("e", 120), text, iam.ImplicitDeny},
		"names and wildcards": {fillUp(`{"Version":"2012-10-17","Statement":[`, `]}`, ",", func(i int) string {
			if i%2 == 0 {
				return `{"Effect":"Allow","Action":"*","Resource":"*b"}`
			}
			return fmt.Sprintf(`{"Effect":"Allow","Action":["s%d:a","s%d:b*"],"Resource":"*b"}`, i, i)
		}), "s3:GetObject", text, iam.ImplicitDeny},
		"not action": {fillUp(`{"Version":"2012-10-17","Statement":[`, `]}`, ",", func(i int) string {
			return fmt.Sprintf(`{"Effect":"Allow","NotAction":"s3:%d*","Resource":"*b"}`, i)
		}), "s3:GetObject", text, iam.ImplicitDeny},
		"condition values": {fillUp(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:PrincipalArn":[`, `]}}}]}`, ",", func(i int) string {
			return quoted(strings.Repeat("*a", 10) + "b")
		}), "s3:GetObject", text, iam.ImplicitDeny},
		"condition keys": {fillUp(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{`, `}}}]}`, ",", func(i int) string {
			return fmt.Sprintf(`"aws:RequestTag/k%d":"v"`, i)
		}), "s3:GetObject", text, iam.ImplicitDeny},
		"numbers": {fillUp(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"NumericEquals":{"aws:MultiFactorAuthAge":[`, `]}}}]}`, ",", func(i int) string {
			return quoted(strings.Repeat("9", 1000))
		}), "s3:GetObject", text, iam.ImplicitDeny},
	}
}

func decideHostile(tb testing.TB, document, action, resource string) iam.Verdict {
	tb.Helper()
	doc, err := policy.Parse(document)
	if err != nil {
		tb.Fatal(err)
	}
	c := Compile("arn:aws:iam::123456789012:role/"+strings.Repeat("a", 64), Policies{Identity: []Policy{{Name: "p", Document: doc}}})
	context := iam.Context{{Key: "aws:MultiFactorAuthAge", Type: iam.Numeric, Values: []string{strings.Repeat("9", 999)}}}
	return c.Verdict(c.Prepare(iam.Probe{Action: action, Resource: resource, Context: context}, ""))
}

// TestHostile holds the decisions under documents that are as large and as
// intricate as the API allows.
func TestHostile(t *testing.T) {
	for name, h := range hostile() {
		if v := decideHostile(t, h.document, h.action, h.resource); v.Decision != h.want {
			t.Errorf("%s: %s, want %s", name, v.Decision, h.want)
		}
	}
}

// BenchmarkHostile parses, compiles and decides each of them once, with
// evidence and all keys that the decision depends on.
func BenchmarkHostile(b *testing.B) {
	for name, h := range hostile() {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				decideHostile(b, h.document, h.action, h.resource)
			}
		})
	}
}
