package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/checks/remotion/project"
	"remotion-doctor/doctor"
	"remotion-doctor/internal/asked"
	"remotion-doctor/internal/terminal"
	"remotion-doctor/report"
	"remotion-doctor/source/awsapi"
)

// checkFlags are the flags of check.
type checkFlags struct {
	target      asked.Targets
	requirement asked.Requirement
	source      asked.Source
	excess      struct{ show, deny bool }
	proof       bool
	output      outputFlags
}

func (a *app) checkCommand() *cobra.Command {
	f := &checkFlags{}
	cmd := &cobra.Command{
		Use:   "check [FILE…]",
		Short: "Check a principal against Remotion's required policy",
		Long: `Check the IAM principal behind one or several targets against the policy that
Remotion Lambda requires. Without a target the caller is checked.

Each FILE is a CloudFormation or SAM template, a folder of the CDK, or a Terraform
plan in JSON, and is checked before the deploy.`,
		Example: `  remotion-doctor check --function video-api
  remotion-doctor check --instance i-0123456789abcdef0 --region us-east-1,eu-west-1
  remotion-doctor check --role my-role --require renderer
  remotion-doctor check --role my-role --snapshot account.json --format json
  remotion-doctor check template.yaml --function VideoApi --parameter Stage=prod`,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.source.Operands = args
			return a.check(cmd, f)
		},
	}
	fs := cmd.Flags()
	f.target.Add(fs)
	f.target.AddPick(fs)
	f.requirement.Add(fs)
	f.source.Add(fs, a.stderr)
	f.source.Patience.AddWhole(fs)
	fs.BoolVar(&f.excess.show, "excess", false, "show what is granted beyond the need")
	fs.BoolVar(&f.excess.deny, "deny-excess", false, "exit with 1 if there is any")
	fs.BoolVar(&f.proof, "require-proof", false, "a pass needs proven coverage")
	f.output.add(fs)
	return cmd
}

func (a *app) check(cmd *cobra.Command, f *checkFlags) error {
	if err := f.output.validate(); err != nil {
		return err
	}
	ctx, cancel := f.source.Patience.Bound(cmd.Context())
	defer cancel()
	if err := a.pick(ctx, &f.target, &f.source, f.requirement.Regions); err != nil {
		return err
	}
	o, err := a.options(&f.target, &f.requirement)
	if err != nil {
		return err
	}
	o.Asked = asked.Of(cmd.Flags(), f.source.Operands)
	o.Excess, o.RequireProof = f.excess.show || f.excess.deny, f.proof
	if err := f.source.Open(ctx, o, f.requirement.Region()); err != nil {
		return err
	}
	for _, text := range o.Skipped {
		fmt.Fprintln(a.stderr, report.Clean(text))
	}
	if len(o.Targets) == 0 {
		return nil // all are skipped
	}
	if o.Engine != audit.EngineLocal {
		o.Host = a.host(&f.source, f.requirement.Region())
	}
	r, err := a.run(ctx, o)
	if err != nil {
		return err
	}
	r.Gate.DenyExcess, r.Gate.RequireProof = f.excess.deny, f.proof
	err = a.deliver(ctx, r, &f.output)
	if err != nil && o.Engine == audit.EngineAWS && f.target.Unpicked() == nil && terminal.Is(a.stderr) {
		fmt.Fprintln(a.stderr, "hint: the caller was checked; --pick lists functions and roles to choose from")
	}
	if o.Engine == audit.EngineAWS && err != nil {
		err = besideTemplates(r, err)
	}
	return err
}

// host describes the environment that Remotion would run in, too.
func (a *app) host(f *asked.Source, region string) *doctor.Host {
	return &doctor.Host{
		Environment: project.Environment(".", f.Profile, a.getenv),
		CallerOf: func(ctx context.Context, c checks.Credentials) (string, error) {
			o := f.AWS.Options(region)
			o.Profile = c.Profile
			return awsapi.CallerOf(ctx, o, c.Prefix, a.getenv)
		},
	}
}

// run audits with progress.
func (a *app) run(ctx context.Context, o *doctor.Options) (*audit.Report, error) {
	p := terminal.Start(a.stderr, a.getenv)
	defer p.Done()
	o.Progress = func(done, total int, t audit.Target) { p.Say(done, total, "checking "+t.String()) }
	return doctor.Check(ctx, *o)
}

// besideTemplates adds to an error of AWS that there is something to check
// without it.
func besideTemplates(r *audit.Report, err error) error {
	failed := slices.ContainsFunc(r.Sections, func(s audit.Section) bool { return s.Error != nil })
	if _, statErr := os.Stat("cdk.out/manifest.json"); !failed || statErr != nil {
		return err
	}
	f := *asFailure(err)
	f.hint = strings.TrimPrefix(f.hint+"; ./cdk.out can be checked without AWS: --template cdk.out", "; ")
	return &f
}
