package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestCurrent: NOTICE has what is linked and embedded now.
func TestCurrent(t *testing.T) {
	t.Chdir("../..")
	want, err := notice()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("NOTICE")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n")), want) {
		t.Error("NOTICE is not current: go run ./packaging/notices")
	}
	for _, part := range []string{"github.com/spf13/cobra ", "github.com/inconshreveable/mousetrap ", "The Go standard library", "Apache License", "Act Security"} {
		if !strings.Contains(string(want), part) {
			t.Errorf("NOTICE does not name %q", part)
		}
	}
}

// TestWithoutLicence: a module without a licence is an error, never left out.
func TestWithoutLicence(t *testing.T) {
	t.Parallel()
	if text, err := (part{name: "example.com/none", dir: t.TempDir()}).text(); err == nil {
		t.Errorf("no error, but %q", text)
	}
}
