package main

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/spf13/cobra"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/fixtures"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/managed"
	"remotion-doctor/localaws"
	"remotion-doctor/source/awsapi"
	"remotion-doctor/source/files"
)

func (a *app) serveCommand() *cobra.Command {
	var snapshot, listen string
	var latency time.Duration
	var faults []string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run a local AWS endpoint that answers from a snapshot",
		Long: `Run an AWS endpoint on the loopback interface that answers IAM, STS, Lambda and
EC2 from a snapshot, for the AWS CLI, the SDKs and Remotion itself. Without a
snapshot it serves the demo account.`,
		Example: `  remotion-doctor serve --snapshot account.json --listen 127.0.0.1:4566
  AWS_ENDPOINT_URL=http://127.0.0.1:4566 aws sts get-caller-identity`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := snapshotOrDemo(snapshot)
			if err != nil {
				return err
			}
			o := localaws.Options{Latency: latency}
			for _, spec := range faults {
				fault, err := localaws.ParseFault(spec)
				if err != nil {
					return usage("", "--fault: %v", err)
				}
				o.Faults = append(o.Faults, fault)
			}
			server, err := localaws.New(s, o)
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
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:0", "loopback `ADDRESS`; port 0 lets the system choose")
	cmd.Flags().DurationVar(&latency, "latency", 0, "`DURATION` added to every answer")
	cmd.Flags().StringArrayVar(&faults, "fault", nil, "make an operation fail, `OPERATION=KIND[:N][@K]`; repeatable")
	return cmd
}

func snapshotOrDemo(path string) (*account.Snapshot, error) {
	if path == "" {
		return account.Read(fixtures.Demo)
	}
	s, err := files.ReadSnapshot(path)
	if err != nil {
		return nil, err
	}
	managed.Embedded().AddKnown(s)
	return s, nil
}

// demoTargets are the stories of the demo account.
var demoTargets = []audit.Target{
	{Kind: audit.TargetFunction, Name: "video-api"},
	{Kind: audit.TargetInstance, Name: "i-0a1b2c3d4e5f67890"},
	{Kind: audit.TargetFunction, Name: "sandbox"},
	{Kind: audit.TargetRole, Name: "fargate-renderer"},
	{Kind: audit.TargetFunction, Name: "studio"},
	{Kind: audit.TargetFunction, Name: "complete"},
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
	s, err := snapshotOrDemo("")
	if err != nil {
		return err
	}
	server, err := localaws.New(s, localaws.Options{})
	if err != nil {
		return err
	}
	l, err := localaws.Listen("127.0.0.1:0")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, l) }()
	client, err := demoClient(ctx, l.Addr())
	if err != nil {
		return err
	}
	o := a.blank()
	o.Source, o.Regions = client, []string{"us-east-1"}
	o.Asked = audit.Asked{
		Source:      []audit.Flag{{Name: "endpoint-url", Value: "http://" + demoAddress}},
		Requirement: []audit.Flag{{Name: "region", Value: "us-east-1"}},
	}
	for _, t := range demoTargets {
		o.Targets = append(o.Targets, doctor.Target{Target: t, Requirements: []string{"caller"}})
	}
	report, err := a.run(ctx, o)
	if err != nil {
		return err
	}
	report.Notes = append(report.Notes, "to run the commands above, start the demo account first, in another terminal: remotion-doctor serve --listen "+demoAddress)
	cancel()
	if err := <-done; err != nil {
		return err
	}
	return a.deliver(ctx, report, f)
}

// demoAddress is where the commands that demo prints look for the demo account.
const demoAddress = "127.0.0.1:4566"

// demoClient is a client that knows nothing of the machine's AWS
// configuration.
func demoClient(ctx context.Context, addr net.Addr) (*awsapi.Client, error) {
	return awsapi.Open(ctx, awsapi.Options{EndpointURL: "http://" + addr.String(), Region: "us-east-1", Isolated: true})
}
