package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"remotion-doctor/audit"
	"remotion-doctor/internal/asked"
	"remotion-doctor/internal/outfile"
	"remotion-doctor/internal/terminal"
	"remotion-doctor/report"
	"remotion-doctor/source/awsapi"
)

// snapshotFlags are the flags of snapshot.
type snapshotFlags struct {
	output  string
	regions []string
	onlyFor []string
	asked.AWS
}

func (a *app) snapshotCommand() *cobra.Command {
	f := &snapshotFlags{}
	cmd := &cobra.Command{
		Use:   "snapshot",
		Short: "Download what the offline evaluator needs from an account",
		Long: `Download roles, users, groups and policies, functions, instance profiles, task
definitions, pod identities, Remotion's buckets and, where permitted, the policies
of the organization into one file, for --snapshot and serve.

What was read is kept in FILE.partial until the file is complete: an interrupted
snapshot goes on where it stopped. What may not be read is listed, here and in the
file, with what that leaves open. Nothing is written to AWS.`,
		Example: `  remotion-doctor snapshot --output account.json --region us-east-1,eu-west-1
  remotion-doctor snapshot --only-for function:video-api --output video-api.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.snapshot(cmd.Context(), f) },
	}
	fs := cmd.Flags()
	fs.StringVar(&f.output, "output", "account.json", "write the snapshot to `FILE`")
	fs.StringSliceVar(&f.regions, "region", nil, "regions of functions, instances, tasks and pods, `R[,R]`")
	fs.StringArrayVar(&f.onlyFor, "only-for", nil, "only what a check of one target needs, `KIND:NAME`: role, user, function, instance, instance-profile, task-definition or pod-identity; repeatable")
	f.AWS.Add(fs, a.stderr)
	return cmd
}

func (a *app) snapshot(ctx context.Context, f *snapshotFlags) error {
	if err := asked.ValidRegions(f.regions); err != nil {
		return err
	}
	if err := outfile.Check(f.output); err != nil {
		return err
	}
	targets, err := onlyFor(f.onlyFor)
	if err != nil {
		return err
	}
	client, err := awsapi.Open(ctx, f.AWS.Options(first(f.regions)))
	if err != nil {
		return err
	}
	if len(f.regions) == 0 {
		f.regions = []string{cmp.Or(client.Region(), "us-east-1")}
	}
	meter := terminal.NewMeter(a.stderr, a.getenv)
	defer meter.Clear()
	o := awsapi.SnapshotOptions{Regions: f.regions, Progress: meter.Show}
	s, err := client.SaveSnapshot(ctx, o, targets, f.output, func(partial string) { fmt.Fprintf(a.stderr, "going on from %s\n", report.Clean(partial)) })
	if err != nil {
		return err
	}
	meter.Clear()
	return report.SnapshotRead(a.stderr, f.output, s)
}

func onlyFor(texts []string) ([]audit.Target, error) {
	var out []audit.Target
	for _, text := range texts {
		t, ok := audit.ParseTarget(text)
		if !ok {
			return nil, usage("write it as --only-for role:my-role or --only-for function:video-api", "--only-for %q is not of the form KIND:NAME", text)
		}
		out = append(out, t)
	}
	return out, nil
}
