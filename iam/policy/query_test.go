package policy

import (
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

func TestDivide(t *testing.T) {
	const hint = "arn:aws:s3:::remotionlambda-useast1-4hd8e2k9xw"
	for _, tt := range []struct {
		name  string
		names Names
		sets  []string // patterns, joined by blanks
		want  []string // "EXAMPLE in 0 2"
	}{
		{
			"covered", TypedNames("arn:aws:s3:::remotionlambda-useast1-*"),
			[]string{"arn:aws:s3:::remotionlambda-*"},
			[]string{hint + " in 0"},
		},
		{
			"covered together", TypedNames("arn:aws:s3:::remotionlambda-useast1-*"),
			[]string{"arn:aws:s3:::remotionlambda-useast1-4*", "arn:aws:s3:::remotionlambda-*"},
			[]string{hint + " in 0 1", "arn:aws:s3:::remotionlambda-useast1-x4hd8e2k9xw in 1"},
		},
		{
			"objects are no buckets", TypedNames("arn:aws:s3:::remotionlambda-useast1-*"),
			[]string{"arn:aws:s3:::remotionlambda-*/*"},
			[]string{hint + " in"},
		},
		{
			"a part is denied", TypedNames("arn:aws:s3:::remotionlambda-*"),
			[]string{"arn:aws:s3:::remotionlambda-prod*"},
			[]string{hint + " in", "arn:aws:s3:::remotionlambda-prod-4hd8e2k9xw in 0"},
		},
		{
			"documented", NamesOf("arn:aws:lambda:*:*:function:remotion-render-*"),
			[]string{"arn:aws:lambda:*:function:remotion-render-*", "arn:aws:lambda:*:123456789012:function:remotion-render-*"},
			[]string{"arn:aws:lambda:::function:remotion-render- in 0", "arn:aws:lambda::123456789012:function:remotion-render- in 0 1"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var sets []Set
			for _, s := range tt.sets {
				var set Set
				for p := range strings.FieldsSeq(s) {
					set = append(set, CompileResource(p))
				}
				sets = append(sets, set)
			}
			classes, err := tt.names.Divide(sets, []string{hint})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range classes {
				line := c.Example + " in"
				for i, b := range c.In {
					if b {
						line += fmt.Sprint(" ", i)
					}
				}
				got = append(got, line)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// intricate is 50 sets of 20 patterns of five stars each.
func intricate() []Set {
	sets := make([]Set, 50)
	for i := range sets {
		for j := range 20 {
			sets[i] = append(sets[i], CompileResource(fmt.Sprintf("arn:aws:s3:::a*%d*b*c%d*d*e", i, j)))
		}
	}
	return sets
}

// TestDivideGivesUp: what cannot be decided within bounds is an error, and not
// an answer.
func TestDivideGivesUp(t *testing.T) {
	if _, err := TypedNames("arn:aws:s3:::a***").Divide(intricate(), nil); err != ErrTooComplex {
		t.Errorf("error %v", err)
	}
}

// TestDivideManyCharacters: thousands of different characters, which a document
// can name by escapes, take neither time nor memory.
func TestDivideManyCharacters(t *testing.T) {
	var text strings.Builder
	for c := rune(0x100); c < 0x100+20_000; c++ {
		text.WriteRune(c)
	}
	set := Set{CompileResource("arn:aws:s3:::a*" + text.String())}
	if _, err := TypedNames("arn:aws:s3:::a***").Divide([]Set{set}, nil); err != ErrTooComplex {
		t.Errorf("error %v", err)
	}
}

// BenchmarkDivide is one grant under two patterns, and the worst that is tried.
func BenchmarkDivide(b *testing.B) {
	b.Run("usual", func(b *testing.B) {
		b.ReportAllocs()
		names := TypedNames("arn:aws:s3:::remotionlambda-useast1-*/***")
		sets := []Set{{CompileResource("arn:aws:s3:::remotionlambda-*")}, {CompileResource("arn:aws:s3:::remotionlambda-prod*")}, {CompileResource("arn:aws:s3:::other")}}
		for b.Loop() {
			if _, err := names.Divide(sets, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("intricate", func(b *testing.B) {
		b.ReportAllocs()
		names, sets := TypedNames("arn:aws:s3:::a***"), intricate()
		for b.Loop() {
			if _, err := names.Divide(sets, nil); err != ErrTooComplex {
				b.Fatal(err)
			}
		}
	})
}

func FuzzDivide(f *testing.F) {
	f.Add("arn:aws:s3:::a*", "arn:aws:s3:::*a*b*c arn:aws:s3:::?*")
	f.Add("*", "arn:aws:s3* ?")
	f.Add("\U0002001A", "?")
	f.Fuzz(func(t *testing.T, wanted, patterns string) {
		if !utf8.ValidString(wanted) || !utf8.ValidString(patterns) {
			return // no policy holds such text
		}
		var sets []Set
		for p := range strings.FieldsSeq(patterns) {
			sets = append(sets, Set{CompileResource(p)})
		}
		n := NamesOf(wanted)
		classes, err := n.Divide(sets, nil)
		if err != nil {
			return
		}
		for _, c := range classes {
			if !n.Contains(c.Example) {
				t.Errorf("%q is no name of %q", c.Example, wanted)
			}
			for i := range sets {
				if sets[i][0].Match(c.Example) != c.In[i] {
					t.Errorf("%q matches %q: %v", sets[i][0].String(), c.Example, !c.In[i])
				}
			}
		}
	})
}
