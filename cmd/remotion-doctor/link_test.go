package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestLinkerRemovesDeadCode: where a function that can be reached looks up methods
// by name, as text/template does, the linker keeps every method of every type, and
// the program is half as large again.
func TestLinkerRemovesDeadCode(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", os.DevNull, "-ldflags=-dumpdep", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %.500s", err, out)
	}
	lines := 0
	for line := range strings.Lines(string(out)) {
		lines++
		if strings.Contains(line, "<ReflectMethod>") {
			t.Fatalf("a function looks up methods by name:\n%s", line)
		}
	}
	if lines < 10000 {
		t.Fatalf("%d lines: the linker does not say what depends on what", lines)
	}
}
