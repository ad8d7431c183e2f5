// Package npm holds the test of the npm packages.
package npm

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// npmNames are the names that npm has for Go's.
var npmNames = map[string]string{"windows": "win32", "amd64": "x64"}

func npmName(name string) string {
	if other, ok := npmNames[name]; ok {
		return other
	}
	return name
}

// A project is a folder with the packages installed from their tarballs.
type project struct {
	t        *testing.T
	dir      string
	tarballs string
}

// run runs a command in the project and returns what it printed and its exit code.
func (p project) run(name string, args ...string) (string, int) {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), name, args...)
	cmd.Dir = p.dir
	// The registry that nobody serves proves that nothing is downloaded.
	cmd.Env = append(os.Environ(), "npm_config_cache="+filepath.Join(p.tarballs, "cache"), "npm_config_offline=true",
		"npm_config_registry=http://127.0.0.1:9/", "npm_config_update_notifier=false", "npm_config_audit=false", "npm_config_fund=false")
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		p.t.Fatalf("%s: %v", name, err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// must is run where another exit code than 0 ends the test.
func (p project) must(name string, args ...string) string {
	p.t.Helper()
	out, code := p.run(name, args...)
	if code != 0 {
		p.t.Fatalf("%s %v: exit code %d: %s", name, args, code, out)
	}
	return out
}

// built builds the program as version 1.2.3.
func built(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "program")
	build := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-X main.version=1.2.3", "-o", program, "remotion-doctor/cmd/remotion-doctor")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return program
}

// packed makes the tarballs of version 1.2.3, with program for this machine and a
// text in its place for the other platforms, and an empty project beside them.
func packed(t *testing.T, program func(*testing.T) string) project {
	t.Helper()
	for _, tool := range []string{"node", "npm", "npx"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	p := project{t, t.TempDir(), t.TempDir()}
	other := filepath.Join(p.tarballs, "other")
	if err := os.WriteFile(other, []byte("another system's program"), 0o755); err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("pack.mjs")
	if err != nil {
		t.Fatal(err)
	}
	args := []string{script, "--name", "remotion-doctor", "--version", "1.2.3", "--out", p.tarballs}
	for _, platform := range []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64"} {
		if platform == runtime.GOOS+"/"+runtime.GOARCH {
			args = append(args, platform+"="+program(t))
		} else {
			args = append(args, platform+"="+other)
		}
	}
	p.must("node", args...)
	p.must("npm", "init", "-y")
	return p
}

func (p project) tarball(name string) string {
	return filepath.Join(p.tarballs, name+"-1.2.3.tgz")
}

// TestInstall: the tarballs install into an empty folder, npx starts the program of
// the machine, and its exit code and arguments pass through.
func TestInstall(t *testing.T) {
	t.Parallel()
	p := packed(t, built)
	host := "remotion-doctor-" + npmName(runtime.GOOS) + "-" + npmName(runtime.GOARCH)
	p.must("npm", "install", p.tarball(host), p.tarball("remotion-doctor"))

	if out := p.must("npx", "remotion-doctor", "--version"); !strings.Contains(out, "1.2.3") {
		t.Errorf("the version is %q", out)
	}
	out, code := p.run("npx", "remotion-doctor", "demo")
	if code != 0 || !strings.Contains(out, "video-api") || !strings.Contains(out, "fails") {
		t.Errorf("demo: exit code %d: %s", code, out)
	}
	if out, code := p.run("npx", "remotion-doctor", "check", "--snapshot", "no such file", "--role", "x"); code != 2 || !strings.Contains(out, "no such file") {
		t.Errorf("a snapshot that is none: exit code %d: %s", code, out)
	}
	names, err := os.ReadDir(filepath.Join(p.dir, "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range names {
		if name := e.Name(); strings.HasPrefix(name, "remotion-doctor-") && name != host {
			t.Errorf("%s is installed on %s", name, host)
		}
	}
	for _, name := range []string{"LICENSE", "NOTICE"} {
		if _, err := os.Stat(filepath.Join(p.dir, "node_modules", "remotion-doctor", name)); err != nil {
			t.Error(err)
		}
	}
}

// TestWithoutProgram: where the program is missing, the exit code says that nothing
// was checked.
func TestWithoutProgram(t *testing.T) {
	t.Parallel()
	p := packed(t, func(t *testing.T) string {
		t.Helper()
		name, err := os.Executable() // never started
		if err != nil {
			t.Fatal(err)
		}
		return name
	})
	p.must("npm", "install", "--omit=optional", p.tarball("remotion-doctor"))
	if out, code := p.run("npx", "remotion-doctor", "demo"); code != 3 || !strings.Contains(out, "is not installed") {
		t.Errorf("exit code %d: %s", code, out)
	}
}

// TestRefuses: a version or a platform that npm does not know makes no package.
func TestRefuses(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	p := project{t, t.TempDir(), t.TempDir()}
	script, err := filepath.Abs("pack.mjs")
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"--name", "n", "--version", "latest", "--out", p.dir, "linux/amd64=" + script},
		{"--name", "n", "--version", "1.2.3", "--out", p.dir, "plan9/amd64=" + script},
		{"--name", "n", "--version", "1.2.3", "--out", p.dir},
	} {
		if out, code := p.run("node", append([]string{script}, args...)...); code == 0 {
			t.Errorf("%v: no error: %s", args, out)
		}
	}
	if made, err := filepath.Glob(filepath.Join(p.dir, "*.tgz")); err != nil || len(made) > 0 {
		t.Errorf("made %v, %v", made, err)
	}
}
