package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"remotion-doctor/audit"
	"remotion-doctor/awsapi"
	"remotion-doctor/checks"
	"remotion-doctor/policy"
)

// checkFlags are the flags of check.
type checkFlags struct {
	functions, instances, profiles, roles, users []string
	caller                                       bool

	require     []string
	version     string
	regions     []string
	strict      bool
	bucket      string
	function    string
	context     []string
	contextFile string

	engine   string
	snapshot string
	profile  string
	endpoint string

	output outputFlags
}

func (a *app) checkCommand() *cobra.Command {
	f := &checkFlags{}
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check a principal against Remotion's required policy",
		Long: `Check the IAM principal behind one or several targets against the policy that
Remotion Lambda requires. Without a target the caller is checked.`,
		Example: `  remotion-doctor check --function video-api
  remotion-doctor check --instance i-0123456789abcdef0 --region us-east-1,eu-west-1
  remotion-doctor check --role my-role --require renderer
  remotion-doctor check --role my-role --snapshot account.json --format json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.check(cmd, f) },
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringArrayVar(&f.functions, "function", nil, "Lambda function, by `NAME` or ARN: its execution role")
	fs.StringArrayVar(&f.instances, "instance", nil, "EC2 instance, by `ID`: the role of its instance profile")
	fs.StringArrayVar(&f.profiles, "instance-profile", nil, "instance profile, by `NAME` or ARN: its role")
	fs.StringArrayVar(&f.roles, "role", nil, "IAM role, by `NAME` or ARN")
	fs.StringArrayVar(&f.users, "user", nil, "IAM user, by `NAME` or ARN")
	fs.BoolVar(&f.caller, "caller", false, "whoever the AWS credentials belong to (the default)")
	fs.StringArrayVar(&f.require, "require", []string{"caller"}, "required policy: `caller|renderer|FILE`; repeatable")
	fs.StringVar(&f.version, "remotion-version", "", "release of Remotion, `X.Y.Z` (default "+checks.Newest+")")
	fs.StringSliceVar(&f.regions, "region", nil, "regions that Remotion is used in, `R[,R]`")
	fs.BoolVar(&f.strict, "strict", false, "demand the documented pattern, not only what Remotion touches")
	fs.StringVar(&f.bucket, "bucket", "", "forced bucket `NAME`")
	fs.StringVar(&f.function, "render-function", "", "`NAME` of the remotion-render-… function in use")
	fs.StringArrayVar(&f.context, "context", nil, "context key of the requests, `KEY=VALUE` (a list as a JSON array); repeatable")
	fs.StringVar(&f.contextFile, "context-file", "", "context keys as a JSON object, in `FILE`")
	fs.StringVar(&f.engine, "engine", "", "who decides: `aws|local` (default aws; local with --snapshot)")
	fs.StringVar(&f.snapshot, "snapshot", "", "check offline, from a snapshot `FILE` of the account")
	fs.StringVar(&f.profile, "profile", "", "AWS `PROFILE`, as in the AWS CLI")
	fs.StringVar(&f.endpoint, "endpoint-url", "", "AWS endpoint `URL`, as in the AWS CLI")
	f.output.add(fs)
	return cmd
}

func (a *app) check(cmd *cobra.Command, f *checkFlags) error {
	if err := f.output.validate(); err != nil {
		return err
	}
	j, err := a.job(f)
	if err != nil {
		return err
	}
	if j.source, err = a.source(cmd, f); err != nil {
		return err
	}
	engine := audit.EngineAWS
	if f.snapshot != "" {
		engine = audit.EngineLocal
	}
	report := a.audit(cmd.Context(), j, engine)
	if err := cmd.Context().Err(); err != nil {
		return err
	}
	return a.deliver(report, &f.output)
}

// job reads everything about the command that needs no AWS.
func (a *app) job(f *checkFlags) (*job, error) {
	j := &job{version: f.version, document: map[string]*policy.Document{}}
	for _, r := range f.regions {
		if !validRegion(r) {
			return nil, usage("regions look like us-east-1", "--region %q is not a region", r)
		}
		if !slices.Contains(j.regions, r) {
			j.regions = append(j.regions, r)
		}
	}
	if len(j.regions) == 0 {
		if r := a.getenv("REMOTION_AWS_REGION"); validRegion(r) {
			j.regions = []string{r}
		}
	}
	ctx, err := readContext(f.context, f.contextFile)
	if err != nil {
		return nil, err
	}
	j.scope = checks.Scope{Context: ctx, Strict: f.strict, Bucket: f.bucket, Function: f.function}
	for _, name := range f.require {
		if name == "caller" || name == "renderer" {
			continue
		}
		if j.document[name], err = readPolicy(name); err != nil {
			return nil, err
		}
	}
	if f.version != "" {
		if _, err := checks.Required("caller", f.version, "aws"); err != nil {
			return nil, usage("", "--remotion-version: %v", err)
		}
	}
	for _, t := range f.targets() {
		for _, r := range f.require {
			j.tasks = append(j.tasks, task{t, r})
		}
	}
	return j, nil
}

func (f *checkFlags) targets() []audit.Target {
	var out []audit.Target
	for _, kind := range []struct {
		kind  audit.TargetKind
		names []string
	}{
		{audit.TargetFunction, f.functions},
		{audit.TargetInstance, f.instances},
		{audit.TargetInstanceProfile, f.profiles},
		{audit.TargetRole, f.roles},
		{audit.TargetUser, f.users},
	} {
		for _, name := range kind.names {
			out = append(out, audit.Target{Kind: kind.kind, Name: name})
		}
	}
	if f.caller || len(out) == 0 {
		out = append(out, audit.Target{Kind: audit.TargetCaller})
	}
	return out
}

// validRegion reports whether text has the form of a region.
func validRegion(s string) bool {
	parts := strings.Split(s, "-")
	if len(parts) < 3 || len(parts) > 5 {
		return false
	}
	for _, p := range parts {
		if p == "" || strings.Trim(p, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			return false
		}
	}
	return true
}

// source opens what decides: AWS or a snapshot.
func (a *app) source(cmd *cobra.Command, f *checkFlags) (source, error) {
	switch {
	case f.engine != "" && f.engine != "aws" && f.engine != "local":
		return nil, usage("", "--engine %q is not one of aws, local", f.engine)
	case f.engine == "local" && f.snapshot == "":
		return nil, usage("save one with `aws iam get-account-authorization-details > account.json`", "--engine local needs --snapshot FILE")
	case f.engine == "aws" && f.snapshot != "":
		return nil, usage("leave one of them out", "--engine aws and --snapshot exclude each other")
	case f.snapshot != "":
		s, err := readSnapshot(f.snapshot)
		if err != nil {
			return nil, err
		}
		return newLocalSource(s)
	}
	region := ""
	if len(f.regions) > 0 {
		region = f.regions[0]
	}
	client, err := awsapi.Open(cmd.Context(), awsapi.Options{Profile: f.profile, Region: region, EndpointURL: f.endpoint})
	if err != nil {
		return nil, fmt.Errorf("%w", err)
	}
	return awsSource{client}, nil
}
