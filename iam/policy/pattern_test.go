package policy

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"
)

func TestCompileResource(t *testing.T) {
	for _, tt := range []struct {
		pattern, resource string
		want              bool
	}{
		{"*", "*", true},
		{"*", "arn:aws:s3:::b", true},
		{"arn:aws:s3:::remotionlambda-*", "arn:aws:s3:::remotionlambda-x/a/b", true},
		{"arn:aws:s3:::remotionlambda-*", "*", false},
		{"arn:aws:s3:::remotionlambda-*", "arn:aws:s3:::remotionlambda-*", true},
		{"arn:aws:s3:::b/*", "arn:aws:s3:::b", false},
		{"arn:aws:s3:::*", "*", false},
		{"?", "*", true},
		{"arn:aws:lambda:*:*:function:remotion-render-*", "arn:aws:lambda:us-east-1:123456789012:function:remotion-render-a:live", true},
		{"arn:aws:logs:*:*:log-group:/aws/lambda/remotion-render-*", "arn:aws:logs:us-east-1:1:log-group:/aws/lambda/remotion-render-a:log-stream:z", true},
		// A star that ends its segment crosses colons, one inside does not.
		{"arn:aws:lambda:*:function:remotion-*", "arn:aws:lambda:us-east-1:1:function:remotion-r", true},
		{"arn:aws:lambda:us*1:function:r", "arn:aws:lambda:us-east-1:1:function:r", false},
		{"arn:aws:lambda:us*1:1:function:r", "arn:aws:lambda:us-east-1:1:function:r", true},
		{"arn:aws:lambda:us-east?1:1:function:r", "arn:aws:lambda:us-east:1:1:function:r", false},
		{"arn:aws:lambda:us-east-1:1:function?r", "arn:aws:lambda:us-east-1:1:function:r", true},
		{"arn:aws:sqs", "arn:aws:sqs:us-east-1:1:queue", true},
		{"arn:aws:s3:::A", "arn:aws:s3:::a", false},
		{"arn:aws:s3:::b/[a]", "arn:aws:s3:::b/a", false},
		{"arn:aws:s3:::b/??", "arn:aws:s3:::b/\U0001F600", true},
		{"arn:aws:s3:::b/?", "arn:aws:s3:::b/\U0001F600", false},
		{"arn:aws:s3:::b/*?", "arn:aws:s3:::b/\U0001F600", true},
		{"arn:aws:s3:::b/?", "arn:aws:s3:::b/é", true},
		{"arn:aws:s3:::*/a", "arn:aws:s3:::x/y/a", true},
	} {
		if got := MatchResource(tt.pattern, tt.resource); got != tt.want {
			t.Errorf("%s matches %s: %v, want %v", tt.pattern, tt.resource, got, tt.want)
		}
	}
}

// naive is the segment rule as a regular expression.
func naive(pattern string, arn bool) *regexp.Regexp {
	var b strings.Builder
	colons := 0
	for i, c := range pattern {
		segment := arn && colons < 5
		ends := i+1 == len(pattern) || pattern[i+1] == ':'
		switch {
		case c == '*' && segment && !ends:
			b.WriteString("[^:]*")
		case c == '*':
			b.WriteString(".*")
		case c == '?' && segment:
			b.WriteString("[^:]")
		case c == '?':
			b.WriteString(".")
		default:
			if c == ':' {
				colons++
			}
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return regexp.MustCompile("^(?s:" + b.String() + ")$")
}

func TestMatchAgreesWithRegexp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("ab:*?")), 0, 14, -1)
		pattern := "arn:" + text.Draw(t, "pattern")
		resource := "arn:" + text.Draw(t, "resource")
		want := naive(CompleteARN(pattern), true).MatchString(resource)
		if got := MatchResource(pattern, resource); got != want {
			t.Fatalf("%s matches %s: %v, want %v", pattern, resource, got, want)
		}
		if got := bitGlob(CompleteARN(pattern), resource, 0); got != want {
			t.Fatalf("bit by bit, %s matches %s: %v, want %v", pattern, resource, got, want)
		}
		if got := wordsGlob(unitsOf(elementsOf(CompleteARN(pattern), true)), utf16.Encode([]rune(resource))); got != want {
			t.Fatalf("word by word, %s matches %s: %v, want %v", pattern, resource, got, want)
		}
		p, s := pattern[4:], resource[4:]
		if got := MatchGlob(p, s); got != naive(p, false).MatchString(s) {
			t.Fatalf("glob %s matches %s: %v", p, s, got)
		}
	})
}

func FuzzMatch(f *testing.F) {
	f.Add("a*a*a*a*a*a*a*a*b", strings.Repeat("a", 200))
	f.Add("arn:aws:s3:::remotionlambda-*/x?", "arn:aws:s3:::remotionlambda-a/xy")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if !isASCII(pattern) || !isASCII(s) {
			return
		}
		got, bits := MatchGlob(pattern, s), bitGlob(pattern, s, noSegments)
		if got != bits {
			t.Errorf("%q matches %q: %v, bit by bit %v", pattern, s, got, bits)
		}
		// The regular expression is slow where the matcher must not be.
		if len(pattern)*len(s) > 1<<12 {
			return
		}
		if want := naive(pattern, false).MatchString(s); got != want {
			t.Errorf("%q matches %q: %v, want %v", pattern, s, got, want)
		}
	})
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > 0x7F }) < 0
}
