package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"remotion-doctor/audit"
)

const iacFixtures = "../../fixtures/iac/"

// runReport runs the program and returns its JSON report and exit code.
func runReport(t *testing.T, args ...string) (*audit.Report, int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, getenv: func(string) string { return "" }, now: time.Now}
	root := a.root()
	root.SetArgs(append(args, "--format", "json"))
	code := a.exit(root.ExecuteContext(t.Context()))
	r := &audit.Report{}
	if err := json.Unmarshal(stdout.Bytes(), r); err != nil {
		t.Fatalf("%v: %v: %s", args, err, stderr.String())
	}
	return r, code
}

// verdict is what a finding comes to.
type verdictOf struct{ Action, Resource, Status, Scope string }

func verdictsOf(r *audit.Report) []verdictOf {
	var out []verdictOf
	for _, s := range r.Sections {
		for _, f := range s.Findings {
			out = append(out, verdictOf{f.Action, f.Resource, string(f.Status), string(f.Scope)})
		}
	}
	return out
}

// deployedRole writes a snapshot in which the role of the fixtures stands as it
// is after the deploy, with the policy in a file of the CDK app.
func deployedRole(t *testing.T, variant string) string {
	t.Helper()
	name := "caller.json"
	if variant == "old" {
		name = "old.json"
	}
	data, err := os.ReadFile(iacFixtures + "cdk/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Version   string
		Statement []map[string]any
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	for _, s := range doc.Statement {
		if variant != "old" {
			s["Resource"] = deployedResources(s["Resource"])
		}
	}
	snapshot := map[string]any{"AccountId": "123456789012", "AuthorizationDetails": map[string]any{"RoleDetailList": []any{map[string]any{
		"RoleName": "deployed", "Arn": "arn:aws:iam::123456789012:role/deployed",
		"RolePolicyList": []any{map[string]any{"PolicyName": "p", "PolicyDocument": doc}},
	}}}}
	out, err := json.Marshal(snapshot)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "account.json")
	if err := os.WriteFile(path, out, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// deployedResources are the resources of the fixtures' templates once they are
// deployed.
func deployedResources(v any) []string {
	var out []string
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, item := range list {
		text := item.(string)
		switch {
		case text == "arn:aws:s3:::remotionlambda-*":
			out = append(out, text, text+"/*")
		default:
			out = append(out, strings.Replace(text, "arn:aws:lambda:*:*:", "arn:aws:lambda:us-east-1:123456789012:", 1))
		}
	}
	return out
}

// TestDeployments: before the deploy the verdicts are those of the same role in
// a snapshot after it. Where a value is not known, what hangs on it is unknown
// and names it, and the rest is the same.
func TestDeployments(t *testing.T) {
	for _, variant := range []string{"correct", "old", "unknown"} {
		deployed, _ := runReport(t, "check", "--snapshot", deployedRole(t, variant), "--role", "deployed", "--region", "us-east-1")
		want := verdictsOf(deployed)
		for _, tt := range []struct {
			kind    string
			source  []string
			unknown string
			place   string
		}{
			{"cdk", []string{"--template", iacFixtures + "cdk/" + variant, "--function", "RenderApi/RenderHandler"}, "the import RemotionBucketName", "RenderApi.template.json"},
			{"sam", []string{"--template", iacFixtures + "sam/" + variant + ".yaml", "--function", "RenderFunction"}, "parameter RemotionBucket", variant + ".yaml"},
			{"fargate", []string{"--template", iacFixtures + "fargate/" + variant + ".yaml", "--task-definition", "render-worker"}, "the dynamic reference resolve:ssm:/remotion/bucket", variant + ".yaml"},
			{"terraform", []string{"--plan", iacFixtures + "terraform/" + variant + ".plan.json", "--instance-profile", `module.worker["blue"].aws_iam_instance_profile.worker`}, "var.buckets", variant + ".plan.json"},
		} {
			t.Run(tt.kind+"/"+variant, func(t *testing.T) {
				r, code := runReport(t, append([]string{"check", "--region", "us-east-1", "--account", "123456789012"}, tt.source...)...)
				if wantCode := map[string]int{"correct": 0}[variant]; variant == "correct" && code != wantCode || variant != "correct" && code != 1 {
					t.Errorf("exit code %d", code)
				}
				// A plan narrows nothing but the buckets.
				expected := want
				if tt.kind == "terraform" {
					expected = documented(want)
				}
				got := verdictsOf(r)
				if tt.kind == "terraform" {
					got = documented(got)
				}
				if variant == "unknown" {
					expected = openStorage(t, r, expected, tt.unknown)
				}
				if diff := cmp.Diff(expected, got); diff != "" {
					t.Error(diff)
				}
				pointsInto(t, r, tt.place)
			})
		}
	}
}

// TestState: the state that Terraform writes after the apply tells what its plan
// told before.
func TestState(t *testing.T) {
	var reports []*audit.Report
	for _, file := range []string{"correct.plan.json", "correct.state.json"} {
		r, code := runReport(t, "check", "--region", "us-east-1", "--account", "123456789012", "--plan", iacFixtures+"terraform/"+file, "--instance-profile", `module.worker["blue"].aws_iam_instance_profile.worker`)
		if code != 0 {
			t.Errorf("%s: exit code %d", file, code)
		}
		reports = append(reports, r)
	}
	if diff := cmp.Diff(documented(verdictsOf(reports[0])), documented(verdictsOf(reports[1]))); diff != "" {
		t.Error(diff)
	}
}

// documented drops what tells how wide a pass is.
func documented(list []verdictOf) []verdictOf {
	out := make([]verdictOf, len(list))
	for i, v := range list {
		v.Scope = ""
		out[i] = v
	}
	return out
}

// openStorage is what the verdicts become where the bucket is not known.
func openStorage(t *testing.T, r *audit.Report, list []verdictOf, name string) []verdictOf {
	t.Helper()
	out := make([]verdictOf, len(list))
	for i, v := range list {
		if v.Resource == "arn:aws:s3:::remotionlambda-*" {
			v.Status, v.Scope = "unknown", ""
			if reason := r.Sections[0].Findings[i].Reason; !strings.Contains(reason, name) {
				t.Errorf("%s is unknown because it %q, which does not name %s", v.Action, reason, name)
			}
		}
		out[i] = v
	}
	return out
}

// pointsInto: the role and every statement of its policies stand in the file.
func pointsInto(t *testing.T, r *audit.Report, file string) {
	t.Helper()
	s := r.Sections[0]
	if s.Location == nil || !strings.HasSuffix(s.Location.File, file) || s.Location.Line == 0 {
		t.Errorf("the role stands at %+v", s.Location)
	}
	found := false
	for _, f := range s.Findings {
		for _, ref := range f.Statements {
			if strings.HasPrefix(ref.Policy, "AWSLambda") || strings.HasPrefix(ref.Policy, "AWSXray") {
				continue
			}
			found = true
			if !strings.HasSuffix(ref.File, file) || ref.Start.IsZero() {
				t.Errorf("%s is granted by a statement at %s:%s", f.Action, ref.File, ref.Start)
			}
		}
	}
	if !found {
		t.Error("no statement is told")
	}
}

// TestRegions: a template that depends on AWS::Region is checked for each
// region, and one that does not once.
func TestRegions(t *testing.T) {
	for file, want := range map[string]int{"sam/correct.yaml": 2, "sam/old.yaml": 1} {
		r, _ := runReport(t, "check", "--template", iacFixtures+file, "--function", "RenderFunction", "--region", "us-east-1,eu-west-1", "--account", "123456789012")
		if len(r.Sections) != want {
			t.Errorf("%s: %d sections, want %d", file, len(r.Sections), want)
		}
		for _, s := range r.Sections {
			if len(s.Regions) != 2/want {
				t.Errorf("%s: regions %v", file, s.Regions)
			}
		}
		if ok := file == "sam/correct.yaml"; r.OK != ok {
			t.Errorf("%s: ok is %v", file, r.OK)
		}
	}
}

// TestSynthesize makes the CDK fixture with the real library, where node and
// the library are installed: CDK_NODE_MODULES names the folder that holds
// aws-cdk-lib.
func TestSynthesize(t *testing.T) {
	modules := os.Getenv("CDK_NODE_MODULES")
	if _, err := exec.LookPath("node"); err != nil || modules == "" {
		t.Skip("needs node and aws-cdk-lib: npm install aws-cdk-lib constructs, and name the folder in CDK_NODE_MODULES")
	}
	app, err := filepath.Abs(iacFixtures + "cdk/app.js")
	if err != nil {
		t.Fatal(err)
	}
	for variant, wantCode := range map[string]int{"correct": 0, "old": 1, "unknown": 1} {
		out := t.TempDir()
		cmd := exec.CommandContext(t.Context(), "node", app)
		cmd.Env = append(os.Environ(), "NODE_PATH="+modules, "VARIANT="+variant, "CDK_OUTDIR="+out)
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		args := []string{"check", "--region", "us-east-1", "--account", "123456789012", "--function", "RenderApi/RenderHandler", "--template"}
		real, code := runReport(t, append(args, out)...)
		kept, _ := runReport(t, append(args, iacFixtures+"cdk/"+variant)...)
		if code != wantCode {
			t.Errorf("%s: exit code %d", variant, code)
		}
		if diff := cmp.Diff(verdictsOf(kept), verdictsOf(real)); diff != "" {
			t.Errorf("%s: the fixture differs: %s", variant, diff)
		}
	}
}

// TestTerraformFormat: the fixture is what terraform would write.
func TestTerraformFormat(t *testing.T) {
	if _, err := exec.LookPath("terraform"); err != nil {
		t.Skip("terraform is not installed")
	}
	if out, err := exec.CommandContext(t.Context(), "terraform", "fmt", "-check", "-diff", "-recursive", iacFixtures+"terraform").CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// TestTerraformValidate: the fixture is a configuration that terraform takes. It
// needs the AWS provider, which terraform fetches from the network only where
// REMOTION_DOCTOR_TERRAFORM asks for it.
func TestTerraformValidate(t *testing.T) {
	if os.Getenv("REMOTION_DOCTOR_TERRAFORM") == "" {
		t.Skip("REMOTION_DOCTOR_TERRAFORM=1 lets terraform fetch the AWS provider")
	}
	if _, err := exec.LookPath("terraform"); err != nil {
		t.Skip("terraform is not installed")
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(iacFixtures+"terraform")); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) ([]byte, error) {
		cmd := exec.CommandContext(t.Context(), "terraform", args...)
		cmd.Dir = dir
		return cmd.CombinedOutput()
	}
	if out, err := run("init", "-backend=false", "-input=false", "-no-color"); err != nil {
		t.Skipf("terraform cannot fetch the AWS provider: %s", out)
	}
	if out, err := run("validate", "-no-color"); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// BenchmarkTemplate checks a template from the file to the report.
func BenchmarkTemplate(b *testing.B) {
	for b.Loop() {
		a := &app{stdin: strings.NewReader(""), stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}, getenv: func(string) string { return "" }, now: time.Now}
		root := a.root()
		root.SetArgs([]string{"check", "--template", iacFixtures + "sam/correct.yaml", "--function", "RenderFunction", "--format", "json"})
		if err := root.ExecuteContext(b.Context()); err != nil {
			b.Fatal(fmt.Errorf("%w", err))
		}
	}
}
