package main

import (
	"errors"
	"io"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/internal/ending"
	"remotion-doctor/internal/outfile"
	"remotion-doctor/remedy"
	"remotion-doctor/report"
)

// files reads --output.
func (f *outputFlags) files() ([]report.Destination, error) {
	out, err := report.Destinations(f.outputs, report.Format(f.format), f.flags != nil && f.flags.Changed("format"))
	if p, ok := errors.AsType[*audit.Problem](err); ok {
		return nil, usage(p.Hint, "--output %v", p)
	}
	return out, ended("format", err)
}

// ended words an ending that does not fit the form that a flag asks for.
func ended(flag string, err error) error {
	e, ok := errors.AsType[*ending.Error](err)
	if !ok {
		return err
	}
	if e.Unknown {
		return usage("use "+e.Known+", or choose the form with --"+flag, "--output %v", e)
	}
	return usage("use "+e.Known+", or leave --"+flag+" out", "--output %v", e)
}

// checkFiles finds out before the work whether what it is for can be written.
func (f *outputFlags) checkFiles() error {
	files, err := f.files()
	if err != nil {
		return err
	}
	var paths []string
	if f.remediation != "" {
		if err := onlyJSON("--remediation", f.remediation); err != nil {
			return err
		}
		paths = append(paths, f.remediation)
	}
	for _, o := range files {
		paths = append(paths, o.Path)
	}
	return outfile.Check(paths...)
}

// onlyJSON refuses the ending of another form for a file that holds JSON.
func onlyJSON(flag, path string) error {
	text, known := ending.Find(path, slices.Concat(report.Endings(), remedy.Endings()))
	if known >= 0 && !strings.HasSuffix(text, ".json") {
		return usage("let it end in .json; `remotion-doctor fix --as` writes other forms", "%s %s: the policy is written as JSON", flag, path)
	}
	return nil
}

// reportFiles are the files that a report is written to.
func (a *app) reportFiles(r *audit.Report, f *outputFlags, files []report.Destination) []outfile.File {
	o := a.form(io.Discard, f)
	o.Color = f.color.when == "always" // a file is no terminal
	var out []outfile.File
	for _, file := range files {
		out = append(out, outfile.File{
			Path: file.Path, Access: outfile.Public,
			Content: func(w io.Writer) error { return report.Write(w, r, file.Format, o) },
		})
	}
	return out
}
