package layers

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// largest are the most lines that the Go files of a folder may have together,
// tests not counted. The program itself is flags, streams and exit codes: what
// grows beyond that belongs to a library.
var largest = map[string]int{
	"cmd/remotion-doctor": 2500,
}

// TestSizes holds the folders to their limits.
func TestSizes(t *testing.T) {
	t.Parallel()
	for folder, limit := range largest {
		names, err := filepath.Glob(filepath.Join(filepath.FromSlash(folder), "*.go"))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %d files, %v", folder, len(names), err)
		}
		lines := 0
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			lines += bytes.Count(data, []byte("\n"))
		}
		if lines > limit {
			t.Errorf("%s has %d lines, %d at most: move what is no flag, stream or exit code into a library", folder, lines, limit)
		}
	}
}
