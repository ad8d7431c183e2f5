package files

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
)

// inSnapshot finds the principal behind a target in the snapshot.
func (s *Source) inSnapshot(t audit.Target) (source.Resolution, error) {
	if t.Kind == audit.TargetTaskDefinition {
		r, err := s.taskRole(t.Name)
		r = r.On(t, "")
		if e, ok := errors.AsType[*source.Error](err); ok {
			return r, e
		}
		if err == nil {
			return r, nil
		}
	}
	if !slices.Contains(kinds, t.Kind) && t.Kind != audit.TargetRenderer && t.Kind != audit.TargetInstance && t.Kind != audit.TargetCaller {
		return source.Resolution{}, &source.Error{Kind: source.KindInvalid, Msg: fmt.Sprintf("no source has the kind of target %q", t.Kind)}
	}
	arn, err := s.principalOf(t)
	if err != nil {
		return source.Resolution{}, &source.Error{
			Op: "finding the " + t.String() + " in the snapshot", Kind: source.KindNotFound, Msg: err.Error(), Err: err,
			Hint: s.hint(t),
		}
	}
	p, err := iam.NewPrincipal(arn)
	return source.Resolution{Principal: p}.On(t, s.hostARN(t)), err
}

// hostARN is the ARN of a function; a snapshot does not tell an instance's.
func (s *Source) hostARN(t audit.Target) string {
	if t.Kind != audit.TargetFunction {
		return ""
	}
	f, err := s.snapshot.Function(t.Name)
	if err != nil {
		return ""
	}
	return f.FunctionArn
}

// hint says what a name that is not found may be instead.
func (s *Source) hint(t audit.Target) string {
	if _, err := s.snapshot.Function(t.Name); err == nil && t.Kind != audit.TargetFunction {
		return "the snapshot has a Lambda function of this name: pass --function " + t.Name
	}
	if _, err := s.snapshot.Role(t.Name); err == nil && t.Kind != audit.TargetRole {
		return "the snapshot has a role of this name: pass --role " + t.Name
	}
	return "check the name, and that the snapshot belongs to this account"
}

func (s *Source) principalOf(t audit.Target) (string, error) {
	switch t.Kind {
	case audit.TargetFunction:
		f, err := s.snapshot.Function(t.Name)
		if err != nil {
			return "", err
		}
		return s.roleARN(f.Role)
	case audit.TargetInstance:
		return s.instanceRole(t.Name)
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
	return "", errors.New("a snapshot has no caller: name a --role, --user or --function")
}

func (s *Source) instanceRole(id string) (string, error) {
	i, err := s.snapshot.Instance(id)
	if err != nil {
		return "", err
	}
	if i.IamInstanceProfile == nil {
		return "", fmt.Errorf("instance %s has no instance profile", id)
	}
	return s.profileRole(i.IamInstanceProfile.Arn)
}

func (s *Source) roleARN(nameOrARN string) (string, error) {
	r, err := s.snapshot.Role(nameOrARN)
	if err != nil {
		return "", err
	}
	return r.Arn, nil
}

func (s *Source) profileRole(nameOrARN string) (string, error) {
	p, err := s.snapshot.InstanceProfile(nameOrARN)
	if err != nil {
		return "", err
	}
	if len(p.Roles) == 0 {
		return "", fmt.Errorf("instance profile %s holds no role", nameOrARN)
	}
	return s.roleARN(p.Roles[0].Arn)
}

// taskRole finds the task role of a task definition.
func (s *Source) taskRole(name string) (source.Resolution, error) {
	t, err := s.snapshot.TaskDefinition(name)
	if err != nil {
		return source.Resolution{}, err
	}
	a, _ := policy.ParseARN(t.TaskDefinitionArn)
	if t.TaskRoleArn == "" {
		return source.Resolution{}, source.NoTaskRole("finding the task role of "+name, t.ExecutionRoleArn)
	}
	role, err := s.roleARN(t.TaskRoleArn)
	if err != nil {
		return source.Resolution{}, err
	}
	p, err := iam.NewPrincipal(role)
	return source.Resolution{Principal: p, Region: a.Region, ExecutionRole: t.ExecutionRoleArn}, err
}

// gaps are those of the snapshot itself, which whoever took it noted.
func snapshotGaps(s *account.Snapshot) []iam.Gap {
	var out []iam.Gap
	for i := range s.Gaps {
		out = append(out, snapshotGap(&s.Gaps[i]))
	}
	return out
}

// snapshotGap says what a read that failed leaves open. Those of the regional
// services say who acts as a role, which changes no decision about the role. A
// read that is not known may have held anything.
func snapshotGap(g *account.Gap) iam.Gap {
	out := iam.Gap{Where: g.Operation, What: "the snapshot has no " + g.Operation + " data", Why: g.Reason, Affects: iam.MayBoth, Hint: "take the snapshot again; affects " + g.Affects}
	if g.Resource != "" {
		out.Where += " " + g.Resource
	}
	service, _, _ := strings.Cut(g.Operation, ":")
	switch service {
	case "organizations":
		out.Layer, out.Affects = iam.LayerSCP, iam.MayDeny
	case "s3":
		out.Layer, out.Resources = iam.LayerResource, bucketPatterns(cmp.Or(g.Resource, "*"))
	case "lambda", "ec2", "ecs", "eks":
		out.Kind = iam.GapAssumption
	case "iam":
		// A policy that is missing has an unknown document, a principal that is
		// missing is not found.
		out.Kind = iam.GapAssumption
	}
	return out
}

func bucketPatterns(bucket string) []string {
	return []string{"arn:*:s3:::" + bucket, "arn:*:s3:::" + bucket + "/*"}
}
