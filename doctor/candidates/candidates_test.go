package candidates_test

import (
	"strings"
	"testing"

	"remotion-doctor/checks/remotion"
	"remotion-doctor/doctor/candidates"
	"remotion-doctor/fixtures"
	"remotion-doctor/iam/managed"
	"remotion-doctor/source/files"
)

func TestList(t *testing.T) {
	t.Parallel()
	s, err := files.SnapshotOr(fixtures.Demo, "")
	if err != nil {
		t.Fatal(err)
	}
	src, err := files.Snapshot(s, files.Overlay{}, managed.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	list, err := candidates.List(t.Context(), src, []string{"us-east-1"}, remotion.Pack())
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, target := range list {
		all = append(all, target.String())
	}
	text := strings.Join(all, "\n")
	function, renderer, role := strings.Index(text, "Lambda function video-api"), strings.Index(text, "renderer remotion-render-"), strings.Index(text, "IAM role ")
	if function < 0 || renderer < function || role < renderer {
		t.Errorf("functions, renderers, roles are not in this order:\n%s", text)
	}
}
