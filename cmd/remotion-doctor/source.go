package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/spf13/pflag"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/eval"
	"remotion-doctor/source"
	"remotion-doctor/source/awsapi"
)

// sourceFlags say what decides: AWS, or files.
type sourceFlags struct {
	engine, snapshot  string
	profile, endpoint string
	fileFlags
}

func (f *sourceFlags) add(fs *pflag.FlagSet) {
	fs.StringVar(&f.engine, "engine", "", "who decides: `aws|local|both` (default aws; local where a file is given)")
	fs.StringVar(&f.snapshot, "snapshot", "", "check offline, from a snapshot `FILE` of the account")
	f.fileFlags.add(fs)
	fs.StringVar(&f.profile, "profile", "", "AWS `PROFILE`, as in the AWS CLI")
	fs.StringVar(&f.endpoint, "endpoint-url", "", "AWS endpoint `URL`, as in the AWS CLI")
}

// open gives the job its engine and source, and finds the renderers. region is
// the one that AWS is asked in where the configuration names none.
func (a *app) open(ctx context.Context, j *job, f *sourceFlags, region string) error {
	if err := a.openSource(ctx, j, f, region); err != nil {
		return err
	}
	j.findRenderers(ctx)
	return nil
}

func (a *app) openSource(ctx context.Context, j *job, f *sourceFlags, region string) error {
	engine, err := f.chosen()
	if err != nil {
		return err
	}
	j.engine = engine
	var local *fileSource
	if f.base() != "" {
		if local, err = a.openFiles(j, f); err != nil {
			return err
		}
	}
	if engine == audit.EngineLocal {
		j.source = local
		return nil
	}
	client, err := awsapi.Open(ctx, awsapi.Options{Profile: f.profile, Region: region, EndpointURL: f.endpoint})
	if err != nil {
		return fmt.Errorf("%w", err)
	}
	s := newAWSSource(client)
	s.local = local
	j.source = s
	return nil
}

// chosen returns the engine that the flags ask for.
func (f *sourceFlags) chosen() (audit.Engine, error) {
	if err := f.validate(); err != nil {
		return "", err
	}
	switch e := audit.Engine(f.engine); {
	case e != "" && e != audit.EngineAWS && e != audit.EngineLocal && e != audit.EngineBoth:
		return "", usage("", "--engine %q is not one of aws, local, both", f.engine)
	case e == audit.EngineLocal && f.base() == "":
		return "", usage("save one with `aws iam get-account-authorization-details > account.json`", "--engine local needs --snapshot FILE, --template, --plan or --policy")
	case e == audit.EngineAWS && f.base() != "":
		return "", usage("leave one of them out, or compare with --engine both", "--engine aws and %s exclude each other", f.base())
	case e == audit.EngineBoth && f.base() != "" && f.base() != "--snapshot":
		return "", usage("what is not deployed cannot be asked of AWS", "--engine both and %s exclude each other", f.base())
	case e != "":
		return e, nil
	case f.base() != "":
		return audit.EngineLocal, nil
	}
	return audit.EngineAWS, nil
}

// A source finds principals and decides probes.
type sourcer interface {
	iam.Evaluator
	Resolve(ctx context.Context, t audit.Target) (source.Resolution, error)
	Region() string
	Usage() audit.Usage
	// refine sharpens verdicts by what the principal's policies say.
	refine(ctx context.Context, local *eval.Evaluator, probes []iam.Probe, verdicts []iam.Verdict) error
	// policies returns everything that is known to decide what a principal may
	// do, to decide patterns and to explain. The error says why it cannot be
	// read.
	policies(ctx context.Context, p iam.Principal) (eval.Policies, error)
}

// An awsSource asks AWS.
type awsSource struct {
	*awsapi.Client
	read *policyCache
	// local has the policies, where a snapshot was given along; else they are
	// read from AWS.
	local *fileSource
}

func newAWSSource(c *awsapi.Client) awsSource {
	return awsSource{Client: c, read: &policyCache{entries: map[string]func() (eval.Policies, error){}}}
}

// A policyCache reads the policies of each principal once.
type policyCache struct {
	mu      sync.Mutex
	entries map[string]func() (eval.Policies, error)
}

func (c *policyCache) entry(arn string, read func() (eval.Policies, error)) func() (eval.Policies, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries[arn] == nil {
		c.entries[arn] = sync.OnceValues(read)
	}
	return c.entries[arn]
}

// refine names the statements, of which the simulator tells the position only,
// and leaves out the keys that do not matter: the simulator lists every key of
// every policy as missing (recorded cases miss-key-other-action).
func (s awsSource) refine(ctx context.Context, local *eval.Evaluator, probes []iam.Probe, verdicts []iam.Verdict) error {
	awsapi.NameStatements(verdicts, local.Documents())
	own, err := local.Evaluate(ctx, probes)
	if err != nil {
		return err
	}
	for i := range verdicts {
		if len(verdicts[i].MissingContext) > 0 {
			verdicts[i].MissingContext, verdicts[i].Deciders = own[i].MissingContext, own[i].Deciders
		}
	}
	return nil
}

// policies reads the role's policies and boundary. The organization's policies
// are not readable from a member account.
func (s awsSource) policies(ctx context.Context, p iam.Principal) (eval.Policies, error) {
	if s.local != nil {
		return s.local.policies(ctx, p)
	}
	return s.read.entry(p.ARN, func() (eval.Policies, error) {
		snapshot, err := s.ReadPrincipal(ctx, p)
		if err != nil {
			return eval.Policies{}, err
		}
		engine, err := eval.New(snapshot)
		if err != nil {
			return eval.Policies{}, err
		}
		return engine.Policies(p.ARN)
	})()
}

// A localSource answers from a snapshot.
type localSource struct {
	*eval.Engine
	snapshot *account.Snapshot
}

func newLocalSource(s *account.Snapshot) (localSource, error) {
	engine, err := eval.New(s)
	return localSource{engine, s}, err
}

func (localSource) Region() string     { return "" }
func (localSource) Usage() audit.Usage { return audit.Usage{} }

func (localSource) refine(context.Context, *eval.Evaluator, []iam.Probe, []iam.Verdict) error {
	return nil
}

func (s localSource) policies(_ context.Context, p iam.Principal) (eval.Policies, error) {
	return s.Policies(p.ARN)
}

// Resolve finds the principal behind a target in the snapshot.
func (s localSource) Resolve(_ context.Context, t audit.Target) (source.Resolution, error) {
	if t.Kind == audit.TargetTaskDefinition {
		r, err := s.taskRole(t.Name)
		if err == nil {
			return r, nil
		}
		if f, ok := errors.AsType[*failure](err); ok {
			return source.Resolution{}, f
		}
	}
	arn, err := s.principalOf(t)
	if err != nil {
		return source.Resolution{}, &failure{exitIncomplete, fmt.Sprintf("finding the %s in the snapshot: %v", t, err), "look at the name, and whether the snapshot is of this account"}
	}
	p, err := iam.NewPrincipal(arn)
	return source.Resolution{Principal: p}, err
}

func (s localSource) principalOf(t audit.Target) (string, error) {
	switch t.Kind {
	case audit.TargetFunction:
		f, err := s.snapshot.Function(t.Name)
		if err != nil {
			return "", err
		}
		return s.roleARN(f.Role)
	case audit.TargetInstance:
		i, err := s.snapshot.Instance(t.Name)
		if err != nil {
			return "", err
		}
		if i.IamInstanceProfile == nil {
			return "", fmt.Errorf("instance %s has no instance profile", t.Name)
		}
		return s.profileRole(i.IamInstanceProfile.Arn)
	case audit.TargetInstanceProfile:
		return s.profileRole(t.Name)
	case audit.TargetTaskDefinition:
		_, err := s.snapshot.TaskDefinition(t.Name)
		return "", err
	case audit.TargetPodIdentity:
		p, err := s.snapshot.PodIdentity(t.Name)
		if err != nil {
			return "", err
		}
		return s.roleARN(p.RoleArn)
	case audit.TargetRole, audit.TargetRenderer:
		return s.roleARN(t.Name)
	case audit.TargetUser:
		u, err := s.snapshot.User(t.Name)
		if err != nil {
			return "", err
		}
		return u.Arn, nil
	}
	return "", fmt.Errorf("a snapshot has no caller: name a --role, --user or --function")
}

func (s localSource) roleARN(nameOrARN string) (string, error) {
	r, err := s.snapshot.Role(nameOrARN)
	if err != nil {
		return "", err
	}
	return r.Arn, nil
}

func (s localSource) profileRole(nameOrARN string) (string, error) {
	p, err := s.snapshot.InstanceProfile(nameOrARN)
	if err != nil {
		return "", err
	}
	if len(p.Roles) == 0 {
		return "", fmt.Errorf("instance profile %s holds no role", nameOrARN)
	}
	return s.roleARN(p.Roles[0].Arn)
}
