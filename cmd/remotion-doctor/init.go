package main

import (
	"github.com/spf13/cobra"

	"remotion-doctor/checks/remotion"
	"remotion-doctor/internal/asked"
	"remotion-doctor/internal/starter"
)

func (a *app) initCommand() *cobra.Command {
	o := starter.Options{}
	var dry bool
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write the configuration and the CI workflow of a project",
		Long: `Look at the project in the working directory and write what it needs to check its
roles: remotion-doctor.yaml, the workflow of its CI system, the entry for
pre-commit. A file that exists is never changed.`,
		Example: `  remotion-doctor init --function VideoApi --region us-east-1
  remotion-doctor init --dry-run`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := asked.OneOf("ci", o.CI, "github", "gitlab", "none", ""); err != nil {
				return err
			}
			return starter.Run(cmd.Context(), a.stdout, ".", remotion.Pack(), o, dry)
		},
	}
	fs := cmd.Flags()
	fs.StringArrayVar(&o.Functions, "function", nil, "function that renders, by logical id or `NAME`; repeatable")
	fs.StringArrayVar(&o.Roles, "role", nil, "role that renders, by logical id or `NAME`; repeatable")
	fs.StringSliceVar(&o.Regions, "region", nil, "regions that Remotion is used in, `R[,R]`")
	fs.StringVar(&o.CI, "ci", "", "workflow for `github|gitlab|none` (default: what the project has)")
	fs.StringVar(&o.Action, "action", "", "where remotion-doctor is kept, `OWNER/REPOSITORY@REF`")
	fs.BoolVar(&o.PreCommit, "pre-commit", false, "an entry for pre-commit, too, where it is not in use yet")
	fs.BoolVar(&dry, "dry-run", false, "print the files, and write none")
	return cmd
}
