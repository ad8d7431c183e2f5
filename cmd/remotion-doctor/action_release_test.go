package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// released serves the release v1.2.3 for Linux on amd64 with a checksums.txt, made
// from its archive by sums, and counts no other file as there.
func released(t *testing.T, sums func(archive []byte) string) string {
	t.Helper()
	const name = "remotion-doctor_1.2.3_linux_amd64"
	var archive bytes.Buffer
	z := gzip.NewWriter(&archive)
	w := tar.NewWriter(z)
	script := "#!/bin/sh\necho released\n"
	if err := w.WriteHeader(&tar.Header{Name: name + "/remotion-doctor", Mode: 0o755, Size: int64(len(script))}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(script)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"/v1.2.3/" + name + ".tar.gz": archive.String(), "/v1.2.3/checksums.txt": sums(archive.Bytes())}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, ok := files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(text))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func goodSum(archive []byte) string {
	return fmt.Sprintf("%s  remotion-doctor_1.2.3_darwin_arm64.tar.gz\n%x  remotion-doctor_1.2.3_linux_amd64.tar.gz\n", strings.Repeat("0", 64), sha256.Sum256(archive))
}

// TestActionRelease: the action runs what was released under its tag if the origin
// is verified; in every other case the output stays empty, and sources are built.
func TestActionRelease(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the programs that the test puts in gh's place are shell scripts")
	}
	for _, tool := range []string{"bash", "curl", "sha256sum"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	script, err := filepath.Abs("../../.github/action/release.sh")
	if err != nil {
		t.Fatal(err)
	}
	badSum := func(archive []byte) string { return goodSum(append(archive, 'x')) }
	noSum := func([]byte) string { return "\n" }
	tests := []struct {
		name, ref, system, gh string
		sums                  func([]byte) string
		log                   string
		downloaded            bool
	}{
		{"a release", "v1.2.3", "Linux", "exit 0", goodSum, "release 1.2.3", true},
		{"a branch", "main", "Linux", "exit 0", goodSum, "the ref main is no release", false},
		{"a commit", strings.Repeat("a", 40), "Linux", "exit 0", goodSum, "is no release", false},
		{"a moving tag", "v1", "Linux", "exit 0", goodSum, "the ref v1 is no release", false},
		{"a ref with a path", "v1.2.3-/../x", "Linux", "exit 0", goodSum, "is no release", false},
		{"no ref", "", "Linux", "exit 0", goodSum, "is no release", false},
		{"no such release", "v1.2.4", "Linux", "exit 0", goodSum, "cannot be downloaded", false},
		{"no such platform", "v1.2.3", "macOS", "exit 0", goodSum, "cannot be downloaded", false},
		{"another system", "v1.2.3", "Plan9", "exit 0", goodSum, "no release for the system Plan9", false},
		{"another archive", "v1.2.3", "Linux", "exit 0", badSum, "the checksum of", false},
		{"no checksum", "v1.2.3", "Linux", "exit 0", noSum, "the checksum of", false},
		{"another origin", "v1.2.3", "Linux", "echo no attestation; exit 1", goodSum, "  no attestation\nbuilt from the sources: the origin of", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			// gh is called as it verifies this repository's own workflow.
			gh := "#!/bin/sh\ncase \"$*\" in \"attestation verify \"*\" --repo acme/doctor --signer-workflow acme/doctor/.github/workflows/release.yml\") ;; *) exit 1;; esac\n" + tt.gh + "\n"
			if err := os.WriteFile(filepath.Join(dir, "gh"), []byte(gh), 0o755); err != nil {
				t.Fatal(err)
			}
			output := filepath.Join(dir, "output")
			cmd := exec.CommandContext(t.Context(), "bash", script)
			cmd.Env = append(os.Environ(), "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"), "GITHUB_OUTPUT="+output, "RUNNER_TEMP="+dir,
				"RUNNER_OS="+tt.system, "RUNNER_ARCH=X64", "REF="+tt.ref, "REPOSITORY=acme/doctor", "RELEASES="+released(t, tt.sums))
			log, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(log), tt.log) {
				t.Errorf("%v: %s", err, log)
			}
			got, err := os.ReadFile(output)
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			program, ok := strings.CutPrefix(strings.TrimSpace(string(got)), "program=")
			if ok != tt.downloaded {
				t.Fatalf("the output is %q", got)
			}
			if !ok {
				return
			}
			if said, err := exec.CommandContext(t.Context(), program).Output(); err != nil || string(said) != "released\n" {
				t.Errorf("%v: the program says %q", err, said)
			}
		})
	}
}
