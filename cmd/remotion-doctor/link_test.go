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

// clients are the generated clients of AWS's services that the program is built
// with: iam and lambda, whose many operations it calls, and what the SDK's
// configuration brings along. All others are called by package wire; the client of
// EC2 alone would cost as much to build as all of this program.
var clients = []string{"iam", "lambda", "sts", "sso", "ssooidc", "signin"}

// TestClients holds the program to them.
func TestClients(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %.500s", err, out)
	}
	found := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), "github.com/aws/aws-sdk-go-v2/service/")
		if name, _, _ := strings.Cut(rest, "/"); ok && name != "internal" {
			found[name] = true
		}
	}
	for _, name := range clients {
		if !found[name] {
			t.Errorf("the program is built without the client of %s: take it from the list", name)
		}
		delete(found, name)
	}
	for name := range found {
		t.Errorf("the program is built with the client of %s: call its operations by package wire, or say here why not", name)
	}
}
