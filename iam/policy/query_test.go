package policy

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// typed is TypedNames as a regular expression.
func typed(pattern string) *regexp.Regexp {
	text := regexp.QuoteMeta(pattern)
	text = regexp.MustCompile(`(\\\*)+`).ReplaceAllStringFunc(text, func(stars string) string {
		return [...]string{"[^:/]+", "[^:]+", ".+"}[min(len(stars)/2, 3)-1]
	})
	return regexp.MustCompile("^(?s:" + text + ")$")
}

// words are all texts over an alphabet, up to a length.
func words(alphabet string, length int) []string {
	all, from := []string{""}, 0
	for range length {
		until := len(all)
		for _, w := range all[from:until] {
			for _, c := range alphabet {
				all = append(all, w+string(c))
			}
		}
		from = until
	}
	return all
}

const prefix = "arn:p:s:r:"

var bruteWords = words("ab:/", 5)

// TestDivideAgreesWithBruteForce compares the classes of random requirements
// and patterns with what all short names over a small alphabet show. The last
// segment begins behind one colon more, so that both rules for stars are met.
func TestDivideAgreesWithBruteForce(t *testing.T) {
	text := rapid.StringOfN(rapid.SampledFrom([]rune("ab:/***?")), 0, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		wanted := strings.ReplaceAll(text.Draw(t, "wanted"), "?", "a")
		n := TypedNames(prefix + wanted)
		isName := typed(prefix + wanted)
		sets := make([]Set, rapid.IntRange(0, 4).Draw(t, "sets"))
		rules := make([][]*regexp.Regexp, len(sets))
		for i := range sets {
			for j := range rapid.IntRange(1, 3).Draw(t, "patterns") {
				pattern := prefix + text.Draw(t, fmt.Sprintf("pattern %d %d", i, j))
				sets[i] = append(sets[i], CompileResource(pattern))
				rules[i] = append(rules[i], naive(CompleteARN(pattern), true))
			}
		}
		in := func(name string) string {
			out := ""
			for i := range sets {
				out += fmt.Sprint(slices.ContainsFunc(rules[i], func(r *regexp.Regexp) bool { return r.MatchString(name) }))
			}
			return out
		}
		classes, err := n.Divide(sets, nil)
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]bool{}
		for _, c := range classes {
			vector := ""
			for i, b := range c.In {
				vector += fmt.Sprint(b)
				matches := slices.ContainsFunc(sets[i], func(p Pattern) bool { return p.Match(c.Example) })
				if matches != b {
					t.Fatalf("set %d matches the example %s: %v, but the class says %v", i, c.Example, matches, b)
				}
			}
			if found[vector] {
				t.Fatalf("two classes are %s", vector)
			}
			found[vector] = true
			if !isName.MatchString(c.Example) || in(c.Example) != vector {
				t.Fatalf("%s is no name of %s in the class %s", c.Example, wanted, vector)
			}
		}
		for _, w := range bruteWords {
			if name := prefix + w; isName.MatchString(name) && !found[in(name)] {
				t.Fatalf("%s of %s is in no class: %s is missing", name, wanted, in(name))
			}
		}
	})
}

// drawnQuery draws a query over a small alphabet, with the rules of its sets as
// regular expressions. The last segment begins behind one colon more, so that
// both rules for stars are met.
func drawnQuery(t *rapid.T) (q *Query, holds func(name string) bool) {
	text := rapid.StringOfN(rapid.SampledFrom([]rune("ab:/***?")), 0, 6, -1)
	wanted := prefix + strings.ReplaceAll(text.Draw(t, "wanted"), "?", "a")
	q = &Query{Names: TypedNames(wanted)}
	isName := typed(wanted)
	drawSet := func(name string, least int) (set Set, matches func(string) bool) {
		var rules []*regexp.Regexp
		for i := range rapid.IntRange(least, 3).Draw(t, name) {
			pattern := prefix + text.Draw(t, fmt.Sprintf("%s %d", name, i))
			set = append(set, CompileResource(pattern))
			rules = append(rules, naive(CompleteARN(pattern), true))
		}
		return set, func(name string) bool {
			return slices.ContainsFunc(rules, func(r *regexp.Regexp) bool { return r.MatchString(name) })
		}
	}
	var in []func(string) bool
	for i := range rapid.IntRange(0, 3).Draw(t, "sets") {
		set, matches := drawSet(fmt.Sprintf("in %d", i), 1)
		q.In, in = append(q.In, set), append(in, matches)
	}
	out, isOut := drawSet("out", 0)
	more, isMore := drawSet("more", 0)
	q.Out = []Set{out, more}
	return q, func(name string) bool {
		if isMore(name) {
			return false
		}

		return isName.MatchString(name) && !isOut(name) &&
			!slices.ContainsFunc(in, func(matches func(string) bool) bool { return !matches(name) })
	}
}

// shortest is the length of a shortest answer by the old partition of all names
// into classes, or -1.
func shortest(t *rapid.T, q *Query) int {
	classes, err := q.Names.Divide(append(slices.Clone(q.In), slices.Concat(q.Out...)), nil)
	if err != nil {
		t.Fatal(err)
	}
	best := -1
	for _, c := range classes {
		if n := utf8.RuneCountInString(c.Example); !slices.Contains(c.In[:len(q.In)], false) && !c.In[len(q.In)] && (best < 0 || n < best) {
			best = n
		}
	}
	return best
}

// TestFindAgreesWithBruteForce: a query has an answer where the partition of
// all names has a class of them, and a shortest one; no short name over a small
// alphabet answers a query that has none. -rapid.checks sets the cases: 100,000
// take a minute.
func TestFindAgreesWithBruteForce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		q, holds := drawnQuery(t)
		name, found, err := NewFinder(DefaultWork).Find(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		want := shortest(t, q)
		if found != (want >= 0) || found && utf8.RuneCountInString(name) != want {
			t.Fatalf("%q, %v, but a shortest has the length %d", name, found, want)
		}
		if found && !holds(name) {
			t.Fatalf("%q is no answer", name)
		}
		if found {
			return
		}
		if i := slices.IndexFunc(bruteWords, func(w string) bool { return holds(prefix + w) }); i >= 0 {
			t.Fatalf("%q is an answer", prefix+bruteWords[i])
		}
	})
}

// TestFind: answers look like what a person knows.
func TestFind(t *testing.T) {
	t.Parallel()
	const (
		bucket   = "arn:aws:s3:::remotionlambda-useast1-4hd8e2k9xw"
		function = "arn:aws:lambda:us-east-1:123456789012:function:remotion-render-4-0-1"
	)
	for _, tt := range []struct {
		name    string
		names   Names
		in, out string // patterns, joined by blanks; "" for no set
		want    string // "" for none
	}{
		{"covered", TypedNames("arn:aws:s3:::remotionlambda-useast1-*"), "", "arn:aws:s3:::remotionlambda-*", ""},
		{"covered together", TypedNames("arn:aws:s3:::remotionlambda-*"), "", "arn:aws:s3:::remotionlambda-u* arn:aws:s3:::remotionlambda-?*", ""},
		{"a hint", TypedNames("arn:aws:s3:::remotionlambda-*"), "arn:aws:s3:::remotionlambda-useast1-*", "", bucket},
		{"not the hint", TypedNames("arn:aws:s3:::remotionlambda-useast1-*"), "", "arn:aws:s3:::remotionlambda-useast1-4*", "arn:aws:s3:::remotionlambda-useast1-x4hd8e2k9xw"},
		{"objects are no buckets", TypedNames("arn:aws:s3:::remotionlambda-useast1-*"), "arn:aws:s3:::remotionlambda-*/*", "", ""},
		{"a part", TypedNames("arn:aws:s3:::remotionlambda-*"), "arn:aws:s3:::remotionlambda-prod*", "", "arn:aws:s3:::remotionlambda-prod-4hd8e2k9xw"},
		{"another region", NamesOf("arn:aws:lambda:*:*:function:remotion-render-*"), "arn:aws:lambda:eu-*:*:function:remotion-render-*", "", "arn:aws:lambda:eu-:123456789012:function:remotion-render-4-0-1"},
		{"an account without a region", NamesOf("arn:aws:lambda:*:*:function:remotion-render-*"), "", "arn:aws:lambda:*:123456789012:function:*", "arn:aws:lambda:us-east-1::function:remotion-render-4-0-1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			q := &Query{Names: tt.names, Out: []Set{setOf(tt.out)}, Hints: []string{bucket, function}}
			if tt.in != "" {
				q.In = []Set{setOf(tt.in)}
			}
			got, found, err := NewFinder(DefaultWork).Find(t.Context(), q)
			if err != nil || got != tt.want || found != (tt.want != "") {
				t.Errorf("got %q, %v, %v; want %q", got, found, err, tt.want)
			}
		})
	}
}

func setOf(patterns string) Set {
	var out Set
	for p := range strings.FieldsSeq(patterns) {
		out = append(out, CompileResource(p))
	}
	return out
}

// intricate is 5 sets of 40 patterns of five stars and question marks each.
func intricate() []Set {
	sets := make([]Set, 5)
	for i := range sets {
		for j := range 40 {
			sets[i] = append(sets[i], CompileResource(fmt.Sprintf("arn:aws:s3:::*%d?????*b*c%d??????*d*e", j, i)))
		}
	}
	return sets
}

// TestFindGivesUp: what cannot be decided with the work that is left is an error,
// and not an answer; what was answered before stays.
func TestFindGivesUp(t *testing.T) {
	t.Parallel()
	f := NewFinder(1 << 14)
	easy := &Query{Names: TypedNames("arn:aws:s3:::a***"), In: []Set{setOf("arn:aws:s3:::ab*")}}
	want, _, err := f.Find(t.Context(), easy)
	if err != nil {
		t.Fatal(err)
	}
	for range 8 {
		if _, _, err := f.Find(t.Context(), &Query{Names: TypedNames("arn:aws:s3:::a***"), In: intricate(), Hints: []string{fmt.Sprint(f.Left())}}); err != ErrTooComplex {
			t.Fatalf("error %v", err)
		}
	}
	if got, found, err := f.Find(t.Context(), easy); got != want || !found || err != nil {
		t.Errorf("then %q, %v, %v", got, found, err)
	}
}

// TestFindEndsWithItsContext: a search ends where its context does, and that is
// not remembered.
func TestFindEndsWithItsContext(t *testing.T) {
	t.Parallel()
	f := NewFinder(DefaultWork)
	q := &Query{Names: TypedNames("arn:aws:s3:::a***"), In: []Set{setOf("arn:aws:s3:::ab*")}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := f.Find(ctx, q); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if _, found, err := f.Find(t.Context(), q); !found || err != nil {
		t.Errorf("then %v, %v", found, err)
	}
}

// TestFindManyCharacters: thousands of different characters, which a document
// can name by escapes, take neither time nor memory.
func TestFindManyCharacters(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for c := rune(0x100); c < 0x100+20_000; c++ {
		text.WriteRune(c)
	}
	set := Set{CompileResource("arn:aws:s3:::a*" + text.String())}
	f := NewFinder(DefaultWork)
	name, found, err := f.Find(t.Context(), &Query{Names: TypedNames("arn:aws:s3:::a***"), Out: []Set{set}})
	if err != nil || !found || set[0].Match(name) || DefaultWork-f.Left() > 1<<18 {
		t.Errorf("%q, %v, %v with %d", name, found, err, DefaultWork-f.Left())
	}
}

// BenchmarkFind is one question to two patterns, and the worst that is tried.
func BenchmarkFind(b *testing.B) {
	names := TypedNames("arn:aws:s3:::remotionlambda-useast1-*/***")
	for name, q := range map[string]*Query{
		"usual":     {Names: names, In: []Set{setOf("arn:aws:s3:::remotionlambda-*")}, Out: []Set{setOf("arn:aws:s3:::remotionlambda-prod* arn:aws:s3:::other")}},
		"intricate": {Names: names, In: intricate()},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := NewFinder(DefaultWork).Find(b.Context(), q); err != nil && err != ErrTooComplex {
					b.Fatal(err)
				}
			}
		})
	}
}

// FuzzFind: an answer is one of the names, in the set that it must be in and not
// in the other, as the matcher has it.
func FuzzFind(f *testing.F) {
	f.Add("arn:aws:s3:::a*", "arn:aws:s3:::*a*b*c arn:aws:s3:::?*", "arn:aws:s3:::ab*")
	f.Add("*", "arn:aws:s3* ?", "")
	f.Add("\U0002001A", "?", "a")
	f.Fuzz(func(t *testing.T, wanted, in, out string) {
		if !utf8.ValidString(wanted) || !utf8.ValidString(in) || !utf8.ValidString(out) {
			return // no policy holds such text
		}
		n, must, not := NamesOf(wanted), setOf(in), setOf(out)
		name, found, err := NewFinder(1<<18).Find(t.Context(), &Query{Names: n, In: []Set{must}, Out: []Set{not}})
		if err != nil || !found {
			return
		}
		matches := func(s Set) bool { return slices.ContainsFunc(s, func(p Pattern) bool { return p.Match(name) }) }
		if !n.Contains(name) || !matches(must) || matches(not) {
			t.Errorf("%q is no answer: name %v, in %v, out %v", name, n.Contains(name), matches(must), matches(not))
		}
	})
}
