package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// An actionRun is the script of the GitHub Action in a repository of its own.
type actionRun struct {
	t         *testing.T
	dir       string
	env       []string
	log       string // what the last run printed
	outputs   string // and wrote as outputs
	summary   string
	exit      int
	reportDir string
}

func newActionRun(t *testing.T) *actionRun {
	t.Helper()
	for _, tool := range []string{"git", "bash"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	// A result is cached by the files that the test itself reads.
	scripts, err := filepath.Glob("../../.github/action/*.sh")
	if err != nil || len(scripts) == 0 {
		t.Fatal(err, "no scripts")
	}
	for _, script := range scripts {
		if _, err := os.ReadFile(script); err != nil {
			t.Fatal(err)
		}
	}
	doctor, err := exec.LookPath("remotion-doctor") // testscript.Main makes it
	if err != nil {
		t.Fatal(err)
	}
	a := &actionRun{t: t, dir: t.TempDir(), reportDir: t.TempDir()}
	a.env = []string{
		"DOCTOR=" + doctor, "PATTERNS=:(glob)**/template.yaml\n:(glob)**/*.template.json", "FILES=", "BASE=", "ARGS=--function Api --region us-east-1",
		"SARIF=findings.sarif", "UPLOAD=true", "RUNNER_TEMP=" + a.reportDir, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_CEILING_DIRECTORIES=" + filepath.Dir(a.dir), "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com",
		"GITHUB_OUTPUT=" + filepath.Join(a.reportDir, "output"), "GITHUB_STEP_SUMMARY=" + filepath.Join(a.reportDir, "summary"),
	}
	return a
}

func (a *actionRun) write(name, text string) {
	a.t.Helper()
	path := filepath.Join(a.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		a.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		a.t.Fatal(err)
	}
}

func (a *actionRun) git(args ...string) string {
	a.t.Helper()
	cmd := exec.CommandContext(a.t.Context(), "git", args...)
	cmd.Dir, cmd.Env = a.dir, append(os.Environ(), a.env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		a.t.Fatalf("git %v: %v: %s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// commit commits files and returns the commit.
func (a *actionRun) commit(files ...string) string {
	a.t.Helper()
	if _, err := os.Stat(filepath.Join(a.dir, ".git")); err != nil {
		a.git("init", "-q")
	}
	a.git(append([]string{"add", "-f", "--"}, files...)...)
	a.git("commit", "-qm", "change")
	return a.git("rev-parse", "HEAD")
}

// run runs the script with some variables set differently.
func (a *actionRun) run(env ...string) {
	a.t.Helper()
	for _, name := range []string{"output", "summary"} {
		if err := os.WriteFile(filepath.Join(a.reportDir, name), nil, 0o600); err != nil {
			a.t.Fatal(err)
		}
	}
	script, err := filepath.Abs("../../.github/action/check.sh")
	if err != nil {
		a.t.Fatal(err)
	}
	cmd := exec.CommandContext(a.t.Context(), "bash", script)
	cmd.Dir, cmd.Env = a.dir, append(os.Environ(), append(a.env, env...)...)
	out, _ := cmd.CombinedOutput()
	a.log, a.exit = string(out), cmd.ProcessState.ExitCode()
	a.outputs, a.summary = a.file(filepath.Join(a.reportDir, "output")), a.file(filepath.Join(a.reportDir, "summary"))
}

func (a *actionRun) file(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		a.t.Fatal(err)
	}
	return string(data)
}

// wants fails where the last run did not end with an exit code, or did not print
// all of some texts, or printed one that begins with "not ".
func (a *actionRun) wants(code string, texts ...string) {
	a.t.Helper()
	if !strings.Contains("\n"+a.outputs, "\nexit-code="+code+"\n") {
		a.t.Errorf("the outputs are %q, want exit code %s\n%s", a.outputs, code, a.log)
	}
	for _, text := range texts {
		text, absent := strings.CutPrefix(text, "not ")
		if strings.Contains(a.log, text) == absent {
			a.t.Errorf("prints %q: %v, in\n%s", text, !absent, a.log)
		}
	}
}

// template is a template with one function, whose role may do some action.
func template(function, action string) string {
	return strings.NewReplacer("FUNCTION", function, "ACTION", action).Replace(`Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
      Policies: [{PolicyName: p, PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "ACTION", Resource: "*"}]}}]
  FUNCTION:
    Type: AWS::Lambda::Function
    Properties: {Handler: i.h, Runtime: nodejs22.x, Role: !GetAtt Role.Arn, Code: {ZipFile: x}}
`)
}

func TestActionFindsTheChange(t *testing.T) {
	t.Parallel()
	a := newActionRun(t)
	a.write("infra/template.yaml", template("Api", "*"))
	a.write("other.yaml", "a: 1\n")
	base := a.commit("infra", "other.yaml")
	a.run("BASE=" + base)
	a.wants("0", "no template or plan has changed")

	const odd = "-x $(id) ::error::.template.json"
	a.write(odd, `{"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {}}, "Api": {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Fn::GetAtt": ["Role", "Arn"]}}}}}`)
	a.write("other.yaml", "a: 2\n")
	a.commit(odd, "other.yaml")
	a.run("BASE=" + base)
	a.wants("1", "checking "+odd, "not checking infra/template.yaml", "✗ Api")
	if !strings.Contains(a.outputs, "sarif=findings.sarif") || !strings.Contains(a.outputs, "annotations=") {
		t.Errorf("the outputs are %q", a.outputs)
	}
	if !strings.HasPrefix(a.summary, "## ✗ remotion-doctor") {
		t.Errorf("the summary is %q", a.summary)
	}
	// What strangers named is printed between stop and go, and no word of it is a command.
	if !regexp.MustCompile(`(?s)::stop-commands::([0-9a-f]{32})\nchecking -x.*\n::`).MatchString(a.log) {
		t.Errorf("commands are not stopped:\n%s", a.log)
	}

	// A base that is not there, or none, makes every template count.
	for _, none := range []string{"", "0000000000000000000000000000000000000000", "1111111111111111111111111111111111111111"} {
		a.run("BASE=" + none)
		a.wants("1", "checking "+odd, "checking infra/template.yaml")
	}
	a.run("FILES=infra/template.yaml\r\n\n", "ARGS=--function Api\n--region us-east-1\n--deny-excess")
	a.wants("1", "not checking "+odd, "25 grants beyond the need")
	a.run("FILES=infra/template.yaml")
	a.wants("0", "✓")
}

// TestActionFails: what git cannot tell, and arguments that cannot be read, are
// failures, and no old report stands in for a new one.
func TestActionFails(t *testing.T) {
	t.Parallel()
	a := newActionRun(t)
	a.write("template.yaml", template("Api", "*"))
	a.write("findings.sarif", "old")
	a.run()
	a.wants("3", "::error title=remotion-doctor::git cannot tell what changed", "not no template")
	if _, err := os.Stat(filepath.Join(a.dir, "findings.sarif")); err == nil || a.exit != 3 || strings.Contains(a.outputs, "sarif=") {
		t.Errorf("exit %d, outputs %q, old report %v", a.exit, a.outputs, err)
	}
	a.commit("template.yaml")
	a.run("PATTERNS=:(nonsense)**/template.yaml")
	a.wants("3", "git cannot tell what changed")
	a.run(`ARGS=--function "Api`)
	a.wants("2", "a quote in args is not closed")
	a.write("findings.sarif/keep", "a folder")
	a.run()
	a.wants("3", "cannot be removed")
	a.run("SARIF=report.sarif", "FILES=missing.yaml")
	a.wants("2", "missing.yaml")
}

// TestActionArguments: words are split as a shell does, and nothing is expanded.
func TestActionArguments(t *testing.T) {
	t.Parallel()
	a := newActionRun(t)
	a.write("doctor", "#!/bin/bash\nprintf '[%s]' \"$@\"\n")
	a.write("template.yaml", "a: 1\n")
	for args, want := range map[string]string{
		"":                                      "",
		" \n\t ":                                "",
		"--function A\n--region us-east-1":      "[--function][A][--region][us-east-1]",
		`--parameter "Name=my videos"`:          "[--parameter][Name=my videos]",
		`--parameter Name='my "own" videos'`:    `[--parameter][Name=my "own" videos]`,
		`a"b c"d "" ''`:                         "[ab cd][][]",
		`"a\"b\\c\d" a\ b 'c\d'`:                `[a"b\c\d][a b][c\d]`,
		"--a \\\n  --b":                         "[--a][--b]",
		"$HOME `id` $(id) * ~ ; & | > x # note": "[$HOME][`id`][$(id)][*][~][;][&][|][>][x][#][note]",
		"\"two\nlines\"\r\nx":                   "[two\nlines][x]",
		"--parameter Titel=größer":              "[--parameter][Titel=größer]",
	} {
		a.run("DOCTOR="+filepath.Join(a.dir, "doctor"), "FILES=template.yaml", "ARGS="+args)
		a.wants("0", "[check][--output][sarif=findings.sarif]", "/annotations]"+want+"[--][template.yaml]")
	}
}

// TestActionSkips: a function that a changed template does not have is skipped with
// a word, unless the template was named.
func TestActionSkips(t *testing.T) {
	t.Parallel()
	a := newActionRun(t)
	a.write("a/template.yaml", template("Api", "*"))
	a.write("b/template.yaml", template("Site", "*"))
	base := a.commit("a", "b")
	a.write("b/template.yaml", template("Site", "s3:*"))
	a.commit("b")
	a.run("BASE=" + base)
	a.wants("0", `skipped: no Lambda function "Api"`)
	if strings.Contains(a.outputs, "sarif=") {
		t.Errorf("there is a report of nothing: %q", a.outputs)
	}
	a.run("BASE="+base, "ARGS=--function Api --function Site --region us-east-1")
	a.wants("1", `skipped: no Lambda function "Api"`, "✗ Site")
	a.run("FILES=b/template.yaml")
	a.wants("3", `no Lambda function "Api"`, "not skipped")
	a.run()
	a.wants("0", "✓ Api", "not skipped")
}

// TestActionBuilt: what the CDK and Terraform built in this job is checked, and a
// change of their sources without it is no pass.
func TestActionBuilt(t *testing.T) {
	t.Parallel()
	const plan = `{"format_version":"1.2","terraform_version":"1.9.0","planned_values":{"root_module":{}},"configuration":{}}`
	const manifest = `{"version":"36.0.0","artifacts":{"S":{"type":"aws:cloudformation:stack","environment":"aws://unknown-account/unknown-region","properties":{"templateFile":"S.template.json"}}}}`
	const stack = `{"Resources":{"Role":{"Type":"AWS::IAM::Role","Properties":{"AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}}},"Api":{"Type":"AWS::Lambda::Function","Properties":{"Role":{"Fn::GetAtt":["Role","Arn"]}}}}}`
	tests := []struct {
		name    string
		sources []string // changed
		built   map[string]string
		code    string
		texts   []string
	}{
		{"cdk", []string{"cdk/cdk.json", "cdk/lib/stack.ts"}, nil, "3", []string{"::error title=remotion-doctor::cdk/cdk.json changed, and cdk.out was not built: run `npx cdk synth` in cdk"}},
		{"cdk at the root", []string{"cdk.json", "bin/app.ts"}, nil, "3", []string{"run `npx cdk synth` in ."}},
		{"synthesized", []string{"cdk.json", "bin/app.ts"}, map[string]string{"cdk.out/manifest.json": manifest, "cdk.out/S.template.json": stack}, "1", []string{"checking cdk.out\n", "✗ Api", "not synth`"}},
		{"synthesized below", []string{"cdk/cdk.json", "cdk/a.py"}, map[string]string{"cdk/cdk.out/manifest.json": manifest, "cdk/cdk.out/S.template.json": stack}, "1", []string{"checking cdk/cdk.out\n"}},
		{"terraform", []string{"infra/main.tf"}, nil, "3", []string{"infra/main.tf changed, and there is no plan to check: run `terraform plan", "in infra before"}},
		{"planned", []string{"infra/main.tf"}, map[string]string{"infra/plan.json": plan}, "0", []string{"checking infra/plan.json", "skipped: no Lambda function", "not terraform plan"}},
		{"planned under another name", []string{"main.tf"}, map[string]string{"prod.plan.json": plan}, "0", []string{"checking prod.plan.json"}},
		{"no plan of Terraform", []string{"main.tf"}, map[string]string{"plan.json": "{}"}, "3", []string{"skipped: plan.json is not a plan", "terraform plan"}},
		{"cdk next to other code", []string{"cdk.json", "src/page.ts", "infra/stack.ts"}, nil, "3", []string{"run `npx cdk synth`"}},
		{"other code", []string{"src/page.ts"}, nil, "0", []string{"no template or plan has changed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := newActionRun(t)
			a.write("README.md", "x\n")
			base := a.commit("README.md")
			for _, name := range tt.sources {
				a.write(name, "x\n")
			}
			a.commit(tt.sources...)
			for name, text := range tt.built {
				a.write(name, text)
			}
			a.run("BASE=" + base)
			a.wants(tt.code, tt.texts...)
			if tt.code == "3" {
				a.run("BASE="+base, "UNBUILT=warn")
				a.wants("0", "::warning title=remotion-doctor::")
			}
		})
	}
}

// TestActionBuiltAgain: an output that git knows counts where the job wrote it anew,
// and not where it is as old as the change.
func TestActionBuiltAgain(t *testing.T) {
	t.Parallel()
	const plan = `{"format_version":"1.2","terraform_version":"1.9.0","planned_values":{"root_module":{}}}`
	a := newActionRun(t)
	a.write("plan.json", plan)
	a.write("main.tf", "a\n")
	base := a.commit("plan.json", "main.tf")
	a.write("main.tf", "b\n")
	a.commit("main.tf")
	a.run("BASE=" + base)
	a.wants("3", "terraform plan", "not checking plan.json")
	a.write("plan.json", plan+"\n")
	a.run("BASE=" + base)
	a.wants("0", "checking plan.json", "not terraform plan -out")
	a.git("rm", "-qf", "main.tf", "plan.json")
	a.git("commit", "-qm", "gone")
	a.run("BASE=" + base)
	a.wants("0", "no template or plan has changed")
}

// TestActionAnnotates: where nothing is uploaded the findings become annotations.
func TestActionAnnotates(t *testing.T) {
	t.Parallel()
	a := newActionRun(t)
	a.write("template.yaml", template("Api", "s3:*"))
	a.commit("template.yaml")
	a.run("UPLOAD=false")
	a.wants("1", "\n::error file=template.yaml,line=2,col=3,title=remotion-doctor%3A Api · Lambda function::")
	if strings.Contains(a.outputs, "annotations=") {
		t.Errorf("the outputs are %q", a.outputs)
	}
}

// TestActionPins: every action that a workflow or the action itself uses is pinned
// by its commit, and every workflow says which permissions it has.
func TestActionPins(t *testing.T) {
	t.Parallel()
	workflows, err := filepath.Glob("../../.github/workflows/*.yml")
	if err != nil || len(workflows) == 0 {
		t.Fatal(err, "no workflows")
	}
	pinned := regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	for _, path := range append(workflows, "../../action.yml") {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			if _, action, ok := strings.Cut(line, "uses: "); ok && !pinned.MatchString(strings.TrimSpace(action)) {
				t.Errorf("%s: %s is not pinned by a commit, with its version behind", path, strings.TrimSpace(action))
			}
		}
		var v map[string]any
		if err := yaml.Unmarshal(data, &v); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if _, ok := v["permissions"]; !ok && !strings.HasSuffix(path, "action.yml") {
			t.Errorf("%s has no permissions", path)
		}
	}
}

// TestHooks: the action and the hook are YAML that names the command as it is.
func TestHooks(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{"action.yml": "check.sh", ".pre-commit-hooks.yaml": "remotion-doctor check"} {
		data, err := os.ReadFile(filepath.Join("../..", file))
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := yaml.Unmarshal(data, &v); err != nil || !strings.Contains(string(data), want) {
			t.Errorf("%s: %v", file, err)
		}
	}
}
