package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"remotion-doctor/internal/asked"
)

// printed finds the follow-up commands in what the program prints. What stands
// in parentheses behind a command says what it achieves.
var printed = regexp.MustCompile(`(?m)^(?:fix|next)? +(remotion-doctor (?:check|explain|fix) .*?)(?:  \(.*\))?$`)

// words takes a command line of a POSIX shell apart, as far as the program
// quotes: whole words in single quotes.
func words(line string) []string {
	var out []string
	for _, w := range regexp.MustCompile(`'[^']*'|\S+`).FindAllString(line, -1) {
		out = append(out, strings.Trim(w, "'"))
	}
	return out
}

func runApp(t *testing.T, args ...string) (int, string, string) {
	t.Helper()
	var out, errs bytes.Buffer
	a := &app{
		stdin: strings.NewReader(""), stdout: &out, stderr: &errs, getenv: func(string) string { return "" },
		now: func() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) },
	}
	root := a.root()
	root.SetArgs(args)
	return a.exit(root.ExecuteContext(t.Context())), out.String(), errs.String()
}

// TestPrintedCommandsRun takes every command out of what check and explain
// print, and runs it as it is printed: it concerns the same principal.
func TestPrintedCommandsRun(t *testing.T) {
	snapshot := demoFile(t)
	seen := 0
	for _, args := range [][]string{
		{"check", "--function", "video-api", "--region", "us-east-1"},
		{"check", "--function", "video-api", "--for", "render,first-bucket", "--region", "us-east-1,eu-west-1"},
		{"check", "--function", "video-api", "--remotion-version", "4.0.100", "--output-bucket", "my videos"},
		{"check", "--function", "video-api", "--kms-key", "arn:aws:kms:us-east-1:123456789012:key/1", "--strict"},
		{"check", "--role", "fargate-renderer", "--region", "us-east-1", "--context", "aws:SourceIp=192.0.2.1"},
		{"check", "--renderer", "--region", "us-east-1", "--vpc"},
		{"check", "--function", "sandbox", "--require", "renderer"},
		{"check", "--function", "video-api", "--function", "studio", "--require", "caller", "--require", "renderer"},
		{"explain", "s3:PutBucketPolicy", "arn:aws:s3:::remotionlambda-useast1-4hd8e2k9xw", "--function", "video-api"},
		{"explain", "--error", "User: arn:aws:sts::123456789012:assumed-role/video-api-role-x7/video-api is not authorized to perform: lambda:TagResource on resource: arn:aws:lambda:us-east-1:123456789012:function:remotion-render-x because no identity-based policy allows the lambda:TagResource action"},
	} {
		_, out, errs := runApp(t, append(args, "--snapshot", snapshot)...)
		for _, found := range printed.FindAllStringSubmatch(out, -1) {
			seen++
			line := found[1]
			if !strings.Contains(line, "--snapshot "+snapshot) {
				t.Errorf("%v: the command does not name its source: %s", args, line)
			}
			code, got, problem := runApp(t, words(line)[1:]...)
			if code != exitMet && code != exitNotMet {
				t.Errorf("%v: %s: exit %d, %s", args, line, code, problem)
			}
			if !strings.Contains(got, arnIn(out)) {
				t.Errorf("%v: %s concerns another principal than %s:\n%s", args, line, arnIn(out), got)
			}
		}
		if errs != "" && !strings.Contains(errs, "checking") {
			t.Logf("%v: %s", args, errs)
		}
	}
	if seen < 10 {
		t.Errorf("only %d commands were printed", seen)
	}
}

// arnIn is the principal that a text is about, where it is about one.
func arnIn(out string) string {
	found := regexp.MustCompile(`arn:aws:iam::\d+:(?:role|user)/[\w/-]+`).FindAllString(out, -1)
	for _, f := range found {
		if f != found[0] {
			return ""
		}
	}
	if len(found) == 0 {
		return ""
	}
	return found[0]
}

// TestGoldenCommands: each command in the goldens of explain runs against the
// account that the goldens are of.
func TestGoldenCommands(t *testing.T) {
	paths, err := filepath.Glob("testdata/explain/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatal(err, len(paths))
	}
	snapshot := demoFile(t)
	seen := 0
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range printed.FindAllStringSubmatch(string(data), -1) {
			seen++
			code, _, problem := runApp(t, append(words(found[1])[1:], "--snapshot", snapshot)...)
			if code != exitMet && code != exitNotMet {
				t.Errorf("%s: %s: exit %d, %s", path, found[1], code, problem)
			}
		}
	}
	if seen == 0 {
		t.Error("no golden has a command")
	}
}

// TestAsked: what a run was given is repeated, but for its output.
func TestAsked(t *testing.T) {
	var a app
	cmd := a.checkCommand()
	if err := cmd.Flags().Parse([]string{"--profile", "dev", "--region", "us-east-1,eu-west-1", "--strict", "--scp", "a.json", "--scp", "b.json", "--format", "json", "--role", "x", "--feature", "multipart"}); err != nil {
		t.Fatal(err)
	}
	got := asked.Of(cmd.Flags(), []string{"t.yaml"})
	var line []string
	for _, f := range append(got.Source, got.Requirement...) {
		line = append(line, f.Name+"="+f.Value)
	}
	want := "profile=dev scp=a.json scp=b.json template=t.yaml region=us-east-1,eu-west-1 strict= feature=multipart"
	if text := strings.Join(line, " "); !sameWords(text, want) {
		t.Errorf("got %s", text)
	}
}

func sameWords(a, b string) bool {
	has := map[string]int{}
	for _, w := range strings.Fields(a) {
		has[w]++
	}
	for _, w := range strings.Fields(b) {
		has[w]--
	}
	for _, n := range has {
		if n != 0 {
			return false
		}
	}
	return true
}
