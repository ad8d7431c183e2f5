package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/fixtures"
	"remotion-doctor/iam"
	"remotion-doctor/internal/asked"
	"remotion-doctor/source/files"
)

// explained are a request of each demo principal that its story is about.
var explained = []struct {
	name, action, resource string
	target                 asked.Targets
	allowed                bool
}{
	{"video-api", "s3:PutBucketPolicy", "arn:aws:s3:::remotionlambda-useast1-4hd8e2k9xw", asked.Targets{Functions: []string{"video-api"}}, false},
	{"render-worker", "lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:123456789012:function:remotion-render-4-0-527", asked.Targets{Instances: []string{"i-0a1b2c3d4e5f67890"}}, false},
	{"render-worker-region", "lambda:ListFunctions", "*", asked.Targets{Roles: []string{"render-worker"}}, false},
	{"sandbox", "iam:PassRole", "arn:aws:iam::123456789012:role/remotion-lambda-role", asked.Targets{Functions: []string{"sandbox"}}, false},
	{"fargate", "lambda:InvokeFunction", "arn:aws:lambda:us-east-1:123456789012:function:remotion-render-4-0-527", asked.Targets{Roles: []string{"fargate-renderer"}}, false},
	{"studio", "s3:DeleteObject", "arn:aws:s3:::remotionlambda-useast1-4hd8e2k9xw/sites/my-video/index.html", asked.Targets{Functions: []string{"studio"}}, false},
	{"complete", "s3:GetObject", "arn:aws:s3:::remotionlambda-useast1-4hd8e2k9xw/renders/a/out.mp4", asked.Targets{Functions: []string{"complete"}}, true},
	{"deployer", "lambda:CreateFunction", "arn:aws:lambda:us-east-1:123456789012:function:remotion-render-4-0-527", asked.Targets{Users: []string{"deployer"}}, true},
	{"renderer", "s3:PutBucketPolicy", "arn:aws:s3:::remotionlambda-useast1-4hd8e2k9xw", asked.Targets{Roles: []string{"remotion-lambda-role"}}, false},
	{"wrong-kind", "s3:GetObject", "arn:aws:s3:::remotionlambda-useast1-4hd8e2k9xw", asked.Targets{Roles: []string{"complete-renderer"}}, false},
}

// demoFile is the demo account as a file.
func demoFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "account.json")
	if err := os.WriteFile(path, fixtures.Demo, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestExplainGolden holds what explain prints for each demo principal.
func TestExplainGolden(t *testing.T) {
	snapshot := demoFile(t)
	for _, tt := range explained {
		for _, form := range []string{"txt", "json"} {
			var out bytes.Buffer
			a := &app{
				stdout: &out, stderr: &bytes.Buffer{}, getenv: func(string) string { return "" },
				now: func() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) },
			}
			f := &explainFlags{target: tt.target, source: asked.Source{Snapshot: snapshot}, region: "eu-west-1", json: form == "json", color: asked.Color{When: "auto"}}
			err := a.explain(t.Context(), f, []string{tt.action, tt.resource})
			if want := map[bool]error{true: nil, false: errNotMet}[tt.allowed]; !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", tt.name, err, want)
			}
			compareGolden(t, filepath.Join("testdata", "explain", tt.name+"."+form), out.Bytes())
		}
	}
}

func compareGolden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; run with -update and look at the difference", path)
	}
}

// TestExplainAgrees: the trace comes to the decision of the evaluator, and
// names the statements that the evaluator names.
func TestExplainAgrees(t *testing.T) {
	s, err := files.SnapshotOr(fixtures.Demo, "")
	if err != nil {
		t.Fatal(err)
	}
	local := offline(t, s)
	for _, tt := range explained {
		found, err := local.Resolve(t.Context(), tt.target.List()[0])
		if err != nil {
			t.Fatal(err)
		}
		probe := iam.Probe{Action: tt.action, Resource: tt.resource}
		verdicts, err := local.Evaluate(t.Context(), found.Principal, []iam.Probe{probe})
		if err != nil {
			t.Fatal(err)
		}
		trace, err := doctor.Explain(t.Context(), doctor.Options{Source: local, Targets: []doctor.Target{{Target: tt.target.List()[0]}}}, doctor.Request{Action: tt.action, Resource: tt.resource})
		if err != nil {
			t.Fatal(err)
		}
		want := verdicts[0].Decision
		if len(verdicts[0].MissingContext) > 0 {
			want = "" // another value of the key would change it
		}
		if trace.Decision != want {
			t.Errorf("%s: %s, the evaluator says %s", tt.name, trace.Decision, want)
		}
		for _, m := range verdicts[0].Matched {
			if m.Layer == iam.LayerIdentity && !strings.Contains(names(trace), m.Policy+"/"+m.Sid) {
				t.Errorf("%s: %s %q is missing from %s", tt.name, m.Policy, m.Sid, names(trace))
			}
		}
	}
}

func names(t *audit.Trace) string {
	var b strings.Builder
	for _, l := range t.Layers {
		for _, s := range l.Statements {
			b.WriteString(s.Policy + "/" + s.Sid + " ")
		}
	}
	return b.String()
}
