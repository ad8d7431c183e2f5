package main

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"remotion-doctor/change"
	"remotion-doctor/doctor"
	"remotion-doctor/doctor/attach"
	"remotion-doctor/doctor/infile"
	"remotion-doctor/iam/policy"
	"remotion-doctor/internal/asked"
	"remotion-doctor/internal/ending"
	"remotion-doctor/internal/outfile"
	"remotion-doctor/remedy"
	"remotion-doctor/report"
)

// fixFlags are the flags of fix.
type fixFlags struct {
	target      asked.Targets
	requirement asked.Requirement
	source      asked.Source

	form, name, output           string
	documented, replace, managed bool
	keep                         []string
	apply, yes, undo, dryRun     bool
	write                        bool
	force                        []int
	record                       string
	wait, patience               time.Duration
	color                        asked.Color
}

func (a *app) fixCommand() *cobra.Command {
	f := &fixFlags{}
	cmd := &cobra.Command{
		Use:   "fix [FILE…]",
		Short: "Show, or attach, the policy that grants what is missing",
		Long: `Show the smallest policy that makes what Remotion requires pass, narrowed to the
account, the regions and the names in use; it is evaluated as if attached before
it is shown. What no grant cures is listed with the change that would lift it.
Nothing is written unless --apply (to AWS) or --write (into the template) is given.

Exit codes: 0 everything passes, or does with this policy · 1 something is left
that it does not cure · 2 bad usage · 3 could not be completed.`,
		Example: `  remotion-doctor fix --function video-api
  remotion-doctor fix --role my-role --as cli > grant.sh
  remotion-doctor fix --role my-role --as terraform --snapshot account.json
  remotion-doctor fix --template template.yaml --function VideoApi --write
  remotion-doctor fix --role my-role --dry-run
  remotion-doctor fix --role my-role --apply
  remotion-doctor fix --role my-role --undo`,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.source.Operands = args
			return a.fix(cmd.Context(), f)
		},
	}
	fs := cmd.Flags()
	f.target.Add(fs)
	f.target.AddPick(fs)
	f.requirement.Add(fs)
	fs.StringVar(&f.form, "as", "", "only the remedy, as `"+formNames+"`")
	fs.StringVar(&f.name, "policy-name", remedy.DefaultName, "`NAME` of the policy; where there is one, what is missing is added to it")
	fs.BoolVar(&f.documented, "as-documented", false, "grant the resources as Remotion documents them, for every account, region and name")
	fs.BoolVar(&f.managed, "managed", false, "a managed policy instead of an inline one")
	fs.BoolVar(&f.replace, "replace", false, "the whole policy that the role should have, instead of all that it has")
	fs.StringArrayVar(&f.keep, "keep", nil, "with --replace, leave the `POLICY` of this name or ARN; repeatable")
	fs.StringVar(&f.output, "output", "", "write the remedy to `FILE`")
	fs.BoolVar(&f.apply, "apply", false, "write the change to AWS, after showing it and asking")
	fs.BoolVar(&f.write, "write", false, "put the remedy into the template, or a file next to the plan, after showing it and asking")
	fs.BoolVarP(&f.yes, "yes", "y", false, "with --apply, --undo or --write, do not ask")
	fs.BoolVar(&f.dryRun, "dry-run", false, "list the writes of --apply or --undo and make none; --as json|cli prints them")
	fs.BoolVar(&f.undo, "undo", false, "put back what was there before the last --apply that wrote something")
	fs.IntSliceVar(&f.force, "force-step", nil, "with --undo, take back step `N` although somebody else changed its policy since; repeatable")
	fs.StringVar(&f.record, "undo-file", "", "journal `FILE` of the change (default: a new one in your state folder)")
	fs.DurationVar(&f.wait, "wait", 10*time.Second, "with --apply, `DURATION` that IAM's propagation is given")
	fs.DurationVar(&f.patience, "timeout", 2*time.Minute, "with --apply, `DURATION` after which what still does not pass has failed")
	f.source.Add(fs, a.stderr)
	f.color.Add(fs)
	return cmd
}

var formNames = strings.Join(ending.Forms(remedy.Forms...), "|")

func (f *fixFlags) validate() error {
	switch {
	case f.form != "" && !slices.Contains(remedy.Forms, remedy.Form(f.form)):
		return usage("", "--as %q is not one of %s", f.form, strings.ReplaceAll(formNames, "|", ", "))
	case f.apply && f.undo:
		return usage("", "--apply and --undo exclude each other")
	case f.apply && f.form != "" && !f.dryRun:
		return usage("leave one of them out", "--as shows a remedy, --apply attaches it")
	case f.dryRun && !f.write && f.form != "" && f.form != "json" && f.form != "cli":
		return usage("use --as json or --as cli", "--dry-run has no form %q", f.form)
	case len(f.force) > 0 && !f.undo:
		return usage("", "--force-step needs --undo")
	case f.write && (f.apply || f.undo || f.replace):
		return usage("leave the other out", "--write adds to files; --apply and --undo write to AWS, --replace takes policies away")
	case (f.apply || f.undo) && (f.source.Engine == "local" || f.source.Base() != ""):
		return usage("leave --engine and the file out", "--apply and --undo write to AWS, not to a file")
	case len(f.keep) > 0 && !f.replace:
		return usage("", "--keep names what --replace would remove")
	case f.yes && !f.apply && !f.undo && !f.write:
		return usage("", "--yes answers the question of --apply, --undo and --write")
	case f.write && (len(f.source.Paths()) == 0):
		return usage("name it as an argument, or with --template or --plan", "--write needs the file to write to")
	case f.write && (f.form == "json" || f.form == "cli"):
		return usage("leave --as out", "--write has no form %q", f.form)
	}
	if f.output != "" {
		if err := f.checkFile(); err != nil {
			return err
		}
	}
	if !policy.IsName(f.name) {
		return usage("letters, digits and +=,.@_- ; 128 at most", "--policy-name %q is not a policy's name", f.name)
	}
	return nil
}

// checkFile checks the file of the remedy, and lets its ending choose the form.
func (f *fixFlags) checkFile() (err error) {
	c := ending.Choice{Asked: f.form, Given: f.form != "", Forms: ending.Forms(remedy.Forms...), Endings: remedy.Endings()}
	if f.form, err = c.Of(f.output); err != nil {
		return asked.Ended("as", err)
	}
	return outfile.Check(f.output)
}

func (a *app) fix(ctx context.Context, f *fixFlags) error {
	if err := f.validate(); err != nil {
		return err
	}
	if err := a.pick(ctx, &f.target, &f.source, f.requirement.Regions); err != nil {
		return err
	}
	o, err := a.options(&f.target, &f.requirement)
	if err != nil {
		return err
	}
	if err := f.source.Open(ctx, o, f.requirement.Region()); err != nil {
		return err
	}
	if f.undo {
		return a.undo(ctx, o, f)
	}
	done := a.while("working out the remedy")
	fixes, err := doctor.Fix(ctx, f.of(o))
	done()
	if err != nil {
		return err
	}
	todo := attach.Plans(ctx, *o, fixes, a.now())
	infile.Locate(todo, remedy.Form(f.form))
	switch {
	case f.write:
		return a.putIn(ctx, o, f, todo)
	case f.dryRun:
		var plans []*change.Plan
		if plans, err = attach.Ready(ctx, *o, todo); err == nil {
			err = attach.RenderPlans(a.stdout, remedy.Form(f.form), plans)
		}
	case f.apply:
		return a.apply(ctx, o, f, todo)
	default:
		err = a.writeFixes(ctx, todo, f)
	}
	if err != nil {
		return err
	}
	return left(fixes)
}

// of are the options of the remedy.
func (f *fixFlags) of(o *doctor.Options) doctor.FixOptions {
	return doctor.FixOptions{Options: *o, Name: f.name, Managed: f.managed, Documented: f.documented, Replace: f.replace, Keep: f.keep}
}

// left is the error for what the remedies do not cure. That something could not
// be read comes first: whether it is cured is not known.
func left(fixes []*doctor.Remedy) error {
	switch g, cured := doctor.Left(fixes); {
	case g != nil:
		return &failure{exitIncomplete, "the check is incomplete: " + g.String(), g.Hint}
	case !cured:
		return errNotMet
	}
	return nil
}

func (a *app) writeFixes(ctx context.Context, fixes []attach.Planned, f *fixFlags) error {
	if f.output == "" {
		return a.renderFixes(a.stdout, fixes, f)
	}
	return outfile.Write(ctx, outfile.File{Path: f.output, Access: outfile.Private, Content: func(w io.Writer) error { return a.renderFixes(w, fixes, f) }})
}

// renderFixes writes the remedies in a form, or for people. What belongs to a
// form goes to stderr, so that the form can be pasted unchanged.
func (a *app) renderFixes(w io.Writer, fixes []attach.Planned, f *fixFlags) error {
	if f.form == "" {
		return attach.Show(w, fixes, f.color.Options(w, a.getenv))
	}
	if err := a.sayAll(attach.Remarks(fixes)); err != nil {
		return err
	}
	return attach.Render(w, remedy.Form(f.form), fixes, f.replace)
}

// sayAll writes lines to stderr.
func (a *app) sayAll(lines []string) error {
	for _, line := range lines {
		if err := a.say(line); err != nil {
			return err
		}
	}
	return nil
}

// say writes a line to stderr.
func (a *app) say(line string) error {
	_, err := io.WriteString(a.stderr, report.Clean(line)+"\n")
	return err
}
