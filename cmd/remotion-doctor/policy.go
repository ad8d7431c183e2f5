package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"remotion-doctor/checks"
	"remotion-doctor/checks/remotion"
	"remotion-doctor/doctor/policytext"
	"remotion-doctor/doctor/setup"
	"remotion-doctor/iam/policy"
	"remotion-doctor/internal/asked"
	"remotion-doctor/source/files"
)

func (a *app) policyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Print Remotion's policies, what changed between releases, and faults of a copy",
		Args:  noCommand("there are policy show, policy diff and policy lint", "unknown command \"policy %s\""),
		RunE:  showHelp,
	}
	cmd.AddCommand(a.policyShowCommand(), a.policyDiffCommand(), a.policyLintCommand())
	return cmd
}

// showFlags say which policy is printed, and how far it is narrowed.
type showFlags struct {
	version, account, bucket, function, partition string
	as, caller                                    string
	regions, operations                           []string
	deployment                                    asked.DeploymentFlags
}

func (a *app) policyShowCommand() *cobra.Command {
	f := &showFlags{}
	cmd := &cobra.Command{
		Use:   "show [caller|renderer]",
		Short: "Print a required policy, ready to paste",
		Long: `Print the policy that Remotion Lambda requires of the caller (whoever calls
renderMediaOnLambda()) or of the renderer (remotion-lambda-role, which the render
function runs as), for a release, narrowed to an account, regions and names, and
with what the features in use demand beyond the documentation. With --as it prints all
that has to be made: the caller's user or role, remotion-lambda-role with its trust
policy, and a bucket.`,
		Example: `  remotion-doctor policy show caller
  remotion-doctor policy show caller --for render,progress --account 123456789012 --region us-east-1
  remotion-doctor policy show renderer --output-bucket my-videos --privacy no-acl
  remotion-doctor policy show --as cloudformation --region us-east-1 > remotion.yaml`,
		ValidArgs: []string{"caller", "renderer"},
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 && (args[0] == "caller" || args[0] == "renderer") || len(args) == 0 && f.as != "" {
				return nil
			}
			return usage("the caller calls renderMediaOnLambda(), the renderer is the function's own role", "policy show accepts caller or renderer")
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.policyShow(args, f) },
	}
	fs := cmd.Flags()
	fs.StringVar(&f.version, "remotion-version", "", "release of Remotion, `X.Y.Z` (default: that of the project here, else "+remotion.Newest+")")
	fs.StringSliceVar(&f.operations, "for", nil, "only what these need, `OPERATION[,…]`: "+strings.Join(remotion.Pack().OperationNames(), ", "))
	fs.StringVar(&f.account, "account", "", "narrow to the account with this `ID`")
	fs.StringSliceVar(&f.regions, "region", nil, "narrow to regions, `R[,R]`")
	fs.StringVar(&f.bucket, "bucket", "", "narrow to the forced bucket `NAME`")
	fs.StringVar(&f.function, "render-function", "", "narrow to the function `NAME`")
	fs.StringVar(&f.partition, "partition", "", "`aws|aws-cn` (default: that of --region, else aws)")
	fs.StringVar(&f.as, "as", "", "the whole set-up from nothing, as `cloudformation|terraform|cdk`: role, user, bucket")
	fs.StringVar(&f.caller, "caller", "user", "with --as, who calls Remotion: `"+strings.Join(setup.Callers(), "|")+"`")
	f.deployment.Add(fs)
	return cmd
}

func (a *app) policyShow(names []string, f *showFlags) error {
	if len(names) == 0 {
		names = []string{"renderer", "caller"}
	}
	docs := map[string]*policy.Document{}
	for _, name := range names {
		r, err := a.requirementFor(name, f)
		if err != nil {
			return err
		}
		docs[name] = r.Policy(checks.Narrowing{Account: f.account, Regions: f.regions, Bucket: f.bucket, Function: f.function})
		if len(docs[name].Statements) == 0 {
			return usage("leave --for out, or take the other policy", "the %s policy grants nothing that %s needs", name, strings.Join(f.operations, ", "))
		}
		for _, note := range r.Remarks() {
			fmt.Fprintf(a.stderr, "note: %s\n", note)
		}
	}
	text, err := setup.Text(docs, names[0], f.as, f.caller)
	if err == nil {
		_, err = fmt.Fprint(a.stdout, text)
	}
	return err
}

func (a *app) requirementFor(name string, f *showFlags) (*checks.Requirement, error) {
	if f.account != "" && !policy.IsAccountID(f.account) {
		return nil, usage("an account's id has twelve digits", "--account %q is not an account", f.account)
	}
	if err := asked.ValidRegions(f.regions); err != nil {
		return nil, err
	}
	partition, regions, err := remotion.Place(f.regions, f.partition)
	if err != nil {
		return nil, usage("Remotion Lambda runs in aws and aws-cn, and a policy belongs to one partition", "%v", err)
	}
	if err := asked.ValidOperations(f.operations); err != nil {
		return nil, err
	}
	release, err := asked.Release(f.version)
	if err != nil {
		return nil, err
	}
	d, err := f.deployment.Deployment(f.bucket, f.function)
	if err != nil {
		return nil, err
	}
	r, err := remotion.Pack().RequiredIn(name, checks.Usage{Release: release.Version, Partition: partition, Regions: regions, Deployment: d, Operations: f.operations})
	if err == nil {
		r.Notes = append(r.Notes, release.Notes...)
	}
	return r, err
}

func (a *app) policyDiffCommand() *cobra.Command {
	var format, partition string
	cmd := &cobra.Command{
		Use:     "diff FROM TO",
		Short:   "Say what a release requires that another does not, why, and what fails without it",
		Example: `  remotion-doctor policy diff 3.3.54 4.0.527`,
		Args:    arguments(2, 2, "as in `remotion-doctor policy diff 3.3.54 "+remotion.Newest+"`", "policy diff compares two releases"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := asked.OneOf("format", format, "text", "json"); err != nil {
				return err
			}
			d, err := remotion.Pack().Diff(args[0], args[1], partition)
			if err != nil {
				return usage("", "%v", err)
			}
			if format == "json" {
				return a.json(d)
			}
			return policytext.Differences(a.stdout, remotion.Pack().Name, args[0], args[1], d)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "`text|json`")
	cmd.Flags().StringVar(&partition, "partition", "aws", "`aws|aws-cn`")
	return cmd
}

func (a *app) json(v any) error {
	enc := json.NewEncoder(a.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// lintFlags say what the files are meant to be.
type lintFlags struct{ as, version, partition, format string }

func (a *app) policyLintCommand() *cobra.Command {
	f := &lintFlags{}
	cmd := &cobra.Command{
		Use:   "lint FILE…",
		Short: "Find faults in policies of any kind",
		Long: `Find faults in policy files ("-" reads the standard input) and in all policies of
templates, plans and folders of the CDK: actions that do not exist; actions on a
kind of resource that they do not work on; condition keys that requests never
carry; elements that AWS refuses in this kind of policy; bucket patterns that match
no bucket of Remotion; a policy of an older release, recognised by its content; the
policies of caller and renderer swapped; ARNs of another partition.

Exit codes: 0 no fault · 1 at least one · 2 a file cannot be read or parsed.`,
		Example: `  remotion-doctor policy lint remotion-user-policy.json
  remotion-doctor policy lint --as renderer role-policy.json
  remotion-doctor policy lint --as scp guardrails.json
  remotion-doctor policy lint template.yaml`,
		Args: arguments(1, math.MaxInt, "as in `remotion-doctor policy lint policy.json`", "policy lint reads at least one file"),
		RunE: func(_ *cobra.Command, args []string) error { return a.policyLint(args, f) },
	}
	fs := cmd.Flags()
	fs.StringVar(&f.as, "as", "", "what the policy is meant for (default: by its form): `"+strings.Join(policytext.As(remotion.Pack()), "|")+"`")
	fs.StringVar(&f.version, "remotion-version", "", "release of Remotion, `X.Y.Z` (default: that of the project here, else "+remotion.Newest+")")
	fs.StringVar(&f.partition, "partition", "", "partition of the account, `aws|aws-cn`")
	fs.StringVar(&f.format, "format", "text", "`text|json`")
	return cmd
}

func (a *app) policyLint(paths []string, f *lintFlags) error {
	if err := errors.Join(asked.OneOf("format", f.format, "text", "json"), asked.OneOf("as", f.as, append(policytext.As(remotion.Pack()), "")...), asked.OneOf("partition", f.partition, "", "aws", "aws-cn")); err != nil {
		return err
	}
	release, err := asked.Release(f.version)
	if err != nil {
		return err
	}
	scope := policytext.Scope(remotion.Pack(), f.as)
	scope.Version, scope.Partition = release.Version, f.partition
	done := a.while("reading the policies")
	found, err := policytext.Lint(remotion.Pack(), paths, func(path string) ([]byte, error) { return files.Input(a.stdin, path, maxInput) }, scope)
	done()
	if err != nil {
		return err
	}
	if f.format == "json" {
		err = a.json(found.Faults)
	} else {
		err = policytext.Faults(a.stdout, found)
	}
	if err == nil && len(found.Faults) > 0 {
		return errNotMet
	}
	return err
}
