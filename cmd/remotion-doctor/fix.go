package main

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"remotion-doctor/doctor"
	"remotion-doctor/internal/outfile"
	"remotion-doctor/remedy"
	"remotion-doctor/report"
)

// fixFlags are the flags of fix.
type fixFlags struct {
	target      targetFlags
	requirement requirementFlags
	source      sourceFlags

	form, name, output           string
	documented, replace, managed bool
	keep                         []string
	apply, yes, undo, dryRun     bool
	force                        []int
	record                       string
	wait, patience               time.Duration
	color                        string
	noColor                      bool
}

func (a *app) fixCommand() *cobra.Command {
	f := &fixFlags{}
	cmd := &cobra.Command{
		Use:   "fix [FILE…]",
		Short: "Show, or attach, the policy that grants what is missing",
		Long: `Show the smallest policy that makes what Remotion requires pass, narrowed to the
account, the regions and the names in use; it is evaluated as if attached before
it is shown. What no grant cures is listed with the change that would lift it.
Nothing is written unless --apply is given.

Exit codes: 0 everything passes, or does with this policy · 1 something is left
that it does not cure · 2 bad usage · 3 could not be completed.`,
		Example: `  remotion-doctor fix --function video-api
  remotion-doctor fix --role my-role --as cli > grant.sh
  remotion-doctor fix --role my-role --as terraform --snapshot account.json
  remotion-doctor fix --role my-role --dry-run
  remotion-doctor fix --role my-role --apply
  remotion-doctor fix --role my-role --undo`,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.source.files = args
			return a.fix(cmd.Context(), f)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	f.target.add(fs)
	f.requirement.add(fs)
	fs.StringVar(&f.form, "as", "", "only the remedy, as `"+formNames()+"`")
	fs.StringVar(&f.name, "policy-name", remedy.DefaultName, "`NAME` of the policy; where there is one, what is missing is added to it")
	fs.BoolVar(&f.documented, "as-documented", false, "grant the resources as Remotion documents them, for every account, region and name")
	fs.BoolVar(&f.managed, "managed", false, "a managed policy instead of an inline one")
	fs.BoolVar(&f.replace, "replace", false, "the whole policy that the role should have, instead of all that it has")
	fs.StringArrayVar(&f.keep, "keep", nil, "with --replace, leave the `POLICY` of this name or ARN; repeatable")
	fs.StringVar(&f.output, "output", "", "write the remedy to `FILE`")
	fs.BoolVar(&f.apply, "apply", false, "write the change to AWS, after showing it and asking")
	fs.BoolVarP(&f.yes, "yes", "y", false, "with --apply or --undo, do not ask")
	fs.BoolVar(&f.dryRun, "dry-run", false, "list the writes of --apply or --undo and make none; --as json|cli prints them")
	fs.BoolVar(&f.undo, "undo", false, "put back what was there before the last --apply that wrote something")
	fs.IntSliceVar(&f.force, "force-step", nil, "with --undo, take back step `N` although somebody else changed its policy since; repeatable")
	fs.StringVar(&f.record, "undo-file", "", "journal `FILE` of the change (default: a new one in your state folder)")
	fs.DurationVar(&f.wait, "wait", 10*time.Second, "with --apply, `DURATION` that IAM's propagation is given")
	fs.DurationVar(&f.patience, "timeout", 2*time.Minute, "with --apply, `DURATION` after which what still does not pass has failed")
	f.source.add(fs)
	fs.StringVar(&f.color, "color", "auto", "colour: `auto|always|never`")
	fs.BoolVar(&f.noColor, "no-color", false, "no colour")
	return cmd
}

func formNames() string {
	names := make([]string, len(remedy.Forms))
	for i, form := range remedy.Forms {
		names[i] = string(form)
	}
	return strings.Join(names, "|")
}

func (f *fixFlags) validate() error {
	switch {
	case f.form != "" && !slices.Contains(remedy.Forms, remedy.Form(f.form)):
		return usage("", "--as %q is not one of %s", f.form, strings.ReplaceAll(formNames(), "|", ", "))
	case f.apply && f.undo:
		return usage("", "--apply and --undo exclude each other")
	case f.apply && f.form != "" && !f.dryRun:
		return usage("leave one of them out", "--as shows a remedy, --apply attaches it")
	case f.dryRun && f.form != "" && f.form != "json" && f.form != "cli":
		return usage("use --as json or --as cli", "--dry-run has no form %q", f.form)
	case len(f.force) > 0 && !f.undo:
		return usage("", "--force-step needs --undo")
	case (f.apply || f.undo) && (f.source.engine == "local" || f.source.base() != ""):
		return usage("leave --engine and the file out", "--apply and --undo write to AWS, not to a file")
	case len(f.keep) > 0 && !f.replace:
		return usage("", "--keep is about what --replace would take away")
	case f.yes && !f.apply && !f.undo:
		return usage("", "--yes answers the question of --apply and --undo")
	}
	if f.output != "" {
		if err := f.checkFile(); err != nil {
			return err
		}
	}
	if !validPolicyName(f.name) {
		return usage("letters, digits and +=,.@_- ; 128 at most", "--policy-name %q is not a policy's name", f.name)
	}
	return nil
}

// checkFile checks the file of the remedy, and lets its ending choose the form.
func (f *fixFlags) checkFile() (err error) {
	c := formChoice{flag: "as", asked: f.form, given: f.form != "", forms: forms(remedy.Forms...), endings: remedyEndings}
	if f.form, err = c.of(f.output); err != nil {
		return err
	}
	return outfile.Check(f.output)
}

// validPolicyName: IAM User Guide, "IAM and AWS STS quotas", name
// requirements.
func validPolicyName(s string) bool {
	return s != "" && len(s) <= 128 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+=,.@_-") == ""
}

func (a *app) fix(ctx context.Context, f *fixFlags) error {
	if err := f.validate(); err != nil {
		return err
	}
	o, err := a.options(&f.target, &f.requirement)
	if err != nil {
		return err
	}
	if err := a.open(ctx, o, &f.source, f.requirement.region()); err != nil {
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
	todo := a.plans(ctx, o, fixes)
	switch {
	case f.dryRun:
		err = a.dryRun(ctx, o, f, todo)
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

// left is the error for what the remedies do not cure.
func left(fixes []*doctor.Remedy) error {
	for _, x := range fixes {
		if !x.Cures() {
			return errNotMet
		}
	}
	return nil
}

func (a *app) writeFixes(ctx context.Context, fixes []planned, f *fixFlags) error {
	if f.output == "" {
		return a.renderFixes(a.stdout, fixes, f)
	}
	var b bytes.Buffer
	if err := a.renderFixes(&b, fixes, f); err != nil {
		return err
	}
	return writeFile(ctx, f.output, outfile.Private, b.Bytes())
}

// renderFixes writes the remedies in a form, or for people. What stands beside
// a form goes to stderr, so that the form can be pasted as it is.
func (a *app) renderFixes(w io.Writer, fixes []planned, f *fixFlags) error {
	if f.form == "" {
		for i := range fixes {
			if err := report.Remedy(w, fixes[i].view(), a.look(w, f), i == len(fixes)-1); err != nil {
				return err
			}
		}
		return nil
	}
	var changes []*remedy.Change
	for i := range fixes {
		if x := &fixes[i]; x.Change != nil {
			changes = append(changes, x.Change)
		}
		for _, line := range fixes[i].beside() {
			if err := a.say(line); err != nil {
				return err
			}
		}
	}
	switch form := remedy.Form(f.form); {
	case len(changes) == 0:
		return nil
	case form == remedy.FormCLI:
		return renderCLI(w, fixes)
	case form == remedy.FormJSON && !f.replace:
		return remedy.Render(w, remedy.FormJSON, grantsOnly(fixes))
	}
	return remedy.Render(w, remedy.Form(f.form), changes)
}

// grantsOnly are the remedies by themselves, not joined with what a policy of
// the same name says already: JSON is pasted as a policy of its own.
func grantsOnly(fixes []planned) []*remedy.Change {
	var out []*remedy.Change
	for _, x := range fixes {
		if x.Grants != nil {
			out = append(out, &remedy.Change{Steps: []remedy.Step{{Kind: remedy.PutInline, After: x.Grants}}})
		}
	}
	return out
}

func (a *app) look(w io.Writer, f *fixFlags) report.Options { return a.painted(w, f.color, f.noColor) }

// say writes a line to stderr.
func (a *app) say(line string) error {
	_, err := io.WriteString(a.stderr, report.Clean(line)+"\n")
	return err
}
