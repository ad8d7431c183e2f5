package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"remotion-doctor/audit"
	"remotion-doctor/report"
)

// finish mutes what the baseline and the waivers mute, seals the report, and
// returns it as it is to be shown.
func (a *app) finish(r *audit.Report, f *outputFlags) (*audit.Report, error) {
	if f.waivers != "" {
		waivers, err := readWaivers(f.waivers)
		if err != nil {
			return nil, err
		}
		report.Waive(r, waivers)
	}
	if f.baseline != "" {
		old, _, err := a.readReport(f.baseline)
		if err != nil {
			return nil, err
		}
		if old.Redacted {
			return nil, usage("keep a report that is not redacted as baseline", "reading %s: its names are placeholders, which match nothing", f.baseline)
		}
		report.Baseline(r, old)
	}
	if f.redact {
		return report.Redact(r)
	}
	return r, report.Seal(r)
}

// threshold is the report's word for --fail-on.
func threshold(failOn string) audit.Threshold {
	if failOn == string(audit.FailOnUnknown) {
		return "" // the default is not written
	}
	return audit.Threshold(failOn)
}

// workingDirectory is the working directory as seen from the root of the
// repository that it is in; empty where they are the same or there is none.
func workingDirectory() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	for root := dir; ; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, ".git")); err == nil {
			if inside, err := filepath.Rel(root, dir); err == nil && inside != "." {
				return filepath.ToSlash(inside)
			}
			return ""
		}
		if root == filepath.Dir(root) {
			return ""
		}
	}
}

// verdict returns the error for the exit code of the report's verdict: of what
// could not be completed the reason is printed, of what is not met the report
// has said all.
func verdict(r *audit.Report) error {
	v := r.Verdict()
	switch v.ExitCode {
	case exitMet:
		return nil
	case exitNotMet:
		return errNotMet
	}
	for i := range r.Sections {
		s := &r.Sections[i]
		if r.Gate.Verdict(s).ExitCode != v.ExitCode {
			continue
		}
		if p := s.Error; p != nil {
			return &failure{v.ExitCode, p.Message, p.Hint}
		}
		why, hint := report.Unfinished(s)
		return &failure{v.ExitCode, "the check is incomplete: " + why, hint}
	}
	return &failure{exitIncomplete, "the check is incomplete", ""}
}

func readWaivers(path string) ([]report.Waiver, error) {
	const hint = "a waiver is: action, reason, owner, expires (YYYY-MM-DD), and resource, principal, target or module where it is narrower"
	file, err := os.Open(path)
	if err != nil {
		return nil, usage("", "reading the waivers: %v", err)
	}
	defer file.Close()
	waivers, err := report.ReadWaivers(file)
	if e, ok := errors.AsType[*report.WaiverError](err); ok {
		sep := ":"
		if e.Pos.IsZero() {
			sep = ": "
		}
		return nil, usage(hint, "reading %s%s%v", path, sep, err)
	}
	return waivers, err
}

// readReport reads a JSON report, - for standard input, and says on stderr
// where it is not as it was made.
func (a *app) readReport(path string) (*audit.Report, report.Integrity, error) {
	data, err := a.readReportFile(path)
	if err != nil {
		return nil, report.NoDigest, usage("", "reading the report: %v", err)
	}
	const hint = "reports are saved with --output json=FILE"
	r, err := report.Decode(data)
	if err != nil {
		sep := ": "
		if e, ok := errors.AsType[*report.DecodeError](err); ok && !e.Pos.IsZero() {
			sep = ":"
		}
		return nil, report.NoDigest, usage(hint, "reading %s%s%v", path, sep, err)
	}
	state, err := report.Verify(data)
	if err != nil {
		return nil, state, usage(hint, "reading %s: %v", path, err)
	}
	if state == report.Changed {
		fmt.Fprintf(a.stderr, "remotion-doctor: warning: %s was changed after it was made: its digest does not match\n", report.Clean(path))
	}
	return r, state, nil
}

func (a *app) readReportFile(path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(a.stdin)
	}
	return os.ReadFile(path)
}
