package policy

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestOverlap(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"", "", true},
		{"", "*", true},
		{"", "a", false},
		{"*", "*", true},
		{"s3:Get*", "s3:GetObject", true},
		{"s3:Put*", "s3:GetObject", false},
		{"a*b", "*c", false},
		{"a*c", "*bc", true},
		{"arn:aws:s3:::b-*", "arn:*:s3:::*-x/*", true},
		{"arn:aws:s3:::home/${aws:username}/*", "arn:aws:s3:::home/ada/x", true},
		{"arn:aws:s3:::${open", "arn:aws:s3:::x", true},
		{"?", "", false},
		{"??", "a*", true},
		{"a?", "b*", false},
	} {
		if got := Overlap(tt.a, tt.b); got != tt.want || Overlap(tt.b, tt.a) != tt.want {
			t.Errorf("Overlap(%q, %q) is %t, want %t both ways", tt.a, tt.b, got, tt.want)
		}
	}
}

// TestOverlapHasAWitness: patterns overlap exactly where some short text over
// their characters matches both.
func TestOverlapHasAWitness(t *testing.T) {
	t.Parallel()
	texts := []string{""}
	for i := 0; i < len(texts) && len(texts[i]) < 8; i++ {
		texts = append(texts, texts[i]+"a", texts[i]+"b")
	}
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) string {
			return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "*", "?"}), 0, 4).Draw(t, name), "")
		}
		a, b := draw("a"), draw("b")
		want := false
		for _, s := range texts {
			want = want || MatchGlob(a, s) && MatchGlob(b, s)
		}
		if got := Overlap(a, b); got != want {
			t.Errorf("Overlap(%q, %q) is %t, want %t", a, b, got, want)
		}
	})
}
