package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// TestAction runs the script of the GitHub Action in a repository: it checks
// the templates that changed, hands on the exit code, and no name of a file is
// taken for a flag.
func TestAction(t *testing.T) {
	for _, tool := range []string{"git", "bash"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	script, err := filepath.Abs("../../.github/action/check.sh")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	run := func(env []string, name string, args ...string) string {
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), append(env, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %v: %v: %s", name, args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	// The stand-in tells what it was called with.
	write("doctor", "#!/bin/bash\nprintf '[%s]' \"$@\"\necho x >findings.sarif\nexit 1\n", 0o755)
	write("infra/template.yaml", "a: 1\n", 0o644)
	write("other.yaml", "a: 1\n", 0o644)
	run(nil, "git", "init", "-q")
	run(nil, "git", "add", "infra", "other.yaml")
	run(nil, "git", "commit", "-qm", "first")
	base := run(nil, "git", "rev-parse", "HEAD")
	check := func(env ...string) string {
		return run(append([]string{"DOCTOR=" + filepath.Join(dir, "doctor"), "PATTERNS=:(glob)**/template.yaml\n:(glob)**/*.template.yaml", "FILES=", "SARIF=findings.sarif", "GITHUB_OUTPUT="}, env...), "bash", script)
	}
	if out := check("BASE=" + base); !strings.Contains(out, "no template or plan has changed") || !strings.Contains(out, "exit-code=0") {
		t.Errorf("without a change: %s", out)
	}
	write("-x $(id).template.yaml", "a: 1\n", 0o644)
	write("other.yaml", "a: 2\n", 0o644)
	run(nil, "git", "add", "-A", "--", "other.yaml", "./-x $(id).template.yaml")
	run(nil, "git", "commit", "-qm", "second")
	out := check("BASE="+base, "ARGS=--function Api --region us-east-1")
	if !strings.Contains(out, "[check][--output][sarif=findings.sarif][--function][Api][--region][us-east-1][--][-x $(id).template.yaml]") {
		t.Errorf("called with %s", out)
	}
	if !strings.Contains(out, "exit-code=1") || !strings.Contains(out, "sarif=findings.sarif") {
		t.Errorf("outputs %s", out)
	}
	// A base that is not there makes every template count.
	if out := check("BASE=0000000000000000000000000000000000000000"); !strings.Contains(out, "[-x $(id).template.yaml][infra/template.yaml]") {
		t.Errorf("called with %s", out)
	}
	if out := check("FILES=a b.yaml\nc.yaml\n"); !strings.Contains(out, "[--][a b.yaml][c.yaml]") {
		t.Errorf("called with %s", out)
	}
}

// TestHooks: the action and the hook are YAML that names the command as it is.
func TestHooks(t *testing.T) {
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
