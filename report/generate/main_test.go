package main

import (
	"bytes"
	"os"
	"testing"
)

// TestSchemaIsCurrent: the schema in the repository is that of the types.
func TestSchemaIsCurrent(t *testing.T) {
	want, err := Schema("../..")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("report/schema.json is not that of package audit: run go generate ./report")
	}
}
