package main

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"remotion-doctor/audit"
	"remotion-doctor/doctor/fleet"
	"remotion-doctor/doctor/fleet/worker"
	"remotion-doctor/internal/asked"
	"remotion-doctor/internal/terminal"
	"remotion-doctor/report"
	"remotion-doctor/source/awsapi"
	"remotion-doctor/source/files"
)

// auditFlags are the flags of audit.
type auditFlags struct {
	requirement         asked.Requirement
	snapshot, snapshots string
	managed             string
	accounts            asked.Accounts
	who, tags           []string
	list, admins, fresh bool
	out, shard, since   string
	maxAge              time.Duration
	shards, abreast     int
	asked.AWS
	output outputFlags
}

func (a *app) auditCommand() *cobra.Command {
	f := &auditFlags{}
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Find and check every principal that renders, in one account or many",
		Long: `Find the roles and users that call or run Remotion in an account, or in each
account of an organization, a list or a folder of snapshots, and check each of
them.

With --out the parts are kept: an interrupted run goes on where it stopped when
the same command is given again.`,
		Example: `  remotion-doctor audit --region us-east-1,eu-west-1
  remotion-doctor audit --list
  remotion-doctor audit --organization --assume-role remotion-doctor-reader --external-id ID --out audit/
  remotion-doctor audit --accounts accounts.yml --since last-week/
  remotion-doctor audit --snapshots snapshots/ --out audit/ --output html=audit.html
  remotion-doctor audit --snapshots snapshots/ --out audit-1/ --shard 1/3`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.audit(cmd, f) },
	}
	fs := cmd.Flags()
	fs.StringVar(&f.snapshots, "snapshots", "", "audit the accounts of the snapshots in `DIR`")
	fs.StringVar(&f.snapshot, "snapshot", "", "audit the account of a snapshot `FILE`")
	f.accounts.Add(fs)
	fs.StringVar(&f.managed, "managed-policies", "", "AWS managed policies that come before the embedded ones, in `FILE|DIR`")
	fs.StringSliceVar(&f.who, "who", nil, "whom to check: `callers|renderers|all|PATTERN` of names; repeatable")
	fs.StringArrayVar(&f.tags, "tag", nil, "only principals with a tag, `KEY[=VALUE]`; repeatable")
	fs.BoolVar(&f.list, "list", false, "only list who is found, and why")
	fs.BoolVar(&f.admins, "include-admins", false, "report callers that may do everything and pass, too")
	fs.StringVar(&f.out, "out", "", "keep a report of each account, index.json and report.json in `DIR`")
	fs.StringVar(&f.since, "since", "", "compare with an earlier audit: its folder `DIR`, or its JSON report")
	fs.BoolVar(&f.fresh, "fresh", false, "audit every account again, whatever --out contains")
	fs.DurationVar(&f.maxAge, "max-age", 0, "audit again what --out contains and is older, `DURATION`")
	fs.StringVar(&f.shard, "shard", "", "only a part of the accounts: `I/N`, or auto in a job of AWS Batch, Slurm or Kubernetes")
	fs.IntVar(&f.shards, "shards", 0, "the number `N` of shards, where --shard auto cannot know it")
	fs.IntVar(&f.abreast, "concurrency", 0, "how many accounts `N` are audited at a time (default: 8 in AWS, as many as there are processors from files)")
	f.requirement.AddUse(fs)
	f.AWS.Add(fs, a.stderr)
	f.Patience.AddWhole(fs)
	f.output.add(fs)
	return cmd
}

func (a *app) audit(cmd *cobra.Command, f *auditFlags) error {
	ctx, cancel := f.Patience.Bound(cmd.Context())
	defer cancel()
	if err := f.output.validate(); err != nil {
		return err
	}
	o := fleet.Options{Options: *a.blank(), Who: f.who, Tags: f.tags, Administrators: f.admins}
	asks := asked.Of(cmd.Flags(), nil)
	o.Asked.Requirement = asks.Requirement
	err := cmp.Or(fleet.ValidWho(f.who), f.requirement.Apply(&o.Options, a.getenv("REMOTION_AWS_REGION")))
	if err != nil {
		return err
	}
	if o.Arguments, err = asked.Digest(cmd.Flags(), &o.Options, version, f.managed); err != nil {
		return err
	}
	if f.accounts.Machine != "" {
		return a.auditRemotely(ctx, cmd.Flags(), f)
	}
	places, err := a.places(ctx, f, asks.Source)
	if err != nil {
		return err
	}
	plan, err := a.plan(f, o)
	if err != nil {
		return err
	}
	if f.list {
		return fleet.List(ctx, a.stdout, plan.Shard.Among(places), f.who, f.tags)
	}
	if plan.Since, err = a.earlier(ctx, f.since); err != nil {
		return err
	}
	f.output.details = 3
	say, done := a.follow()
	plan.Say = func(p fleet.Progress) { say(p.Done, p.Total, p.String()) }
	r, err := fleet.Do(ctx, places, o, plan)
	done()
	if err != nil {
		return err
	}
	return a.deliver(ctx, r, &f.output)
}

// plan reads how the run is to be done.
func (a *app) plan(f *auditFlags, o fleet.Options) (p fleet.Plan, err error) {
	if f.maxAge < 0 || f.abreast < 0 {
		return p, usage("", "--max-age %s and --concurrency %d must not be negative", f.maxAge, f.abreast)
	}
	if p.Shard, err = fleet.ChooseShard(f.shard, f.shards, a.getenv); err != nil {
		return p, usage("write it as --shard 1/3", "--shard: %v", err)
	}
	p.Abreast = cmp.Or(f.abreast, runtime.GOMAXPROCS(0))
	if f.accounts.Any() {
		p.Abreast = cmp.Or(f.abreast, 8) // most of their time is waiting for AWS
	}
	if f.out != "" && !f.list {
		p.Dir, err = fleet.OpenDir(f.out, fleet.DirOptions{Arguments: o.Arguments, Fresh: f.fresh, MaxAge: f.maxAge, Now: a.now})
	}
	return p, err
}

// places are the accounts that the flags name; this one where they name none.
func (a *app) places(ctx context.Context, f *auditFlags, asks []audit.Flag) ([]fleet.Place, error) {
	if f.snapshots != "" && f.snapshot != "" || f.accounts.Any() && f.snapshots+f.snapshot != "" {
		return nil, usage("leave one of them out", "--snapshots, --snapshot and the flags that name accounts exclude each other")
	}
	if err := f.accounts.Validate(); err != nil {
		return nil, err
	}
	library, err := files.Library(f.managed)
	if err != nil {
		return nil, err
	}
	if path := cmp.Or(f.snapshots, f.snapshot); path != "" {
		places, err := fleet.Snapshots(path, library)
		if err != nil {
			return nil, err
		}
		return f.accounts.Among(places)
	}
	if f.accounts.Any() {
		reach := fleet.Reach{AWS: f.AWS.Options(f.requirement.Region()), Regions: f.requirement.Regions, Library: library}
		return f.accounts.Places(ctx, reach, a.now())
	}
	client, err := awsapi.Open(ctx, f.AWS.Options(f.requirement.Region()))
	if err != nil {
		return nil, err
	}
	place, err := fleet.Own(ctx, client, f.requirement.Regions, library)
	if err != nil {
		return nil, err
	}
	place.Asked = asks
	return f.accounts.Among([]fleet.Place{place})
}

// auditRemotely runs the audit on a state machine.
func (a *app) auditRemotely(ctx context.Context, flags *pflag.FlagSet, f *auditFlags) error {
	if err := f.accounts.ValidateRemote(flags); err != nil {
		return err
	}
	client, err := awsapi.Open(ctx, f.AWS.Options(f.requirement.Region()))
	if err != nil {
		return err
	}
	old, err := a.earlier(ctx, f.since)
	if err != nil {
		return err
	}
	say, done := a.follow()
	name := "audit-" + a.now().UTC().Format("20060102T150405Z")
	r, err := worker.Remote(ctx, client, f.accounts.Machine, name, f.accounts.Input(f.requirement.Regions), 2*time.Second, func(n, total int) {
		say(n, total, "auditing accounts on Step Functions")
	})
	done()
	if err != nil {
		return err
	}
	if old != nil {
		r.Since = report.SinceOf(old, r)
	}
	f.output.details = 3
	return a.deliver(ctx, r, &f.output)
}

// follow shows how far a run over accounts is, until done: on a terminal, else in a
// line a minute.
func (a *app) follow() (say func(n, total int, text string), done func()) {
	progress, line := terminal.Start(a.stderr, a.getenv), terminal.Lines(a.stderr, time.Minute)
	return func(n, total int, text string) {
		progress.Say(n, total, text)
		line(fmt.Sprintf("%d of %d: %s", n, total, text))
	}, progress.Done
}

// earlier reads the report of an earlier audit, from its folder or its file; nil where
// none is named.
func (a *app) earlier(ctx context.Context, path string) (*audit.Report, error) {
	if path == "" {
		return nil, nil
	}
	r, _, err := a.readReport(ctx, fleet.ReportIn(path), report.LoadToCompare)
	return r, err
}
