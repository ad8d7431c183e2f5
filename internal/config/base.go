package config

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// bases are the variables in which a CI system names the branch that a pull request
// is for.
// Source: the documentation of GitHub Actions, GitLab CI/CD, Bitbucket Pipelines and
// Azure Pipelines about predefined variables.
var bases = []string{"GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "BITBUCKET_PR_DESTINATION_BRANCH", "SYSTEM_PULLREQUEST_TARGETBRANCH"}

// branch is what a branch may be called here; no option of git looks like it.
var branch = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._/-]*$`)

// Base is the branch that the pull request is for whose CI this runs in; empty
// elsewhere.
func Base(getenv func(string) string) string {
	for _, name := range bases {
		if b := strings.TrimPrefix(getenv(name), "refs/heads/"); branch.MatchString(b) && !strings.Contains(b, "..") {
			return b
		}
	}
	return ""
}

// A trusted is the state of a repository at the branch that a pull request is for.
type trusted struct {
	ref string // origin/main
}

// at reads a file as it is on the branch.
func (t *trusted) at(ctx context.Context, path string) ([]byte, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "git", "-c", "core.fsmonitor=false", "--no-pager", "show", "--no-textconv", t.ref+":./"+filepath.Base(abs))
	cmd.Dir = filepath.Dir(abs)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		text, _, _ := strings.Cut(strings.TrimSpace(stderr.String()), "\n")
		return nil, fmt.Errorf("git: %s", strings.TrimPrefix(text, "fatal: "))
	}
	return out, nil
}

// trust replaces what excuses failures by what the branch says of it. Files that the
// pull request changed are written to a folder as the branch has them. It returns
// what it did as notices.
func (t *trusted) trust(ctx context.Context, f *File, environment string, settings []Setting, folder string) (out []Setting, notices []string) {
	out = slices.DeleteFunc(slices.Clone(settings), func(s Setting) bool { return s.Key.Excuse })
	var excuses []Setting
	data, err := t.at(ctx, f.Path)
	if err == nil {
		var base *File
		if base, err = Parse(f.Path, data); err == nil {
			excuses, err = base.For(environment)
		}
	}
	if err != nil {
		if len(out) < len(settings) {
			notices = append(notices, fmt.Sprintf("what %s excuses does not count: %s has no such configuration (%v)", f.Path, t.ref, err))
		}
		return out, notices
	}
	for _, s := range excuses {
		if !s.Key.Excuse {
			continue
		}
		s.File = t.ref + ":" + s.File
		if s.Key.Path {
			path, notice, err := t.file(ctx, s.Values[0], folder)
			if err != nil {
				notices = append(notices, fmt.Sprintf("%s does not count: %v", s.Values[0], err))
				continue
			}
			if notice != "" {
				notices = append(notices, notice)
			}
			s.Values = []string{path}
		}
		out = append(out, s)
	}
	return out, notices
}

// file is the path of a file as the branch has it.
func (t *trusted) file(ctx context.Context, path, folder string) (at, notice string, err error) {
	data, err := t.at(ctx, path)
	if err != nil {
		return "", "", err
	}
	if here, err := os.ReadFile(path); err == nil && bytes.Equal(here, data) {
		return path, "", nil
	}
	at = filepath.Join(folder, filepath.Base(path))
	return at, fmt.Sprintf("the pull request changes %s: it counts as %s has it", path, t.ref), os.WriteFile(at, data, 0o600)
}
