package layers

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// nameless are the files that know no product: the packages about IAM, and
// checks, whose packs are in folders of their own.
func nameless(t *testing.T) []string {
	t.Helper()
	out, err := filepath.Glob("checks/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, depth := range []string{"iam/*.go", "iam/*/*.go", "iam/*/*/*.go"} {
		list, err := filepath.Glob(depth)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, list...)
	}
	return out
}

// permitted are the words with a product's name that stay: JSON of reports that
// are already out; and the buckets that PutBucketOwnershipControls is about in
// one error message, which a pack cannot say yet.
var permitted = regexp.MustCompile("`json:\"remotion[A-Za-z,]*\"`" + `|"s3:PutBucketOwnershipControls", "arn:aws:s3:::remotionlambda-\*"`)

// TestNoProductInGeneralPackages: what is known of Remotion is in its pack.
func TestNoProductInGeneralPackages(t *testing.T) {
	files := nameless(t)
	if len(files) < 50 {
		t.Fatalf("only %d files", len(files))
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, data, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		text := permitted.ReplaceAllString(string(data), "")
		for _, spec := range file.Imports {
			text = strings.ReplaceAll(text, spec.Path.Value, "")
		}
		for i, line := range strings.Split(text, "\n") {
			if strings.Contains(strings.ToLower(line), "remotion") {
				t.Errorf("%s:%d: names a product: %s", path, i+1, strings.TrimSpace(line))
			}
		}
	}
}
