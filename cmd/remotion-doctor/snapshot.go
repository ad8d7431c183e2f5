package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"remotion-doctor/audit"
	"remotion-doctor/iam/account"
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
	awsFlags
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
	fs.SortFlags = false
	fs.StringVar(&f.output, "output", "account.json", "write the snapshot to `FILE`")
	fs.StringSliceVar(&f.regions, "region", nil, "regions of functions, instances, tasks and pods, `R[,R]`")
	fs.StringArrayVar(&f.onlyFor, "only-for", nil, "only what a check of one target needs, `KIND:NAME`: role, user, function, instance, instance-profile, task-definition or pod-identity; repeatable")
	f.awsFlags.add(fs)
	return cmd
}

func (a *app) snapshot(ctx context.Context, f *snapshotFlags) error {
	if err := validRegions(f.regions); err != nil {
		return err
	}
	if err := outfile.Check(f.output); err != nil {
		return err
	}
	targets, err := onlyFor(f.onlyFor)
	if err != nil {
		return err
	}
	client, err := awsapi.Open(ctx, a.awsOptions(&f.awsFlags, first(f.regions)))
	if err != nil {
		return err
	}
	if len(f.regions) == 0 {
		f.regions = []string{cmp.Or(client.Region(), "us-east-1")}
	}
	meter := terminal.NewMeter(a.stderr, a.getenv)
	defer meter.Clear()
	var s *account.Snapshot
	if len(targets) > 0 {
		s, err = client.SnapshotFor(ctx, targets)
	} else {
		s, err = a.snapshotAll(ctx, client, f, meter)
	}
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return fmt.Errorf("writing the snapshot: %w", err)
	}
	if err := writeFile(ctx, f.output, outfile.Private, append(data, '\n')); err != nil {
		return err
	}
	meter.Clear()
	if err := os.Remove(f.output + ".partial"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return usage("", "removing %s.partial: %v", f.output, err)
	}
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

// snapshotAll takes the whole snapshot, from where an earlier run stopped. What
// goes into a pipe leaves nothing behind to go on from.
func (a *app) snapshotAll(ctx context.Context, client *awsapi.Client, f *snapshotFlags, m *terminal.Meter) (*account.Snapshot, error) {
	o := awsapi.SnapshotOptions{Regions: f.regions, Progress: m.Show}
	if outfile.IsStream(f.output) {
		return client.Snapshot(ctx, o)
	}
	path := f.output + ".partial"
	s, kept, err := client.SnapshotKept(ctx, o, path, func() { fmt.Fprintf(a.stderr, "going on from %s\n", report.Clean(path)) })
	if err == nil || !kept {
		return s, err
	}
	failed := *asFailure(err)
	if failed.code == exitIncomplete {
		failed.hint = strings.TrimPrefix(failed.hint+"; run it again to go on from "+path, "; ")
	}
	return nil, &failed
}
