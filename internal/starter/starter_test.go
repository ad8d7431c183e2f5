package starter

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"remotion-doctor/checks/remotion"
	"remotion-doctor/internal/config"
)

// TestPlan: whatever a project has, the files that it gets can be read: the
// configuration by its reader, the others as YAML.
func TestPlan(t *testing.T) {
	t.Parallel()
	template := "Resources:\n  R: {Type: AWS::IAM::Role}\n"
	for _, tt := range []struct {
		name  string
		files map[string]string
		o     Options
		paths string
		has   string
	}{
		{"nothing", nil, Options{}, "remotion-doctor.yaml", "# targets:"},
		{"SAM on GitHub", map[string]string{"infra/template.yaml": template, ".github/x": "", "node_modules/p/template.yaml": template}, Options{Targets: []string{"function:VideoApi"}, Regions: []string{"us-east-1"}}, "remotion-doctor.yaml .github/workflows/remotion-doctor.yml", "template: infra/template.yaml\n"},
		{"CDK on GitLab", map[string]string{"cdk.json": "{}", ".gitlab-ci.yml": ""}, Options{}, "remotion-doctor.yaml .gitlab-ci.yml", "npx cdk synth"},
		{"Terraform", map[string]string{"main.tf": "", ".git/HEAD": ""}, Options{Action: "acme/remotion-doctor@v1"}, "remotion-doctor.yaml .github/workflows/remotion-doctor.yml", "uses: acme/remotion-doctor@v1"},
		{"the serverless framework is configured", map[string]string{"serverless.yml": ""}, Options{CI: "none"}, "remotion-doctor.yaml", "template: serverless.template.json"},
		{"its template is given to the action", map[string]string{"serverless.yml": ""}, Options{CI: "github"}, "remotion-doctor.yaml .github/workflows/remotion-doctor.yml", "with: { files: serverless.template.json }"},
		{"Terraform on GitLab", map[string]string{"main.tf": "", ".gitlab-ci.yml": ""}, Options{}, "remotion-doctor.yaml .gitlab-ci.yml", "    - terraform init -input=false\n    - terraform plan"},
		{"the serverless framework", map[string]string{"serverless.yml": ""}, Options{CI: "github"}, "remotion-doctor.yaml .github/workflows/remotion-doctor.yml", "npx serverless package"},
		{"pre-commit", map[string]string{".pre-commit-config.yaml": "", "a.template.json": `{"Resources":{"R":{"Type":"AWS::IAM::Role"}}}`}, Options{CI: "none"}, "remotion-doctor.yaml .pre-commit-config.yaml", `files: ^a\.template\.json$`},
		{"names that YAML reads otherwise", nil, Options{Targets: []string{"function:a: #b", "role:it's", "role:- x"}}, "remotion-doctor.yaml", "it''s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			write(t, folder, tt.files)
			found, err := Look(folder, remotion.Pack())
			if err != nil {
				t.Fatal(err)
			}
			var paths []string
			all := ""
			for _, f := range Plan(found, tt.o) {
				paths, all = append(paths, f.Path), all+f.Text
				var v any
				if err := yaml.Unmarshal([]byte(f.Text), &v); err != nil {
					t.Errorf("%s: %v\n%s", f.Path, err, f.Text)
				}
				if f.Path == "remotion-doctor.yaml" {
					checkTargets(t, f.Text, tt.o.Targets)
				}
			}
			if got := strings.Join(paths, " "); got != tt.paths {
				t.Errorf("files %s, want %s", got, tt.paths)
			}
			if !strings.Contains(all, tt.has) {
				t.Errorf("%q is missing:\n%s", tt.has, all)
			}
		})
	}
}

// TestPackages: the workflow installs and calls as the project's lockfile asks.
func TestPackages(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		files map[string]string
		want  []string
	}{
		{nil, []string{"npm install && npx cdk synth --quiet"}},
		{map[string]string{"package-lock.json": "{}"}, []string{"npm ci && npx cdk synth --quiet"}},
		{map[string]string{"yarn.lock": "# yarn lockfile v1\n"}, []string{"corepack enable && yarn install --frozen-lockfile && yarn cdk synth --quiet", "# made by `yarn cdk synth`"}},
		{map[string]string{"yarn.lock": "__metadata:\n  version: 8\n"}, []string{"corepack enable && yarn install --immutable && yarn cdk synth --quiet"}},
		{map[string]string{"yarn.lock": "", ".yarnrc.yml": "nodeLinker: node-modules\n"}, []string{"yarn install --immutable"}},
		{map[string]string{"pnpm-lock.yaml": ""}, []string{"corepack enable && pnpm install --frozen-lockfile && pnpm exec cdk synth --quiet"}},
		{map[string]string{"bun.lock": "{}"}, []string{"      - uses: oven-sh/setup-bun@v2\n      - run: bun install --frozen-lockfile && bunx cdk synth --quiet"}},
		{map[string]string{"bun.lockb": "\x00"}, []string{"bun install --frozen-lockfile && bunx cdk synth --quiet"}},
		{map[string]string{"../pnpm-lock.yaml": ""}, []string{"pnpm exec cdk synth"}},
	} {
		root := t.TempDir()
		write(t, root, map[string]string{".git/HEAD": "", "app/cdk.json": "{}"})
		folder := filepath.Join(root, "app")
		write(t, folder, tt.files)
		found, err := Look(folder, remotion.Pack())
		if err != nil {
			t.Fatal(err)
		}
		all := ""
		for _, f := range Plan(found, Options{CI: "github"}) {
			all += f.Text
		}
		for _, want := range tt.want {
			if !strings.Contains(all, want) {
				t.Errorf("%v: %q is missing:\n%s", tt.files, want, all)
			}
		}
	}
}

// TestFramework: what serverless.yml says in plain text is in the configuration.
func TestFramework(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		files        map[string]string
		o            Options
		target, line string // lines of the configuration
	}{
		{map[string]string{"serverless.yml": "provider:\n  name: aws\n  region: eu-west-1\nfunctions:\n  render-api:\n    handler: a.b\n"}, Options{}, "targets:\n  - function:RenderDashapiLambdaFunction\n", "\nregion: [eu-west-1]\n"},
		{map[string]string{"serverless.yml": "provider: {region: eu-west-1}\nfunctions: {render: {handler: a.b}}\n"}, Options{Targets: []string{"role:Own"}, Regions: []string{"us-west-2"}}, "targets:\n  - role:Own\n", "\nregion: [us-west-2]\n"},
		{map[string]string{"serverless.yml": "provider: {region: \"${opt:region, 'us-east-1'}\"}\nfunctions: {a: {handler: a.b}, b: {handler: a.b}}\n"}, Options{}, "# targets:\n", "\n# region: [us-east-1]\n"},
		{map[string]string{"serverless.yml": "provider: aws\nfunctions: ${file(functions.yml)}\n"}, Options{}, "# targets:\n", "\n# region: [us-east-1]\n"},
		{map[string]string{"serverless.yml": "provider: [\n"}, Options{}, "# targets:\n", "\n# region: [us-east-1]\n"},
		{map[string]string{"serverless.yml": "provider: {region: eu-west-1}\nfunctions: {render: {handler: a.b}}\n", "cdk.json": "{}"}, Options{}, "# targets:\n", "\n# region: [us-east-1]\n"},
	} {
		folder := t.TempDir()
		write(t, folder, tt.files)
		found, err := Look(folder, remotion.Pack())
		if err != nil {
			t.Fatal(err)
		}
		text := Plan(found, tt.o)[0].Text
		if !strings.Contains(text, tt.target) || !strings.Contains(text, tt.line) {
			t.Errorf("%v: %q or %q is missing:\n%s", tt.files, tt.target, tt.line, text)
		}
	}
}

// TestCheckout: README.md and a workflow of init begin with the same action.
func TestCheckout(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil || !strings.Contains(string(data), "- uses: "+checkout+"\n") {
		t.Errorf("README.md has another version than %s (%v)", checkout, err)
	}
}

// write writes files below a folder.
func write(t *testing.T, folder string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func checkTargets(t *testing.T, text string, want []string) {
	t.Helper()
	c, err := config.Parse("remotion-doctor.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	settings, err := c.For("")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range settings {
		if s.Key.Name == "targets" {
			got = s.Values
		}
	}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("targets %q, want %q", got, want)
	}
}

// TestWrite: a file that exists is not touched.
func TestWrite(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "remotion-doctor.yaml"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	files := []File{{Path: "remotion-doctor.yaml", Text: "new"}, {Path: "a/b.yml", Text: "b", Then: "look"}}
	for _, dry := range []bool{true, false, false} {
		var out strings.Builder
		if err := Write(t.Context(), &out, folder, files, dry); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(folder, "remotion-doctor.yaml"))
		if err != nil || string(data) != "mine" {
			t.Errorf("%q, %v", data, err)
		}
		if _, err := os.Stat(filepath.Join(folder, "a/b.yml")); (err != nil) != dry {
			t.Errorf("dry %v: %v\n%s", dry, err, out.String())
		}
	}
}
