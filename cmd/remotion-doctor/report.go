package main

import (
	"cmp"
	"context"
	"io"
	"math"

	"github.com/spf13/cobra"

	"remotion-doctor/audit"
	"remotion-doctor/doctor/fleet"
	"remotion-doctor/internal/asked"
	"remotion-doctor/internal/ending"
	"remotion-doctor/internal/outfile"
	"remotion-doctor/report"
)

func (a *app) reportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Convert, compare, merge and verify saved JSON reports",
		Long: `Work on reports that were saved with --output json=FILE. A JSON report is
complete: every other form is made from it alone, without AWS.`,
		Example: `  remotion-doctor report convert report.json --output html=report.html
  remotion-doctor report diff before.json after.json
  remotion-doctor report merge shard-*.json --output all.json
  remotion-doctor report verify report.json
  remotion-doctor report schema > report.schema.json`,
		Args: noCommand("`remotion-doctor report --help` lists them", "report has no command %q"),
		RunE: showHelp,
	}
	cmd.AddCommand(a.convertCommand(), a.diffCommand(), a.mergeCommand(), a.verifyCommand(), a.schemaCommand())
	return cmd
}

func (a *app) convertCommand() *cobra.Command {
	f := &outputFlags{}
	cmd := &cobra.Command{
		Use:   "convert FILE",
		Short: "Make any other form from a JSON report",
		Long: `Make any other form from a JSON report; - reads standard input. A report that was
changed after it was made is converted, and standard error says so.`,
		Example: `  remotion-doctor report convert report.json
  remotion-doctor report convert report.json --output html=report.html --output sarif=doctor.sarif
  remotion-doctor report convert report.json --redact --format markdown`,
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error { return a.convert(cmd.Context(), args[0], f) },
	}
	f.addForm(cmd.Flags(), report.FormatTable)
	return cmd
}

var oneFile = arguments(1, 1, "name one JSON report, or - for standard input", "one file is read")

// convert writes a report in other forms. A digest that does not match is kept,
// so that the result does not match either.
func (a *app) convert(ctx context.Context, path string, f *outputFlags) error {
	if err := f.validate(); err != nil {
		return err
	}
	r, state, err := a.readReport(ctx, path, report.Load)
	if err != nil {
		return err
	}
	stated := r.Digest
	f.asItWas = state == report.Intact && !f.rewrites()
	shown, err := a.finish(ctx, r, f)
	if err != nil {
		return err
	}
	if state != report.Intact && !f.redact {
		shown.Digest = stated
	}
	return a.write(ctx, report.Whole(shown), f)
}

func (a *app) mergeCommand() *cobra.Command {
	f := &outputFlags{}
	since := ""
	cmd := &cobra.Command{
		Use:   "merge FILE...|DIR...",
		Short: "Put the sections of several reports into one",
		Long: `Put the sections of several JSON reports into one report. Of a target and
requirement that several have, the newest stays.

Folders are those that audit --out has written: the report of all their accounts
is that of one run over them.`,
		Example: `  remotion-doctor report merge us.json eu.json --output all.json
  remotion-doctor report merge *.json --format html > all.html
  remotion-doctor report merge audit-1/ audit-2/ --output html=all.html`,
		Args: arguments(1, math.MaxInt, "name the JSON reports", "no files were named"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.merge(cmd.Context(), args, since, f) },
	}
	f.addForm(cmd.Flags(), report.FormatJSON)
	cmd.Flags().StringVar(&since, "since", "", "compare with an earlier audit: its folder `DIR`, or its JSON report")
	return cmd
}

func (a *app) merge(ctx context.Context, paths []string, since string, f *outputFlags) error {
	if err := f.validate(); err != nil {
		return err
	}
	old, err := a.earlier(ctx, since)
	if err != nil {
		return err
	}
	merged, stream, err := a.joined(ctx, paths, old, f.streamed())
	if err != nil {
		return err
	}
	if stream != nil {
		return a.write(ctx, stream.Write, f)
	}
	shown, err := a.finish(ctx, merged, f)
	if err != nil {
		return err
	}
	return a.write(ctx, report.Whole(shown), f)
}

// joined puts reports together, or the parts in folders of audit --out: one at a time
// where the form allows it.
func (a *app) joined(ctx context.Context, paths []string, old *audit.Report, streamed bool) (merged *audit.Report, stream *report.Stream, err error) {
	folders, err := fleet.Folders(paths)
	if err != nil {
		return nil, nil, err
	}
	if folders {
		defer a.while("joining the accounts")()
		return fleet.JoinFolders(paths, fleet.Joining{Open: a.open(ctx), Warn: a.warn, Since: old, Stream: streamed})
	}
	reports, err := a.readReports(ctx, paths, report.Load)
	if err == nil {
		merged = report.Merge(reports)
	}
	if old != nil && err == nil {
		merged.Since = report.SinceOf(old, merged)
	}
	return merged, nil, err
}

func (a *app) readReports(ctx context.Context, paths []string, load report.Loader) (out []*audit.Report, err error) {
	for _, path := range paths {
		r, _, err := a.readReport(ctx, path, load)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

func (a *app) diffCommand() *cobra.Command {
	f := &outputFlags{}
	var output string
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "What was fixed, broken or changed between two reports, and why",
		Long: `Compare two JSON reports: what was fixed, broken, changed, added and removed, and
which policies changed. Exit code 1 says that something is worse than before.`,
		Example: `  remotion-doctor report diff before.json after.json
  remotion-doctor report diff before.json after.json --format markdown`,
		Args: arguments(2, 2, "name the older report, then the newer one", "two files are compared"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.diff(cmd.Context(), args, output, f) },
	}
	fs := cmd.Flags()
	f.flags = fs
	fs.StringVar(&f.format, "format", "table", "form of the difference: `table|json|markdown`")
	fs.StringVar(&output, "output", "", "write the difference to `FILE`")
	f.color.Add(fs)
	return cmd
}

func (a *app) diff(ctx context.Context, paths []string, output string, f *outputFlags) error {
	f.failOn = "unknown"
	if err := cmp.Or(asked.OneOf("format", f.format, ending.Forms(report.ComparisonFormats()...)...), f.validate()); err != nil {
		return err
	}
	if err := f.diffOutput(output); err != nil {
		return err
	}
	reports, err := a.readReports(ctx, paths, report.LoadToCompare)
	if err != nil {
		return err
	}
	done := a.while("comparing the reports")
	d := report.Compare(reports[0], reports[1])
	done()
	if err := a.writeComparison(ctx, d, output, f); err != nil {
		return err
	}
	if d.Summary.Worse() {
		return errNotMet
	}
	return nil
}

// diffOutput checks the file of a difference, and lets its ending choose the
// form.
func (f *outputFlags) diffOutput(path string) (err error) {
	if path == "" {
		return nil
	}
	c := ending.Choice{Asked: f.format, Given: f.flags.Changed("format"), Forms: ending.Forms(report.ComparisonFormats()...), Endings: report.Endings()}
	if f.format, err = c.Of(path); err != nil {
		return asked.Ended("format", err)
	}
	return outfile.Check(path)
}

func (a *app) writeComparison(ctx context.Context, d *report.Comparison, output string, f *outputFlags) error {
	render := func(w io.Writer) error {
		return report.WriteComparison(w, d, report.Format(f.format), a.form(w, f))
	}
	if output == "" {
		return render(a.stdout)
	}
	return outfile.Write(ctx, outfile.File{Path: output, Access: outfile.Public, Content: render})
}

func (a *app) verifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "verify FILE",
		Short: "Check that a JSON report was not changed",
		Long: `Compare the digest of a JSON report with its content. Exit code 0: it is as it
was made; 1: it was changed; 2: it has no digest or is no report. The digest is no
signature: whoever changes a report on purpose can compute it again.`,
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error { return a.verify(cmd.Context(), args[0]) },
	}
}

func (a *app) verify(ctx context.Context, path string) error {
	r, state, err := a.readReport(ctx, path, report.Load)
	switch {
	case err != nil:
		return err
	case state == report.NoDigest:
		return usage("reports of this version have one", "%s has no digest", path)
	case state == report.Changed:
		return errNotMet
	}
	return a.print("%s\n", r.Digest)
}

func (a *app) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of a report",
		Args:  cobra.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return a.print("%s", report.Schema()) },
	}
}
