//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"remotion-doctor/audit"
)

// TestInterrupted: a signal ends a command while AWS does not answer, while
// standard input does not end, and while a large report is read. What is known is
// written. How long it takes is logged; only what would never end fails.
func TestInterrupted(t *testing.T) {
	program, err := exec.LookPath("remotion-doctor") // testscript.Main makes it
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		in   bool // reads standard input
	}{
		"check":          {args: []string{"check", "--function", "video-api", "--format", "json"}},
		"check renderer": {args: []string{"check", "--function", "video-api", "--renderer"}},
		"check caller":   {args: []string{"check", "--caller"}},
		"explain":        {args: []string{"explain", "s3:GetObject", "arn:aws:s3:::remotionlambda-x/y", "--role", "video"}},
		"fix":            {args: []string{"fix", "--role", "video"}},
		"audit":          {args: []string{"audit"}},
		"snapshot":       {args: []string{"snapshot", "--output", "account.json"}},
		"convert":        {args: []string{"report", "convert", "-"}, in: true},
		"merge":          {args: []string{"report", "merge", "-", "-"}, in: true},
		"pasted error":   {args: []string{"explain", "--error", "-"}, in: true},
		"lint":           {args: []string{"policy", "lint", "-"}, in: true},
		"simulate":       {args: []string{"simulate"}, in: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, busy := t.TempDir(), make(chan struct{}, 100)
			silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body) // only then it is seen that the client is gone
				busy <- struct{}{}
				<-r.Context().Done()
			}))
			t.Cleanup(func() { silent.CloseClientConnections(); silent.Close() })
			cmd := exec.CommandContext(t.Context(), program, c.args...)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+silent.URL, "AWS_ACCESS_KEY_ID=AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY=secret", "AWS_REGION=us-east-1", "HOME="+dir, "AWS_CONFIG_FILE="+filepath.Join(dir, "none"))
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			stdin, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if c.in {
				// A pipe holds 64 kB: what is beyond was read when the write returns.
				if _, err := io.WriteString(stdin, strings.Repeat(" ", 80_000)); err != nil {
					t.Fatal(err)
				}
			} else {
				<-busy
			}
			start := time.Now()
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			t.Logf("ends after %v", time.Since(start).Round(time.Millisecond))
			if code := cmd.ProcessState.ExitCode(); code != exitIncomplete || !strings.Contains(stderr.String(), "interrupted") {
				t.Errorf("exit code %d, and stderr is %s", code, stderr.String())
			}
			if name != "check" {
				return
			}
			var r audit.Report
			if err := json.Unmarshal(stdout.Bytes(), &r); err != nil || len(r.Sections) != 1 || r.OK || r.Sections[0].Error == nil {
				t.Errorf("the report is not of one section that is incomplete: %v\n%s", err, stdout.String())
			}
		})
	}
}
