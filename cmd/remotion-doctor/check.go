package main

import (
	"github.com/spf13/cobra"

	"remotion-doctor/audit"
)

// checkFlags are the flags of check.
type checkFlags struct {
	target      targetFlags
	requirement requirementFlags
	source      sourceFlags
	excess      excessFlags
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
	f.excess.add(fs)
	f.output.add(fs)
	return cmd
}

func (a *app) check(cmd *cobra.Command, f *checkFlags) error {
	if err := f.output.validate(); err != nil {
		return err
	}
	j, err := a.job(&f.target, &f.requirement)
	if err != nil {
		return err
	}
	j.excess = f.excess.show || f.excess.deny
	if err := a.open(cmd.Context(), j, &f.source, f.requirement.region()); err != nil {
		return err
	}
	if j.engine != audit.EngineLocal {
		j.host = a.host(&f.source, f.requirement.region())
	}
	report := a.audit(cmd.Context(), j)
	if err := cmd.Context().Err(); err != nil {
		return err
	}
	report.Gate.DenyExcess = f.excess.deny
	err = a.deliver(report, &f.output)
	if j.engine == audit.EngineAWS && err != nil {
		err = besideTemplates(report, err)
	}
	return err
}
