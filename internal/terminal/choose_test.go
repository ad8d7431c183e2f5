package terminal

import (
	"errors"
	"strings"
	"testing"
)

func TestChoose(t *testing.T) {
	t.Parallel()
	things := []string{"Lambda function video-api", "Lambda function video", "IAM role render\x1b[31m-role"}
	for _, tt := range []struct {
		answers string
		want    int
		err     error
	}{
		{"2\n", 1, nil},
		{"role\n", 2, nil},
		{"api\n", 0, nil},
		{"video\n", 1, nil}, // its whole name
		{"lambda\n1\n", 0, nil},
		{"nobody\n9\n3\n", 2, nil},
		{"\n", 0, ErrNothing},
		{"", 0, ErrNothing},
		{"lambda\n3\n", 0, ErrNothing}, // the list has two by then
	} {
		var out strings.Builder
		got, err := choose(strings.NewReader(tt.answers), &out, "Which one?", things)
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%q chooses %d, %v, want %d, %v\n%s", tt.answers, got, err, tt.want, tt.err, out.String())
		}
		if strings.Contains(out.String(), "\x1b") {
			t.Errorf("an escape sequence is printed: %q", out.String())
		}
	}
	if _, err := Choose(strings.NewReader("1\n"), &strings.Builder{}, "Which one?", things); !errors.Is(err, ErrNobody) {
		t.Errorf("no terminal: %v", err)
	}
}
