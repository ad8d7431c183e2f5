package main

import (
	"errors"
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
