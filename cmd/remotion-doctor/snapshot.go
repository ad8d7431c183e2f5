package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"remotion-doctor/audit"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
	"remotion-doctor/internal/outfile"
	"remotion-doctor/report"
	"remotion-doctor/source/awsapi"
)

// snapshotFlags are the flags of snapshot.
type snapshotFlags struct {
	output            string
	regions           []string
	onlyFor           []string
	profile, endpoint string
	patience          patienceFlags
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
	fs.StringVar(&f.profile, "profile", "", "AWS `PROFILE`, as in the AWS CLI")
	fs.StringVar(&f.endpoint, "endpoint-url", "", "AWS endpoint `URL`, as in the AWS CLI")
	f.patience.add(fs)
	return cmd
}

func (a *app) snapshot(ctx context.Context, f *snapshotFlags) error {
	var region string
	for _, r := range f.regions {
		if !validRegion(r) {
			return usage("regions look like us-east-1", "--region %q is not a region", r)
		}
	}
	if len(f.regions) > 0 {
		region = f.regions[0]
	}
	if err := outfile.Check(f.output); err != nil {
		return err
	}
	targets, err := onlyFor(f.onlyFor)
	if err != nil {
		return err
	}
	client, err := awsapi.Open(ctx, awsapi.Options{Profile: f.profile, Region: region, EndpointURL: f.endpoint, AttemptTimeout: f.patience.attempt, OnRetry: a.retrying})
	if err != nil {
		return fmt.Errorf("%w", err)
	}
	if len(f.regions) == 0 {
		f.regions = []string{firstText(client.Region(), "us-east-1")}
	}
	meter := a.meter()
	defer meter.clear()
	var s *account.Snapshot
	if len(targets) > 0 {
		s, err = snapshotFor(ctx, client, targets)
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
	meter.clear()
	if err := os.Remove(f.output + ".partial"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return usage("", "removing %s.partial: %v", f.output, err)
	}
	return a.tellSnapshot(s, f.output)
}

func firstText(texts ...string) string {
	i := slices.IndexFunc(texts, func(s string) bool { return s != "" })
	return texts[max(i, 0)]
}

// tellSnapshot says what the file holds and what it lacks.
func (a *app) tellSnapshot(s *account.Snapshot, path string) error {
	d := &s.AuthorizationDetails
	fmt.Fprintf(a.stderr, "%s: %d roles, %d users, %d groups, %d policies, %d functions of account %s\n",
		report.Clean(path), len(d.Roles), len(d.Users), len(d.Groups), len(d.Policies), len(s.Functions), report.Clean(s.AccountID))
	for _, g := range s.Gaps {
		where := strings.TrimSpace(g.Operation + " " + g.Resource)
		fmt.Fprintf(a.stderr, "not read: %s: %s\n  leaves open %s\n", report.Clean(where), report.Clean(g.Reason), report.Clean(g.Affects))
	}
	return nil
}

// targetKinds are the kinds that --only-for takes.
var targetKinds = map[string]audit.TargetKind{
	"role": audit.TargetRole, "user": audit.TargetUser, "function": audit.TargetFunction, "instance": audit.TargetInstance,
	"instance-profile": audit.TargetInstanceProfile, "task-definition": audit.TargetTaskDefinition, "pod-identity": audit.TargetPodIdentity,
}

func onlyFor(texts []string) ([]audit.Target, error) {
	var out []audit.Target
	for _, text := range texts {
		kind, name, _ := strings.Cut(text, ":")
		if a, ok := policy.ParseARN(text); ok {
			name = text
			kind = map[string]string{"iam role": "role", "iam user": "user", "iam instance-profile": "instance-profile", "lambda ": "function", "ecs task-definition": "task-definition"}[a.Service+" "+a.Type()]
			if a.Service == "lambda" {
				kind = "function"
			}
		}
		k, ok := targetKinds[kind]
		if !ok || name == "" {
			return nil, usage("write it as --only-for role:my-role or --only-for function:video-api", "--only-for %q is not of the form KIND:NAME", text)
		}
		out = append(out, audit.Target{Kind: k, Name: name})
	}
	return out, nil
}

func snapshotFor(ctx context.Context, client *awsapi.Client, targets []audit.Target) (*account.Snapshot, error) {
	var resolved []awsapi.Resolved
	for _, t := range targets {
		r, err := client.Resolve(ctx, t)
		if err != nil {
			return nil, err
		}
		resolved = append(resolved, awsapi.Resolved{Target: t, Resolution: r})
	}
	return client.OnlyFor(ctx, resolved)
}

// snapshotAll takes the whole snapshot, from where an earlier run stopped. What
// goes into a pipe leaves nothing behind to go on from.
func (a *app) snapshotAll(ctx context.Context, client *awsapi.Client, f *snapshotFlags, m *meter) (*account.Snapshot, error) {
	if outfile.IsStream(f.output) {
		return client.Snapshot(ctx, awsapi.SnapshotOptions{Regions: f.regions, Progress: m.show, Keep: func(awsapi.Part) error { return nil }})
	}
	path := f.output + ".partial"
	file, err := outfile.OpenKept(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	parts, err := a.resume(ctx, client, file, path)
	if err != nil {
		return nil, err
	}
	s, err := client.Snapshot(ctx, awsapi.SnapshotOptions{Regions: f.regions, Resume: parts, Progress: m.show, Keep: keepIn(file, path)})
	if err == nil {
		return s, nil
	}
	failed := asFailure(err)
	if info, statErr := file.Stat(); statErr == nil && info.Size() == 0 {
		_ = os.Remove(path) // nothing was learned
	} else if failed.code == exitIncomplete {
		failed = &failure{failed.code, failed.msg, strings.TrimPrefix(failed.hint+"; run it again to go on from "+path, "; ")}
	}
	return nil, failed
}

// resume reads the parts that an earlier run has kept, which must be of the same
// account. A part that was cut off is written anew.
func (a *app) resume(ctx context.Context, client *awsapi.Client, file *os.File, path string) ([]awsapi.Part, error) {
	data, err := io.ReadAll(file)
	if err != nil {
		return nil, usage("", "reading %s: %s", path, pathless(err))
	}
	parts, size := readParts(data)
	if len(parts) > 0 {
		if err := client.SameAccount(ctx, parts); err != nil {
			return nil, err
		}
		fmt.Fprintf(a.stderr, "going on from %s\n", report.Clean(path))
	}
	if err = file.Truncate(size); err == nil {
		_, err = file.Seek(size, io.SeekStart)
	}
	if err != nil {
		return nil, outfile.Failed(path, err)
	}
	return parts, nil
}

// keepIn writes each part that was read on a line of its own.
func keepIn(file *os.File, path string) func(awsapi.Part) error {
	return func(p awsapi.Part) error {
		data, err := json.Marshal(p)
		if err != nil {
			return err
		}
		_, err = file.Write(append(data, '\n'))
		return outfile.Failed(path, err)
	}
}

// readParts returns the parts in the text of a partial file, and how far it is
// whole.
func readParts(data []byte) (parts []awsapi.Part, size int64) {
	for {
		line, rest, found := bytes.Cut(data, []byte("\n"))
		var p awsapi.Part
		if !found || json.Unmarshal(line, &p) != nil {
			return parts, size
		}
		parts, size, data = append(parts, p), size+int64(len(line))+1, rest
	}
}

// A meter shows what is being read, on a terminal and nowhere else.
type meter struct {
	out   io.Writer
	shown bool
}

func (a *app) meter() *meter {
	if file, ok := fileOf(a.stderr); ok && term.IsTerminal(int(file.Fd())) && a.getenv("TERM") != "dumb" {
		return &meter{out: file}
	}
	return &meter{}
}

func (m *meter) show(step string, count int) {
	if m.out == nil {
		return
	}
	m.shown = true
	text := "reading " + report.Clean(step)
	if count > 0 {
		text += fmt.Sprintf(": %d", count)
	}
	fmt.Fprintf(m.out, "\r\x1b[K%s", text)
}

// clear takes the line away.
func (m *meter) clear() {
	if m.shown {
		m.shown = false
		fmt.Fprint(m.out, "\r\x1b[K")
	}
}
