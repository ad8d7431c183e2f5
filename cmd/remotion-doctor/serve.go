package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/spf13/cobra"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/doctor/fleet"
	"remotion-doctor/fixtures"
	"remotion-doctor/localaws"
	"remotion-doctor/source/awsapi"
	"remotion-doctor/source/files"
)

func (a *app) serveCommand() *cobra.Command {
	var snapshot, snapshots, listen string
	var limit int
	var latency time.Duration
	var faults []string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run a local AWS endpoint that answers from a snapshot",
		Long: `Run an AWS endpoint on the loopback interface that answers IAM, STS, Lambda and
EC2 from a snapshot, for the AWS CLI, the SDKs and Remotion itself. Without a
snapshot it serves the demo account. With --snapshots it serves many accounts of
one organization: AssumeRole leads from the first, or the one that organization.json
names as MasterAccountId, to the others.`,
		Example: `  remotion-doctor serve --snapshot account.json --listen 127.0.0.1:4566
  AWS_ENDPOINT_URL=http://127.0.0.1:4566 aws sts get-caller-identity`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			parsed, err := localaws.ParseFaults(faults)
			if err != nil {
				return usage("", "--fault: %v", err)
			}
			o := localaws.Options{Latency: latency, Faults: parsed}
			server, err := a.served(snapshot, snapshots, localaws.CloudOptions{Options: o, PerSecond: limit})
			if err != nil {
				return err
			}
			l, err := localaws.Listen(listen)
			if err != nil {
				return usage("listen on 127.0.0.1:PORT", "--listen: %v", err)
			}
			if _, err := fmt.Fprintf(a.stdout, "listening on http://%s\n", l.Addr()); err != nil {
				return err
			}
			return server.Serve(cmd.Context(), l)
		},
	}
	cmd.Flags().StringVar(&snapshot, "snapshot", "", "snapshot `FILE` (default: the demo account)")
	cmd.Flags().StringVar(&snapshots, "snapshots", "", "many accounts, from the snapshots in `DIR`, and what organization.json there says of them")
	cmd.Flags().IntVar(&limit, "limit", 0, "throttle an account that gets more than `N` requests a second, with --snapshots")
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:0", "loopback `ADDRESS`; port 0 lets the system choose")
	cmd.Flags().DurationVar(&latency, "latency", 0, "`DURATION` added to every answer")
	cmd.Flags().StringArrayVar(&faults, "fault", nil, "make an operation fail, `OPERATION=KIND[:N][@K]`; repeatable")
	return cmd
}

// served is the server of one account, or of many.
func (a *app) served(snapshot, folder string, o localaws.CloudOptions) (server, error) {
	if folder == "" {
		s, err := files.SnapshotOr(fixtures.Demo, snapshot)
		if err != nil {
			return nil, err
		}
		return localaws.New(s, o.Options)
	}
	if snapshot != "" {
		return nil, usage("leave one of them out", "--snapshot and --snapshots exclude each other")
	}
	list, err := fleet.ReadSnapshots(folder)
	if err != nil {
		return nil, err
	}
	if o.Directory, err = localaws.ReadDirectory(folder); err != nil {
		return nil, usage("", "reading the organization: %v", err)
	}
	return localaws.NewCloud(list, o)
}

// A server answers on an address until the context ends.
type server interface {
	Serve(ctx context.Context, l net.Listener) error
}

func (a *app) demoCommand() *cobra.Command {
	f := &outputFlags{}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Check a broken demo account, with no AWS account of your own",
		Long: `Check the principals of an embedded demo account: with the real AWS SDK, over
HTTP, against an endpoint in this process. No AWS configuration is read, and no
network but the loopback interface is touched.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.validate(); err != nil {
				return err
			}
			return a.demo(cmd.Context(), f)
		},
	}
	f.add(cmd.Flags())
	// The demo shows what is broken; that it found something is no failure, unless
	// the user says what counts as one.
	f.failOn = string(audit.FailOnNever)
	cmd.Flags().Lookup("fail-on").DefValue = f.failOn
	return cmd
}

func (a *app) demo(ctx context.Context, f *outputFlags) error {
	s, err := files.SnapshotOr(fixtures.Demo, "")
	if err != nil {
		return err
	}
	url, stop, err := localaws.Start(ctx, s, localaws.Options{})
	if err != nil {
		return err
	}
	client, err := awsapi.Open(ctx, awsapi.Options{EndpointURL: url, Region: "us-east-1", Isolated: true})
	if err != nil {
		return errors.Join(err, stop())
	}
	o := a.blank()
	o.Source, o.Regions = client, []string{"us-east-1"}
	o.Asked = audit.Asked{
		Source:      []audit.Flag{{Name: "endpoint-url", Value: "http://" + demoAddress}},
		Requirement: []audit.Flag{{Name: "region", Value: "us-east-1"}},
	}
	for _, story := range fixtures.DemoTargets() {
		t, _ := audit.ParseTarget(story)
		o.Targets = append(o.Targets, doctor.Target{Target: t, Requirements: []string{"caller"}})
	}
	report, err := a.run(ctx, o)
	if err = errors.Join(err, stop()); err != nil {
		return err
	}
	report.Notes, f.details = append(report.Notes, fixtures.DemoNotes(demoAddress)...), 1
	return a.deliver(ctx, report, f)
}

// demoAddress is where the commands that demo prints look for the demo account.
const demoAddress = "127.0.0.1:4566"
