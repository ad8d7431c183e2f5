package main

import (
	"context"
	"fmt"
	"os"

	"remotion-doctor/account"
	"remotion-doctor/audit"
	"remotion-doctor/awsapi"
	"remotion-doctor/eval"
)

// A source finds principals and decides probes.
type source interface {
	audit.Evaluator
	Resolve(ctx context.Context, t audit.Target) (awsapi.Resolution, error)
	Region() string
	Usage() audit.Usage
	// refine sharpens verdicts by the principal's own policies, where they can
	// be read.
	refine(ctx context.Context, p audit.Principal, probes []audit.Probe, verdicts []audit.Verdict)
}

// An awsSource asks AWS.
type awsSource struct{ *awsapi.Client }

// refine reads the principal's policies if verdicts name statements by their
// position only, or keys that may not matter: the simulator lists every key of
// every policy as missing (recorded cases miss-key-other-action). Policies that
// cannot be read leave the verdicts as they are.
func (s awsSource) refine(ctx context.Context, p audit.Principal, probes []audit.Probe, verdicts []audit.Verdict) {
	if p.Type() != "role" || !wantsPolicies(verdicts) {
		return
	}
	snapshot, err := s.ReadRole(ctx, p)
	if err != nil {
		return
	}
	awsapi.NameStatements(verdicts, snapshot)
	engine, err := eval.New(snapshot)
	if err != nil {
		return
	}
	local, err := engine.Evaluate(ctx, p, probes)
	if err != nil {
		return
	}
	for i := range verdicts {
		if len(verdicts[i].MissingContext) > 0 {
			verdicts[i].MissingContext = local[i].MissingContext
		}
	}
}

func wantsPolicies(verdicts []audit.Verdict) bool {
	for i := range verdicts {
		if len(verdicts[i].MissingContext) > 0 || verdicts[i].Decision == audit.ExplicitDeny && len(verdicts[i].Matched) > 0 {
			return true
		}
	}
	return false
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

// readSnapshot reads a snapshot file; the error names the place in it.
func readSnapshot(path string) (*account.Snapshot, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, usage("", "reading the snapshot: %v", err)
	}
	s, err := account.Read(data)
	if err != nil {
		return nil, usage("a snapshot is the output of `aws iam get-account-authorization-details`, or what README.md shows", "reading %s:%v", path, err)
	}
	return s, nil
}

func (localSource) Region() string     { return "" }
func (localSource) Usage() audit.Usage { return audit.Usage{} }

func (localSource) refine(context.Context, audit.Principal, []audit.Probe, []audit.Verdict) {}

// Resolve finds the principal behind a target in the snapshot.
func (s localSource) Resolve(_ context.Context, t audit.Target) (awsapi.Resolution, error) {
	arn, err := s.principalOf(t)
	if err != nil {
		return awsapi.Resolution{}, &failure{exitIncomplete, fmt.Sprintf("finding the %s in the snapshot: %v", t, err), "look at the name, and whether the snapshot is of this account"}
	}
	p, err := audit.NewPrincipal(arn)
	return awsapi.Resolution{Principal: p}, err
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
	case audit.TargetRole:
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
