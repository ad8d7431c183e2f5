package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"remotion-doctor/audit"
	"remotion-doctor/iam/policy"
	"remotion-doctor/internal/outfile"
	"remotion-doctor/report"
)

// outputFlags are the flags about the report.
type outputFlags struct {
	format, remediation, failOn, color string
	baseline, waivers                  string
	outputs                            []string
	quiet, verbose, noColor, redact    bool
	bom, summary                       bool
	flags                              *pflag.FlagSet // tells whether --format was given
}

var (
	failOns = []string{"unknown", "partial", "fail", "never"}
	colors  = []string{"auto", "always", "never"}
)

func formatNames() string {
	var names []string
	for _, f := range report.Formats() {
		names = append(names, string(f))
	}
	return strings.Join(names, "|")
}

func (f *outputFlags) add(fs *pflag.FlagSet) {
	f.addForm(fs, report.FormatTable)
	fs.StringVar(&f.remediation, "remediation", "", "write the policy that grants what is missing to `FILE`")
	fs.StringVar(&f.failOn, "fail-on", "unknown", "what exit code 1 stands for: `"+strings.Join(failOns, "|")+"`")
	fs.BoolVarP(&f.quiet, "quiet", "q", false, "no report, only the exit code and files")
}

// addForm adds the flags about the form of a report, which commands that only
// rewrite reports have, too.
func (f *outputFlags) addForm(fs *pflag.FlagSet, format report.Format) {
	f.failOn, f.flags = "unknown", fs
	fs.StringVar(&f.format, "format", string(format), "form of the report: `"+formatNames()+"`")
	fs.StringArrayVar(&f.outputs, "output", nil, "write the report to `[FORMAT=]FILE`; repeatable")
	fs.StringVar(&f.baseline, "baseline", "", "an earlier JSON report, in `FILE`: what it has, too, does not fail")
	fs.StringVar(&f.waivers, "waivers", "", "waivers with reason, owner and expiry, in `FILE`: what they are about does not fail")
	fs.BoolVar(&f.redact, "redact", false, "put placeholders for account ids and names")
	fs.BoolVar(&f.summary, "step-summary", false, "Markdown up to 1 MiB, for a job summary; 64 KiB for a comment without it")
	fs.BoolVar(&f.bom, "csv-bom", false, "begin CSV with a byte order mark, for Excel")
	fs.BoolVarP(&f.verbose, "verbose", "v", false, "show what passes, too")
	fs.StringVar(&f.color, "color", "auto", "colour: `"+strings.Join(colors, "|")+"`")
	fs.BoolVar(&f.noColor, "no-color", false, "no colour")
}

func (f *outputFlags) validate() error {
	if _, err := report.ParseFormat(f.format); err != nil {
		return usage("", "--format: %v", err)
	}
	for _, v := range []struct {
		flag, value string
		known       []string
	}{{"fail-on", f.failOn, failOns}, {"color", f.color, colors}} {
		if !slices.Contains(v.known, v.value) {
			return usage("", "--%s %q is not one of %s", v.flag, v.value, strings.Join(v.known, ", "))
		}
	}
	return f.checkFiles()
}

// deliver writes the report and what else was asked for, and returns the error
// that the exit code follows from.
func (a *app) deliver(ctx context.Context, r *audit.Report, f *outputFlags) error {
	if len(r.Sections) == 1 && r.Sections[0].Error != nil && f.format == string(report.FormatTable) && len(f.outputs) == 0 {
		p := r.Sections[0].Error
		return &failure{p.ExitCode, p.Message, p.Hint}
	}
	r.Gate.FailOn, r.Directory = threshold(f.failOn), a.directory
	shown, err := a.finish(r, f)
	if err != nil {
		return err
	}
	if err := a.write(ctx, shown, f, remediationFile(f.remediation, r)...); err != nil {
		return err
	}
	return verdict(r)
}

// write writes the report to all places that were asked for, together with
// other files: the files first, whatever becomes of standard output, and
// standard output whatever becomes of the files.
func (a *app) write(ctx context.Context, r *audit.Report, f *outputFlags, others ...outfile.File) error {
	files, err := f.files()
	if err != nil {
		return err
	}
	err = outfile.Write(ctx, append(others, a.reportFiles(r, f, files)...)...)
	if !f.quiet && !slices.ContainsFunc(files, func(o outputFile) bool { return o.plain }) {
		if shown := report.Write(a.stdout, r, report.Format(f.format), a.form(a.stdout, f)); err == nil {
			err = shown
		}
	}
	return err
}

// form is how a table looks on w.
func (a *app) form(w io.Writer, f *outputFlags) report.Options {
	o := a.painted(w, f.color, f.noColor)
	o.Verbose, o.BOM = f.verbose, f.bom
	if f.summary {
		o.Limit = report.SummaryLimit
	}
	return o
}

// painted is the width of w, and whether to use colour on it: what --color and
// --no-color say wins over the terminal.
func (a *app) painted(w io.Writer, color string, never bool) report.Options {
	var o report.Options
	o.Width, o.Color = a.terminal(w)
	switch {
	case never || color == "never":
		o.Color = false
	case color == "always":
		o.Color = true
	}
	return o
}

// terminal returns the width and whether to use colour. NO_COLOR, CLICOLOR and
// CLICOLOR_FORCE are heeded as elsewhere.
func (a *app) terminal(w io.Writer) (width int, color bool) {
	file, ok := fileOf(w)
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

// remediationFile is one document with the statements of all sections; none
// where there is nothing to grant.
func remediationFile(path string, r *audit.Report) []outfile.File {
	out := &policy.Document{Version: policy.Version2012}
	for i := range r.Sections {
		if d := r.Sections[i].Remediation; d != nil {
			out.Statements = append(out.Statements, d.Statements...)
		}
	}
	if path == "" || len(out.Statements) == 0 {
		return nil // an empty policy is none, and IAM refuses it
	}
	if len(r.Sections) > 1 {
		for i := range out.Statements {
			out.Statements[i].Sid = fmt.Sprintf("%s%d", out.Statements[i].Sid, i+1)
		}
	}
	return []outfile.File{{Path: path, Access: outfile.Private, Content: outfile.Text([]byte(out.Indent() + "\n"))}}
}
