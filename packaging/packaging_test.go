// Package packaging holds the tests of what makes releases.
package packaging

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func bash(t *testing.T, args ...string) (string, error) {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("bash is not installed")
	}
	out, err := exec.CommandContext(t.Context(), "bash", args...).CombinedOutput()
	return string(out), err
}

// TestFormula: every archive that the formula names has its checksum, and one that
// is missing is an error.
func TestFormula(t *testing.T) {
	t.Parallel()
	sums := filepath.Join(t.TempDir(), "checksums.txt")
	var lines []string
	for i, platform := range []string{"darwin_arm64", "darwin_amd64", "linux_arm64", "linux_amd64"} {
		lines = append(lines, strings.Repeat(string(rune('a'+i)), 64)+"  remotion-doctor_1.2.3_"+platform+".tar.gz\n")
	}
	write := func(lines []string) {
		t.Helper()
		if err := os.WriteFile(sums, []byte(strings.Join(lines, "")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(lines)
	out, err := bash(t, "homebrew/formula", "1.2.3", sums)
	if err != nil || strings.Contains(out, "@") {
		t.Fatalf("%v: %s", err, out)
	}
	for _, line := range lines {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		if !regexp.MustCompile(`/v1\.2\.3/` + regexp.QuoteMeta(name) + `"\s+sha256 "` + sum + `"`).MatchString(out) {
			t.Errorf("%s has not its checksum: %s", name, out)
		}
	}
	write(lines[1:])
	if out, err := bash(t, "homebrew/formula", "1.2.3", sums); err == nil || !strings.Contains(out, "no checksum of") {
		t.Errorf("without a checksum: %v: %s", err, out)
	}
}

// TestContext: what the Containerfile copies is in the folder that it is built from.
func TestContext(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/etc/ssl/certs/ca-certificates.crt"); err != nil && os.Getenv("SSL_CERT_FILE") == "" {
		t.Skip("there are no certificates")
	}
	dir := t.TempDir()
	program, out := filepath.Join(dir, "program"), filepath.Join(dir, "context")
	if err := os.WriteFile(program, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if log, err := bash(t, "container/context", out, "linux/amd64="+program, "linux/arm64="+program); err != nil {
		t.Fatalf("%v: %s", err, log)
	}
	file, err := os.ReadFile(filepath.Join(out, "Containerfile"))
	if err != nil {
		t.Fatal(err)
	}
	copied := 0
	for line := range strings.Lines(string(file)) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] != "COPY" {
			continue
		}
		for _, from := range words[1 : len(words)-1] {
			for _, platform := range []string{"linux/amd64", "linux/arm64"} {
				if _, err := os.Stat(filepath.Join(out, strings.ReplaceAll(from, "${TARGETPLATFORM}", platform))); err != nil {
					t.Error(err)
				}
			}
			copied++
		}
	}
	if copied != 5 {
		t.Errorf("%d files are copied", copied)
	}
}

// TestNames: the scripts read the names as shell variables, and the workflow as
// lines KEY=VALUE; nothing else may stand in the file.
func TestNames(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("names.env")
	if err != nil {
		t.Fatal(err)
	}
	variable := regexp.MustCompile(`^([A-Z_]+)=([\w./-]*|"[^"$\x60\\]*")$`)
	found := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		m := variable.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("%q is no variable", line)
		}
		found[m[1]] = true
	}
	for _, name := range []string{"GITHUB_OWNER", "GITHUB_REPO", "NPM_NAME", "NPM_PUBLISH", "IMAGE", "MAINTAINER"} {
		if !found[name] {
			t.Errorf("%s is missing", name)
		}
	}
}
