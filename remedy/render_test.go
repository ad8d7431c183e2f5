package remedy

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// hostile is a change whose names and text try to leave their quotes.
func hostile(t *testing.T) []*Change {
	t.Helper()
	doc := &policy.Document{Version: policy.Version2012, Statements: []policy.Statement{
		{
			Sid: "Storage", Effect: policy.Allow, Actions: []string{"s3:GetObject", "s3:PutObject"},
			Resources:  []string{"arn:aws:s3:::it's-${aws:username}-\"quoted\"/*", "arn:aws:s3:::%{x}`id`$(id)\\"},
			Conditions: []policy.Condition{{Operator: "Bool", Key: "aws:SecureTransport", Values: []string{"true"}}, {Operator: "StringLike", Key: "aws:RequestTag/a b", Values: []string{"yes", "*"}}},
		},
		{Effect: policy.Deny, Actions: []string{"iam:*"}, NotAction: true, Resources: []string{"*"}},
	}}
	return []*Change{
		{Kind: "role", Name: "it's-a role", ARN: "arn:aws:iam::123456789012:role/it's-a role", Steps: []Step{
			{Kind: PutInline, Policy: iam.InlinePolicy("arn:aws:iam::123456789012:role/it's-a role", DefaultName), After: doc},
			{Kind: PutInline, Policy: iam.InlinePolicy("arn:aws:iam::123456789012:role/it's-a role", "there-already"), Before: "{}", After: doc},
			{Kind: CreateManaged, Policy: iam.ManagedPolicy("arn:aws:iam::123456789012:policy/managed"), After: doc},
			{Kind: NewVersion, Policy: iam.ManagedPolicy("arn:aws:iam::123456789012:policy/team/versioned"), Before: "{}", After: doc},
			{Kind: DeleteInline, Policy: iam.InlinePolicy("arn:aws:iam::123456789012:role/it's-a role", "old")},
			{Kind: Detach, Policy: iam.ManagedPolicy("arn:aws:iam::aws:policy/Admin")},
		}},
		{Kind: "user", Name: "42", ARN: "arn:aws:iam::123456789012:user/42", Steps: []Step{{Kind: PutInline, Policy: iam.InlinePolicy("arn:aws:iam::123456789012:user/42", DefaultName), After: doc}}},
	}
}

func rendered(t *testing.T, form Form, changes []*Change) string {
	t.Helper()
	var b strings.Builder
	if err := Render(&b, form, changes); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestForms holds every form to a golden file.
func TestForms(t *testing.T) {
	extensions := map[Form]string{FormJSON: "json", FormCLI: "sh", FormTerraform: "tf", FormCloudFormation: "yaml", FormCDK: "ts", FormSAM: "yaml", FormServerless: "yaml", FormSST: "ts", FormPulumi: "ts"}
	for _, form := range Forms {
		got, path := rendered(t, form, hostile(t)), filepath.Join("testdata", "forms", string(form)+"."+extensions[form])
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs from %s; run with -update and look at the difference", form, path)
		}
	}
}

// TestShell: a POSIX shell reads the arguments as they are meant.
func TestShell(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell")
	}
	// "aws" prints its last argument, the document.
	script := "aws() { for last; do :; done; printf '%s\\n' \"$last\"; }\n" + rendered(t, FormCLI, hostile(t)[:1])
	out, err := exec.Command(sh, "-c", script).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	lines := strings.Split(string(out), "\n")
	if want := compact(hostile(t)[0].Steps[0].After); lines[0] != want {
		t.Errorf("got %s, want %s", lines[0], want)
	}
	if len(lines) < 2 || strings.Contains(string(out), "uid=") {
		t.Errorf("got %s", out)
	}
}

// TestYAML: the template reads back as the documents.
func TestYAML(t *testing.T) {
	var template struct {
		Resources map[string]struct {
			Type       string         `yaml:"Type"`
			Properties map[string]any `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal([]byte(rendered(t, FormCloudFormation, hostile(t))), &template); err != nil {
		t.Fatal(err)
	}
	if len(template.Resources) != 5 {
		t.Errorf("%d resources", len(template.Resources))
	}
	for name, r := range template.Resources {
		text, err := json.Marshal(r.Properties["PolicyDocument"])
		if err != nil {
			t.Fatal(err)
		}
		doc, err := policy.Parse(string(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, want := compact(doc), compact(hostile(t)[0].Steps[0].After); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestTerraformFormat(t *testing.T) {
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip("terraform is not installed")
	}
	path := filepath.Join(t.TempDir(), "main.tf")
	if err := os.WriteFile(path, []byte(rendered(t, FormTerraform, hostile(t))), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(terraform, "fmt", "-check", "-diff", path).CombinedOutput(); err != nil {
		t.Errorf("terraform fmt: %v: %s", err, out)
	}
}

func TestCloudFormationLint(t *testing.T) {
	lint, err := exec.LookPath("cfn-lint")
	if err != nil {
		t.Skip("cfn-lint is not installed")
	}
	path := filepath.Join(t.TempDir(), "template.yaml")
	changes := hostile(t)
	changes[0].Name = "video-api" // cfn-lint knows what a role may be called
	for _, c := range changes {
		for i := range c.Steps {
			if c.Steps[i].After != nil {
				c.Steps[i].After = &policy.Document{Version: policy.Version2012, Statements: []policy.Statement{
					{Sid: "Storage", Effect: policy.Allow, Actions: []string{"s3:GetObject", "s3:PutObject"}, Resources: []string{"arn:aws:s3:::remotionlambda-*"}},
				}}
			}
		}
	}
	if err := os.WriteFile(path, []byte(rendered(t, FormCloudFormation, changes)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(lint, path).CombinedOutput(); err != nil {
		t.Errorf("cfn-lint: %v: %s", err, out)
	}
}
