package main

import (
	"fmt"
	"io"
	"os"

	"remotion-doctor/audit"
	"remotion-doctor/report"
)

// finish mutes what the baseline and the waivers mute, seals the report, and
// returns it as it is to be shown.
func (a *app) finish(r *audit.Report, f *outputFlags) (*audit.Report, error) {
	if f.waivers != "" {
		data, err := os.ReadFile(f.waivers)
		if err != nil {
			return nil, usage("", "reading the waivers: %v", err)
		}
		waivers, err := report.LoadWaivers(f.waivers, data)
		if err != nil {
			return nil, err
		}
		report.Waive(r, waivers)
	}
	if f.baseline != "" {
		old, _, err := a.readReport(f.baseline, report.LoadBaseline)
		if err != nil {
			return nil, err
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

// verdict returns the error for the exit code of the report's verdict: of what
// could not be completed the reason is printed, of what is not met the report
// has said all.
func verdict(r *audit.Report) error {
	if p := report.Incompletion(r); p != nil {
		return p
	}
	if r.Verdict().ExitCode == exitNotMet {
		return errNotMet
	}
	return nil
}

// readReport reads a JSON report, - for standard input, and says on stderr
// where it is not as it was made.
func (a *app) readReport(path string, load func(string, []byte) (*audit.Report, report.Integrity, error)) (*audit.Report, report.Integrity, error) {
	read := os.ReadFile
	if path == "-" {
		read = func(string) ([]byte, error) { return io.ReadAll(a.stdin) }
	}
	data, err := read(path)
	if err != nil {
		return nil, report.NoDigest, usage("", "reading the report: %v", err)
	}
	r, state, err := load(path, data)
	if err == nil && state == report.Changed {
		fmt.Fprintf(a.stderr, "remotion-doctor: warning: %s was changed after it was made: its digest does not match\n", report.Clean(path))
	}
	return r, state, err
}
