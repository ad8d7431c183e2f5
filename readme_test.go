package layers

import (
	"os"
	"strings"
	"testing"
)

// TestReadmeShowsTheExample: the Go code of the README is that of an example,
// which runs as a test.
func TestReadmeShowsTheExample(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("doctor/example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(readme), "```go\n")
	code, _, closed := strings.Cut(rest, "```")
	if !ok || !closed {
		t.Fatal("the README shows no Go code")
	}
	for line := range strings.Lines(code) {
		if !strings.Contains(string(example), strings.TrimSpace(line)) {
			t.Errorf("no example has the README's line %q", line)
		}
	}
}
