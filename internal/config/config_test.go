package config

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"remotion-doctor/audit"
)

var update = flag.Bool("update", false, "write the golden files")

const sample = `targets: [function:video-api, renderer]
region: us-east-1
strict: true
output: [report.html, json=out/report.json, out/a=b.html]
require: [caller, extra.json]
waivers: w.yaml
environments:
  production:
    region: [eu-west-1, us-east-1]
    fail-on: fail
`

func TestParse(t *testing.T) {
	t.Parallel()
	f, err := Parse("infra/remotion-doctor.yaml", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	got := func(environment string) map[string]string {
		t.Helper()
		list, err := f.For(environment)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]string{}
		for _, s := range list {
			out[s.Key.Name] = strings.Join(s.Values, " ") + " @" + s.From()
		}
		return out
	}
	at := " @infra/remotion-doctor.yaml:"
	all := map[string]string{
		"targets": "function:video-api renderer" + at + "1", "region": "us-east-1" + at + "2", "strict": "true" + at + "3",
		"output": "infra/report.html json=infra/out/report.json infra/out/a=b.html" + at + "4", "require": "caller infra/extra.json" + at + "5", "waivers": "infra/w.yaml" + at + "6",
	}
	if d := cmp.Diff(all, got("")); d != "" {
		t.Error(d)
	}
	all["region"], all["fail-on"] = "eu-west-1 us-east-1"+at+"9", "fail"+at+"10"
	if d := cmp.Diff(all, got("production")); d != "" {
		t.Error(d)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"endpoint-url: http://x":                "f.yaml:1:1: endpoint-url cannot be configured",
		"region: us-east-1\nprofile: x":         "f.yaml:2:1: profile cannot be configured",
		"engine: local":                         "engine cannot be configured",
		"environments: {a: {snapshot: x}}":      "f.yaml:1:20: snapshot cannot be configured",
		"regoin: x":                             `there is no setting "regoin"`,
		"region: {a: b}":                        "f.yaml:1:9: region has a value or a list of values",
		"region: [[x]]":                         "region is a list of texts",
		"strict: maybe":                         "strict is true or false",
		"output: ../../.ssh/x":                  "leads out of the folder",
		"output: [json=/etc/x.json]":            "leads out of the folder",
		"bucket: [a, b]":                        "bucket has one value",
		"bucket:":                               "bucket has one value",
		"bucket: a\nbucket: b":                  "bucket",
		"[1, 2]":                                "there are no settings here",
		"environments: [a]":                     "environments are no names with settings",
		"environments: {a: {environments: {}}}": "there is no setting",
		"a: &x [*x]":                            "",
		"a: [":                                  "f.yaml:1:5: did not find expected node content",
		"region: us-east-1\nbucket: 'x\n\n":     "f.yaml:2:11: found unexpected end of stream",
		"a: b: c":                               "f.yaml:1:5: mapping values are not allowed",
		"a: \x01":                               "f.yaml:1:1: control characters",
		"targets: foo":                          `f.yaml:1:10: "foo" is no target`,
		"targets:\n  - renderer\n  - rol:x":     `f.yaml:3:5: "rol:x" is no target`,
		"region: 5":                             `f.yaml:1:9: region "5" is not a Region`,
		"region: [us-east-1, x]":                `f.yaml:1:21: region "x" is not a Region`,
		"fail-on: maybe":                        `f.yaml:1:10: fail-on "maybe" is not one of unknown, partial, fail, never`,
		"format: pdf":                           `f.yaml:1:9: format "pdf" is not one of`,
		"privacy: secret":                       `privacy "secret" is not one of public, private, no-acl`,
		"account: 12":                           `f.yaml:1:10: account "12" is no account id`,
		"parameter: Stage":                      `parameter "Stage" is not of the form NAME=VALUE`,
		"for: rendre":                           "f.yaml:1:6: for: ",
		"feature: nothing":                      `f.yaml:1:10: feature "nothing" is not known`,
		"remotion-version: latest":              "f.yaml:1:19: remotion-version: ",
		"environments: {a: {fail-on: x}}":       "f.yaml:1:29: fail-on",
	} {
		_, err := Parse("f.yaml", []byte(text))
		if _, ok := err.(*audit.Problem); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	for _, text := range []string{"", "# nothing\n", "---\n", "region: us-east-1,eu-west-1", "targets: [renderer, caller, 'renderer:x']", "account: 012345678901", "remotion-version: 4.0.0", "for: [render, progress]", "context: 'aws:SourceVpc=vpc-1'"} {
		if _, err := Parse("f.yaml", []byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestFind: the search ends at the root of the repository, and outside of one in the
// folder itself.
func TestFind(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write := func(path string) {
		t.Helper()
		full := filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"remotion-doctor.yaml", "repo/.git/HEAD", "repo/a/b/x", "repo/a/remotion-doctor.yml", "other/.git/HEAD", "other/c/x", "plain/d/x"} {
		write(path)
	}
	for folder, want := range map[string]string{
		".": "remotion-doctor.yaml", "repo/a/b": "../remotion-doctor.yml", "repo/a": "remotion-doctor.yml", "repo": "", "other/c": "", "plain/d": "",
	} {
		got, err := Find(filepath.Join(root, folder))
		if err != nil || filepath.ToSlash(got) != want {
			t.Errorf("%s: %q, %v, want %q", folder, got, err, want)
		}
	}
}

func TestBase(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, value, want string }{
		{"GITHUB_BASE_REF", "main", "main"},
		{"GITHUB_BASE_REF", "", ""},
		{"SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/release/4.x", "release/4.x"},
		{"CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "--output=/etc/passwd", ""},
		{"GITHUB_BASE_REF", "main:secret", ""},
		{"GITHUB_BASE_REF", "a..b", ""},
	} {
		if got := Base(func(name string) string { return map[string]string{tt.name: tt.value}[name] }); got != tt.want {
			t.Errorf("%s=%s: %q, want %q", tt.name, tt.value, got, tt.want)
		}
	}
}

// TestSchema: the schema takes what the reader takes, and refuses what it refuses.
func TestSchema(t *testing.T) {
	t.Parallel()
	published := filepath.Join("..", "..", "docs", "remotion-doctor.schema.json")
	if *update {
		if err := os.WriteFile(published, []byte(Schema()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have, err := os.ReadFile(published); err != nil || string(have) != Schema() {
		t.Errorf("%s is not current (go test ./internal/config -update): %v", published, err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for text, ok := range map[string]bool{
		sample: true, "": true, "account: 123456789012": true,
		"fail-on: never": true, "fail-on: maybe": false, "privacy: x": false, "format: pdf": false, "endpoint-url: x": false, "strict: maybe": false, "bucket: [a]": false, "environments: {a: {regoin: x}}": false,
	} {
		var value any
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		instance, err := jsonschema.UnmarshalJSON(strings.NewReader(string(data)))
		if err != nil {
			t.Fatal(err)
		}
		_, readErr := Parse("f.yaml", []byte(text))
		if err := schema.Validate(instance); (err == nil) != ok || (readErr == nil) != ok {
			t.Errorf("%q: the schema says %v, the reader %v, want ok %v", text, err, readErr, ok)
		}
	}
}

// FuzzParse: no text makes the reader panic, and every error is a problem with a
// place or a reason.
func FuzzParse(f *testing.F) {
	f.Add(sample)
	f.Add("environments: {a: {region: x}}")
	f.Add("a: &x [*x]")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := Parse("f.yaml", []byte(text))
		if err != nil {
			if p, ok := err.(*audit.Problem); !ok || p.ExitCode != 2 {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		for _, name := range append(file.Environments(), "") {
			if _, err := file.For(name); err != nil && name != "" {
				t.Fatal(err)
			}
		}
	})
}
