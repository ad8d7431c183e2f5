package main

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/checks/remotion/project"
	"remotion-doctor/doctor"
	"remotion-doctor/internal/asked"
	"remotion-doctor/internal/terminal"
	"remotion-doctor/source/awsapi"
)

// checkFlags are the flags of check.
type checkFlags struct {
	target      targetFlags
	requirement requirementFlags
	source      sourceFlags
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
			f.source.files = args
			return a.check(cmd, f)
		},
	}
	fs := cmd.Flags()
	f.target.add(fs)
	f.requirement.add(fs)
	f.source.add(fs)
	f.source.patience.addWhole(fs)
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
	ctx, cancel := f.source.patience.bound(cmd.Context())
	defer cancel()
	o, err := a.options(&f.target, &f.requirement)
	if err != nil {
		return err
	}
	o.Asked = asked.Of(cmd.Flags(), f.source.files)
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

// host describes the environment that Remotion would run in, too.
func (a *app) host(f *sourceFlags, region string) *doctor.Host {
	return &doctor.Host{
		Environment: project.Environment(".", f.profile, a.getenv),
		CallerOf: func(ctx context.Context, c checks.Credentials) (string, error) {
			o := a.awsOptions(&f.awsFlags, region)
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

// while shows that one thing is being done, until the returned function is
// called.
func (a *app) while(text string) (done func()) {
	p := terminal.Start(a.stderr, a.getenv)
	p.Say(0, 1, text)
	return p.Done
}

// targetFlags name what is audited.
type targetFlags struct {
	functions, instances, profiles, roles, users []string
	tasks, pods, renderers                       []string
	caller                                       bool
	serviceAccount                               string
}

// anyRenderer is the value of --renderer without one.
const anyRenderer = "any"

func (f *targetFlags) add(fs *pflag.FlagSet) {
	fs.StringArrayVar(&f.functions, "function", nil, "Lambda function, by `NAME` or ARN: its execution role")
	fs.StringArrayVar(&f.instances, "instance", nil, "EC2 instance, by `ID`: the role of its instance profile")
	fs.StringArrayVar(&f.profiles, "instance-profile", nil, "instance profile, by `NAME` or ARN: its role")
	fs.StringArrayVar(&f.tasks, "task-definition", nil, "ECS task definition, by `FAMILY`, FAMILY:REVISION or ARN: its task role")
	fs.StringArrayVar(&f.pods, "pod-identity", nil, "EKS pod identity, `CLUSTER/NAMESPACE/SERVICE-ACCOUNT`: its role")
	fs.StringArrayVar(&f.roles, "role", nil, "IAM role, by `NAME` or ARN")
	fs.StringArrayVar(&f.users, "user", nil, "IAM user, by `NAME` or ARN")
	fs.StringVar(&f.serviceAccount, "service-account", "", "`NAMESPACE/NAME` of the pods that assume --role by web identity (IRSA)")
	fs.StringArrayVar(&f.renderers, "renderer", nil, "the renderer: the role of the remotion-render-… functions, or of `FUNCTION|ROLE`, with its trust policy")
	fs.Lookup("renderer").NoOptDefVal = anyRenderer
	fs.BoolVar(&f.caller, "caller", false, "whoever the AWS credentials belong to (the default)")
}

// targets returns the targets in the order of the flags' kinds; the caller
// where none is named.
func (f *targetFlags) targets() []audit.Target {
	var out []audit.Target
	for _, kind := range []struct {
		kind  audit.TargetKind
		names []string
	}{
		{audit.TargetFunction, f.functions},
		{audit.TargetInstance, f.instances},
		{audit.TargetInstanceProfile, f.profiles},
		{audit.TargetTaskDefinition, f.tasks},
		{audit.TargetPodIdentity, f.pods},
		{audit.TargetRole, f.roles},
		{audit.TargetUser, f.users},
	} {
		for _, name := range kind.names {
			out = append(out, audit.Target{Kind: kind.kind, Name: name})
		}
	}
	if f.caller || len(out) == 0 && len(f.renderers) == 0 {
		out = append(out, audit.Target{Kind: audit.TargetCaller})
	}
	// The renderers come last: what the callers are granted is known by then.
	for _, name := range f.renderers {
		if name == anyRenderer {
			name = ""
		}
		out = append(out, audit.Target{Kind: audit.TargetRenderer, Name: name})
	}
	return out
}
