package spelling

import "testing"

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "abc", 0},
		{"sourcevcp", "sourcevpc", 1},
		{"sourcevcp", "sourceip", 2},
		{"kitten", "sitting", 3},
		{"ca", "abc", 3}, // no letter is touched twice
		{"getobjetc", "getobject", 1},
	} {
		if got := Distance(tt.a, tt.b, 10); got != tt.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := Distance(tt.b, tt.a, 10); got != tt.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", tt.b, tt.a, got, tt.want)
		}
	}
	if got := Distance("abcdef", "x", 3); got < 3 {
		t.Errorf("beyond the limit: %d", got)
	}
}
