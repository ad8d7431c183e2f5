package main

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
)

// checkFlags are the flags of check.
type checkFlags struct {
	target      targetFlags
	requirement requirementFlags
	source      sourceFlags
	excess      excessFlags
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
			f.source.files = args
			return a.check(cmd, f)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	f.target.add(fs)
	f.requirement.add(fs)
	f.source.add(fs)
	f.source.patience.addWhole(fs)
	f.excess.add(fs)
	fs.BoolVar(&f.proof, "require-proof", false, "a pass needs proven coverage")
	f.output.add(fs)
	return cmd
}

func (a *app) check(cmd *cobra.Command, f *checkFlags) error {
	if err := f.output.validate(); err != nil {
		return err
	}
	ctx, cancel := f.source.patience.bound(cmd.Context())
	defer cancel()
	o, err := a.options(&f.target, &f.requirement)
	if err != nil {
		return err
	}
	o.Asked = asked(cmd.Flags(), f.source.files)
	o.Excess, o.RequireProof = f.excess.show || f.excess.deny, f.proof
	if err := a.open(ctx, o, &f.source, f.requirement.region()); err != nil {
		return err
	}
	if o.Engine != audit.EngineLocal {
		o.Host = a.host(&f.source, f.requirement.region())
	}
	report, err := a.run(ctx, o)
	if err != nil {
		return err
	}
	report.Gate.DenyExcess, report.Gate.RequireProof = f.excess.deny, f.proof
	err = a.deliver(ctx, report, &f.output)
	if o.Engine == audit.EngineAWS && err != nil {
		err = besideTemplates(report, err)
	}
	return err
}

// run audits with progress.
func (a *app) run(ctx context.Context, o *doctor.Options) (*audit.Report, error) {
	p := a.progress()
	defer p.done()
	o.Progress = func(done, total int, t audit.Target) { p.say(done, total, "checking "+t.String()) }
	return doctor.Check(ctx, *o)
}

// excessFlags are about what is granted beyond the need.
type excessFlags struct{ show, deny bool }

func (f *excessFlags) add(fs *pflag.FlagSet) {
	fs.BoolVar(&f.show, "excess", false, "show what is granted beyond the need")
	fs.BoolVar(&f.deny, "deny-excess", false, "exit with 1 if there is any")
}
