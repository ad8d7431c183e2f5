package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"remotion-doctor/audit"
	"remotion-doctor/policy"
	"remotion-doctor/report"
)

// outputFlags are the flags about the report.
type outputFlags struct {
	format, output, remediation, failOn, color string
	quiet, verbose, noColor                    bool
}

var (
	formats = []string{"table", "json"}
	failOns = []string{"unknown", "partial", "fail", "never"}
	colors  = []string{"auto", "always", "never"}
)

func (f *outputFlags) add(fs *pflag.FlagSet) {
	fs.StringVar(&f.format, "format", "table", "form of the report: `"+strings.Join(formats, "|")+"`")
	fs.StringVar(&f.output, "output", "", "write the report to `FILE`")
	fs.StringVar(&f.remediation, "remediation", "", "write the policy that grants what is missing to `FILE`")
	fs.StringVar(&f.failOn, "fail-on", "unknown", "what exit code 1 stands for: `"+strings.Join(failOns, "|")+"`")
	fs.BoolVarP(&f.quiet, "quiet", "q", false, "no report, only the exit code and files")
	fs.BoolVarP(&f.verbose, "verbose", "v", false, "show what passes, too")
	fs.StringVar(&f.color, "color", "auto", "colour: `"+strings.Join(colors, "|")+"`")
	fs.BoolVar(&f.noColor, "no-color", false, "no colour")
}

func (f *outputFlags) validate() error {
	for _, v := range []struct {
		flag, value string
		known       []string
	}{{"format", f.format, formats}, {"fail-on", f.failOn, failOns}, {"color", f.color, colors}} {
		if !slices.Contains(v.known, v.value) {
			return usage("", "--%s %q is not one of %s", v.flag, v.value, strings.Join(v.known, ", "))
		}
	}
	return nil
}

// audit runs the tasks and makes the report.
func (a *app) audit(ctx context.Context, j *job) *audit.Report {
	r := &audit.Report{
		SchemaVersion: audit.SchemaVersion, Tool: audit.Tool{Name: "remotion-doctor", Version: version},
		GeneratedAt: a.now().UTC(), Engine: j.engine, OK: true, Sections: []audit.Section{},
	}
	for _, t := range j.tasks {
		s := j.section(ctx, t)
		r.OK = r.OK && s.Met()
		r.Sections = append(r.Sections, s)
	}
	return r
}

// deliver writes the report and what else was asked for, and returns the error
// that the exit code follows from.
func (a *app) deliver(r *audit.Report, f *outputFlags) error {
	if len(r.Sections) == 1 && r.Sections[0].Error != nil && f.format == "table" && f.output == "" {
		p := r.Sections[0].Error
		return &failure{p.ExitCode, p.Message, p.Hint}
	}
	if f.remediation != "" {
		if err := writeRemediation(f.remediation, r); err != nil {
			return err
		}
	}
	if !f.quiet || f.output != "" {
		if err := a.write(r, f); err != nil {
			return err
		}
	}
	return verdict(r, f.failOn)
}

func (a *app) write(r *audit.Report, f *outputFlags) error {
	if f.output == "" {
		return a.render(a.stdout, r, f)
	}
	var b bytes.Buffer
	if err := a.render(&b, r, f); err != nil {
		return err
	}
	return writeFile(f.output, b.Bytes())
}

func (a *app) render(w io.Writer, r *audit.Report, f *outputFlags) error {
	if f.format == "json" {
		return report.JSON(w, r)
	}
	o := report.Options{Verbose: f.verbose}
	o.Width, o.Color = a.terminal(w)
	switch {
	case f.noColor || f.color == "never":
		o.Color = false
	case f.color == "always":
		o.Color = true
	}
	return report.Table(w, r, o)
}

// terminal returns the width and whether to use colour. NO_COLOR, CLICOLOR and
// CLICOLOR_FORCE are heeded as elsewhere.
func (a *app) terminal(w io.Writer) (width int, color bool) {
	file, ok := w.(*os.File)
	if ok && term.IsTerminal(int(file.Fd())) {
		color = true
		if columns, _, err := term.GetSize(int(file.Fd())); err == nil {
			width = columns
		}
	}
	force := a.getenv("CLICOLOR_FORCE")
	switch {
	case a.getenv("NO_COLOR") != "", a.getenv("CLICOLOR") == "0", a.getenv("TERM") == "dumb":
		color = false
	case force != "" && force != "0":
		color = true
	}
	return width, color
}

// verdict returns the error for the exit code: what could not be completed
// comes before what is not met.
func verdict(r *audit.Report, failOn string) error {
	for i := range r.Sections {
		if p := r.Sections[i].Error; p != nil {
			return &failure{p.ExitCode, p.Message, p.Hint}
		}
	}
	var n int
	for i := range r.Sections {
		s := r.Sections[i].Summary
		if failOn != "never" {
			n += r.Sections[i].Errors()
		}
		switch failOn {
		case "unknown":
			n += s.Total() - s.Pass
		case "partial":
			n += s.Fail + s.Blocked + s.Partial
		case "fail":
			n += s.Fail + s.Blocked
		}
	}
	if n > 0 {
		return errNotMet
	}
	return nil
}

// writeRemediation writes one document with the statements of all sections.
func writeRemediation(path string, r *audit.Report) error {
	out := &policy.Document{Version: policy.Version2012}
	for i := range r.Sections {
		if d := r.Sections[i].Remediation; d != nil {
			out.Statements = append(out.Statements, d.Statements...)
		}
	}
	if len(out.Statements) == 0 {
		return nil // an empty policy is none, and IAM refuses it
	}
	if len(r.Sections) > 1 {
		for i := range out.Statements {
			out.Statements[i].Sid = fmt.Sprintf("%s%d", out.Statements[i].Sid, i+1)
		}
	}
	return writeFile(path, []byte(out.Indent()+"\n"))
}

// writeFile replaces a file as a whole or not at all.
func writeFile(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".remotion-doctor-*")
	if err != nil {
		// The temporary file's name would say nothing to the user.
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			err = e.Err
		}
		return usage("the folder must exist and be writable", "writing %s: %v", path, err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Chmod(tmp.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return usage("", "writing %s: %v", path, err)
	}
	return nil
}
