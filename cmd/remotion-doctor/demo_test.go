package main

import (
	"bytes"
	"flag"
	"os"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestDemoJSON holds the whole way from target to JSON to a golden report.
func TestDemoJSON(t *testing.T) {
	var out bytes.Buffer
	a := &app{
		stdout: &out, stderr: &bytes.Buffer{}, getenv: func(string) string { return "" },
		now: func() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) },
	}
	if err := a.demo(t.Context(), &outputFlags{format: "json", failOn: "unknown", color: "auto"}); err != nil {
		t.Fatal(err)
	}
	const path = "testdata/demo.json"
	if *update {
		if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), want) {
		t.Errorf("the demo's report differs from %s; run with -update and look at the difference", path)
	}
}
