package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"remotion-doctor/audit"
	"remotion-doctor/internal/asked"
	"remotion-doctor/internal/ending"
	"remotion-doctor/internal/outfile"
	"remotion-doctor/report"
	"remotion-doctor/source/files"
)

// outputFlags are the flags about the report.
type outputFlags struct {
	format, remediation, failOn string
	baseline, waivers           string
	outputs                     []string
	quiet, verbose, redact      bool
	color                       asked.Color
	bom, summary                bool
	details                     int            // of several targets, in a table
	flags                       *pflag.FlagSet // says whether --format was given
	asItWas                     bool           // the report is sealed, and stays unchanged
}

func (f *outputFlags) add(fs *pflag.FlagSet) {
	f.addForm(fs, report.FormatTable)
	fs.StringVar(&f.remediation, "remediation", "", "write the policy that grants what is missing to `FILE`")
	fs.StringVar(&f.failOn, "fail-on", "unknown", "what exits with 1: `"+strings.Join(asked.FailOns(), "|")+"`")
	fs.BoolVarP(&f.quiet, "quiet", "q", false, "no report, only the exit code and files")
}

// addForm adds the flags about the form of a report, which commands that only
// rewrite reports have, too.
func (f *outputFlags) addForm(fs *pflag.FlagSet, format report.Format) {
	f.failOn, f.flags = "unknown", fs
	fs.StringVar(&f.format, "format", string(format), "form of the report: `"+strings.Join(ending.Forms(report.Formats()...), "|")+"`")
	fs.StringArrayVar(&f.outputs, "output", nil, "write the report to `[FORMAT=]FILE`; repeatable")
	fs.StringVar(&f.baseline, "baseline", "", "an earlier JSON report, in `FILE`: what it has, too, does not fail")
	fs.StringVar(&f.waivers, "waivers", "", "waivers with reason, owner and expiry, in `FILE`: what they are about does not fail")
	fs.BoolVar(&f.redact, "redact", false, "put placeholders for account ids and names")
	fs.BoolVar(&f.summary, "step-summary", false, "Markdown up to 1 MiB, for a job summary; 64 KiB for a comment without it")
	fs.BoolVar(&f.bom, "csv-bom", false, "begin CSV with a byte order mark, for Excel")
	fs.BoolVarP(&f.verbose, "verbose", "v", false, "show what passes, too")
	f.color.Add(fs)
}

func (f *outputFlags) validate() error {
	if _, err := report.ParseFormat(f.format); err != nil {
		return usage("", "--format: %v", err)
	}
	if err := cmp.Or(asked.OneOf("fail-on", f.failOn, asked.FailOns()...), asked.OneOf("color", f.color.When, asked.Colors...)); err != nil {
		return err
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
	r.Gate.FailOn, r.Directory = audit.Threshold(f.failOn).Normal(), a.directory
	shown, err := a.finish(ctx, r, f)
	if err != nil {
		return err
	}
	remediation := remediationFile(f.remediation, r)
	if f.remediation != "" && len(remediation) == 0 {
		a.warn("no grant is missing that a policy could give: " + report.Clean(f.remediation) + " is not written")
	}
	if err := a.write(ctx, report.Whole(shown), f, remediation...); err != nil {
		return err
	}
	return verdict(r)
}

// write writes the report to all places that were asked for, together with
// other files: the files first, whatever becomes of standard output, and
// standard output whatever becomes of the files.
func (a *app) write(ctx context.Context, render report.Rendering, f *outputFlags, others ...outfile.File) error {
	files, err := f.files()
	if err != nil {
		return err
	}
	done := a.while("writing the files")
	err = outfile.Write(ctx, append(others, a.reportFiles(render, f, files)...)...)
	done()
	if f.shown(files) {
		if shown := render(a.stdout, report.Format(f.format), a.form(a.stdout, f)); err == nil {
			err = shown
		}
	}
	return err
}

// shown reports whether standard output gets the report.
func (f *outputFlags) shown(files []report.Destination) bool {
	return !f.quiet && !slices.ContainsFunc(files, func(d report.Destination) bool { return d.Plain })
}

// streamed reports whether the report needs not be in memory to be written.
func (f *outputFlags) streamed() bool {
	files, err := f.files()
	return err == nil && f.waivers == "" && f.baseline == "" && !f.redact && (!f.shown(files) || report.Format(f.format).Streamed()) &&
		!slices.ContainsFunc(files, func(d report.Destination) bool { return !d.Format.Streamed() })
}

// form is how a table looks on w.
func (a *app) form(w io.Writer, f *outputFlags) report.Options {
	o := f.color.Options(w, a.getenv)
	o.Verbose, o.BOM, o.Details = f.verbose, f.bom, f.details
	if f.summary {
		o.Limit = report.SummaryLimit
	}
	return o
}

// remediationFile is the file of --remediation; none where there is nothing to
// grant.
func remediationFile(path string, r *audit.Report) []outfile.File {
	doc := report.Remediation(r)
	if path == "" || doc == nil {
		return nil
	}
	return []outfile.File{{Path: path, Access: outfile.Private, Content: outfile.Text([]byte(doc.Indent() + "\n"))}}
}

// finish mutes what the baseline and the waivers mute, seals the report, and
// returns it as it is to be shown.
func (a *app) finish(ctx context.Context, r *audit.Report, f *outputFlags) (*audit.Report, error) {
	waivers, err := asked.Waivers(f.waivers)
	if err != nil {
		return nil, err
	}
	if len(waivers) > 0 {
		report.Waive(r, waivers)
	}
	if f.baseline != "" {
		old, _, err := a.readReport(ctx, f.baseline, report.LoadBaseline)
		if err != nil {
			return nil, err
		}
		report.Baseline(r, old)
	}
	defer a.while("finishing the report")()
	if f.redact {
		return report.Redact(r)
	}
	if f.asItWas {
		r.Identify()
		return r, nil
	}
	return r, report.Seal(r)
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
func (a *app) readReport(ctx context.Context, path string, load report.Loader) (*audit.Report, report.Integrity, error) {
	text, done, err := a.open(ctx)(path)
	if err != nil {
		return nil, report.NoDigest, usage("", "reading the report: %v", err)
	}
	defer done()
	shown := func() {}
	if path != "-" {
		shown = a.while("reading " + path)
	}
	r, state, err := load(path, text)
	shown()
	if err == nil && state == report.Changed {
		a.warn(report.Clean(path) + " " + state.String())
	}
	return r, state, err
}

// open opens reports that can be read until the context ends.
func (a *app) open(ctx context.Context) report.Opener {
	return func(name string) (report.Text, func(), error) { return files.OpenInput(ctx, a.stdin, name) }
}

func (a *app) warn(text string) { fmt.Fprintf(a.stderr, "remotion-doctor: warning: %s\n", text) }

// rewrites reports whether a report comes out as other JSON than it went in.
func (f *outputFlags) rewrites() bool {
	files, err := f.files()
	return err != nil || f.waivers != "" || f.baseline != "" || f.redact || f.format == string(report.FormatJSON) ||
		slices.ContainsFunc(files, func(d report.Destination) bool { return d.Format == report.FormatJSON })
}

// files reads --output.
func (f *outputFlags) files() ([]report.Destination, error) {
	out, err := report.Destinations(f.outputs, report.Format(f.format), f.flags != nil && f.flags.Changed("format"))
	if p, ok := errors.AsType[*audit.Problem](err); ok {
		return nil, usage(p.Hint, "--output %v", p)
	}
	return out, asked.Ended("format", err)
}

// checkFiles finds out before the work whether what it is for can be written.
func (f *outputFlags) checkFiles() error {
	files, err := f.files()
	if err != nil {
		return err
	}
	var paths []string
	if f.remediation != "" {
		if err := asked.OnlyJSON("--remediation", f.remediation); err != nil {
			return err
		}
		paths = append(paths, f.remediation)
	}
	for _, o := range files {
		paths = append(paths, o.Path)
	}
	return outfile.Check(paths...)
}

// reportFiles are the files that a report is written to.
func (a *app) reportFiles(render report.Rendering, f *outputFlags, files []report.Destination) []outfile.File {
	o := a.form(io.Discard, f)
	o.Color = f.color.When == "always" // a file is no terminal
	var out []outfile.File
	for _, file := range files {
		out = append(out, outfile.File{
			Path: file.Path, Access: outfile.Public,
			Content: func(w io.Writer) error { return render(w, file.Format, o) },
		})
	}
	return out
}
