package doctor

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/fixtures"
	"remotion-doctor/iam/managed"
	"remotion-doctor/source/files"
)

// TestOperationsOfPart: an operation comes to the same status, for the same
// actions, whether it was asked for alone, with others, or with all.
func TestOperationsOfPart(t *testing.T) {
	t.Parallel()
	snapshot, err := files.SnapshotOr(fixtures.Demo, "")
	if err != nil {
		t.Fatal(err)
	}
	s, err := files.Snapshot(snapshot, files.Overlay{}, managed.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	degraded := 0
	for _, story := range append(fixtures.DemoTargets(), "user:deployer", "role:remotion-lambda-role") {
		target, ok := audit.ParseTarget(story)
		if !ok {
			t.Fatalf("%q is no target", story)
		}
		for _, requirement := range []string{"caller", "renderer"} {
			for _, version := range []string{"4.0.527", "4.0.100", "3.3.60"} {
				o := Options{Source: s, Regions: []string{"us-east-1"}, Release: Release{Version: version}, Targets: []Target{{Target: target, Requirements: []string{requirement}}}}
				whole := statuses(t, o)
				for name, want := range whole {
					if strings.HasPrefix(want, string(audit.Degraded)) {
						degraded++
					}
					for _, asked := range [][]string{{name}, {name, "render"}, {name, "deploy-site", "progress"}} {
						part := o
						part.Operations = asked
						if got := statuses(t, part)[name]; got != want {
							t.Errorf("%s, %s, %s: %s is %s with --for %v, and %s without", story, requirement, version, name, got, asked, want)
						}
					}
				}
			}
		}
	}
	if degraded == 0 {
		t.Error("nothing is degraded")
	}
}

// statuses are the operations of a section, each with its actions.
func statuses(t *testing.T, o Options) map[string]string {
	t.Helper()
	r, err := Check(t.Context(), o)
	if err != nil || len(r.Sections) != 1 {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, op := range r.Sections[0].Operations {
		out[op.Name] = fmt.Sprint(op.Status, slices.Sorted(slices.Values(op.Because)))
	}
	return out
}
