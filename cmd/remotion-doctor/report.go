package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"remotion-doctor/audit"
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
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("`remotion-doctor report --help` lists them", "report has no command %q", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
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
	cmd.Flags().SortFlags = false
	f.addForm(cmd.Flags(), report.FormatTable)
	return cmd
}

func oneFile(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usage("name one JSON report, or - for standard input", "%d files were named", len(args))
	}
	return nil
}

// convert writes a report in other forms. A digest that does not match is kept,
// so that the result does not match either.
func (a *app) convert(ctx context.Context, path string, f *outputFlags) error {
	if err := f.validate(); err != nil {
		return err
	}
	r, state, err := a.readReport(path)
	if err != nil {
		return err
	}
	stated := r.Digest
	shown, err := a.finish(r, f)
	if err != nil {
		return err
	}
	if state != report.Intact && !f.redact {
		shown.Digest = stated
	}
	return a.write(ctx, shown, f)
}

func (a *app) mergeCommand() *cobra.Command {
	f := &outputFlags{}
	cmd := &cobra.Command{
		Use:   "merge FILE...",
		Short: "Put the sections of several reports into one",
		Long: `Put the sections of several JSON reports into one report. Of a target and
requirement that several have, the newest stays.`,
		Example: `  remotion-doctor report merge us.json eu.json --output all.json
  remotion-doctor report merge *.json --format html > all.html`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("name the JSON reports", "no files were named")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.merge(cmd.Context(), args, f) },
	}
	cmd.Flags().SortFlags = false
	f.addForm(cmd.Flags(), report.FormatJSON)
	return cmd
}

func (a *app) merge(ctx context.Context, paths []string, f *outputFlags) error {
	if err := f.validate(); err != nil {
		return err
	}
	var reports []*audit.Report
	for _, path := range paths {
		r, _, err := a.readReport(path)
		if err != nil {
			return err
		}
		reports = append(reports, r)
	}
	shown, err := a.finish(report.Merge(reports), f)
	if err != nil {
		return err
	}
	return a.write(ctx, shown, f)
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
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usage("name the older report, then the newer one", "%d files were named", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.diff(cmd.Context(), args[0], args[1], output, f)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	f.flags = fs
	fs.StringVar(&f.format, "format", "table", "form of the difference: `table|json|markdown`")
	fs.StringVar(&output, "output", "", "write the difference to `FILE`")
	fs.StringVar(&f.color, "color", "auto", "colour: `auto|always|never`")
	fs.BoolVar(&f.noColor, "no-color", false, "no colour")
	return cmd
}

func (a *app) diff(ctx context.Context, oldPath, newPath, output string, f *outputFlags) error {
	f.failOn = "unknown"
	if f.format != "table" && f.format != "json" && f.format != "markdown" {
		return usage("", "--format %q is not one of table, json, markdown", f.format)
	}
	if err := f.validate(); err != nil {
		return err
	}
	if err := f.diffOutput(output); err != nil {
		return err
	}
	old, _, err := a.readReport(oldPath)
	if err != nil {
		return err
	}
	now, _, err := a.readReport(newPath)
	if err != nil {
		return err
	}
	d := report.Compare(old, now)
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
	if f.format, err = f.choice([]string{"table", "json", "markdown"}).of(path); err != nil {
		return err
	}
	return outfile.Check(path)
}

func (a *app) writeComparison(ctx context.Context, d *report.Comparison, output string, f *outputFlags) error {
	render := func(w io.Writer) error {
		switch f.format {
		case "json":
			return report.ComparisonJSON(w, d)
		case "markdown":
			return report.ComparisonMarkdown(w, d)
		}
		return report.ComparisonTable(w, d, a.form(w, f))
	}
	if output == "" {
		return render(a.stdout)
	}
	return outfile.Write(ctx, outfile.File{Path: output, Access: outfile.Public, Content: render})
}

func (a *app) verifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "verify FILE",
		Short: "Say whether a JSON report is as it was made",
		Long: `Compare the digest of a JSON report with its content. Exit code 0: it is as it
was made; 1: it was changed; 2: it has no digest or is no report. The digest is no
signature: whoever changes a report on purpose can compute it again.`,
		Args: oneFile,
		RunE: func(_ *cobra.Command, args []string) error { return a.verify(args[0]) },
	}
}

func (a *app) verify(path string) error {
	r, state, err := a.readReport(path)
	switch {
	case err != nil:
		return err
	case state == report.NoDigest:
		return usage("reports of this version have one", "%s has no digest", path)
	case state == report.Changed:
		return errNotMet
	}
	_, err = fmt.Fprintf(a.stdout, "%s\n", r.Digest)
	return err
}

func (a *app) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of a report",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(a.stdout, report.Schema())
			return err
		},
	}
}
