package account

import (
	"fmt"
	"strings"
)

// A NotFoundError says that a snapshot does not hold what was asked for.
type NotFoundError struct{ Kind, Name string }

func (e *NotFoundError) Error() string { return fmt.Sprintf("no %s %q", e.Kind, e.Name) }

// ARNs are those of the users, groups and roles.
func (d *AuthorizationDetails) ARNs() []string {
	var out []string
	for i := range d.Users {
		out = append(out, d.Users[i].Arn)
	}
	for i := range d.Groups {
		out = append(out, d.Groups[i].Arn)
	}
	for i := range d.Roles {
		out = append(out, d.Roles[i].Arn)
	}
	return out
}

// find returns the first element whose name, compared without case as IAM
// does, or whose ARN is nameOrARN.
func find[T any](list []T, kind, nameOrARN string, name, arn func(*T) string) (*T, error) {
	for i := range list {
		if arn(&list[i]) == nameOrARN || strings.EqualFold(name(&list[i]), nameOrARN) {
			return &list[i], nil
		}
	}
	return nil, &NotFoundError{kind, nameOrARN}
}

// Role returns a role by name or ARN.
func (s *Snapshot) Role(nameOrARN string) (*Role, error) {
	return find(s.AuthorizationDetails.Roles, "role", nameOrARN,
		func(r *Role) string { return r.RoleName }, func(r *Role) string { return r.Arn })
}

// User returns a user by name or ARN.
func (s *Snapshot) User(nameOrARN string) (*User, error) {
	return find(s.AuthorizationDetails.Users, "user", nameOrARN,
		func(u *User) string { return u.UserName }, func(u *User) string { return u.Arn })
}

// Group returns a group by name or ARN.
func (s *Snapshot) Group(nameOrARN string) (*Group, error) {
	return find(s.AuthorizationDetails.Groups, "group", nameOrARN,
		func(g *Group) string { return g.GroupName }, func(g *Group) string { return g.Arn })
}

// ManagedPolicy returns a managed policy by name or ARN.
func (s *Snapshot) ManagedPolicy(nameOrARN string) (*ManagedPolicy, error) {
	return find(s.AuthorizationDetails.Policies, "policy", nameOrARN,
		func(p *ManagedPolicy) string { return p.PolicyName }, func(p *ManagedPolicy) string { return p.Arn })
}

// Function returns a Lambda function by name, partial ARN or ARN; a version
// or alias behind the name is ignored.
func (s *Snapshot) Function(nameOrARN string) (*Function, error) {
	name := nameOrARN
	// A partial ARN is ACCOUNT:function:NAME or function:NAME.
	if _, rest, ok := strings.Cut(":"+name, ":function:"); ok {
		name = rest
	}
	name, _, _ = strings.Cut(name, ":")
	return find(s.Functions, "function", name,
		func(f *Function) string { return f.FunctionName }, func(f *Function) string { return f.FunctionArn })
}

// Instance returns an EC2 instance by id.
func (s *Snapshot) Instance(id string) (*Instance, error) {
	return find(s.Instances, "instance", id,
		func(i *Instance) string { return i.InstanceID }, func(i *Instance) string { return i.InstanceID })
}

// InstanceProfile returns an instance profile by name or ARN, also of those
// that stand only with their roles.
func (s *Snapshot) InstanceProfile(nameOrARN string) (*InstanceProfile, error) {
	name := func(p *InstanceProfile) string { return p.InstanceProfileName }
	arn := func(p *InstanceProfile) string { return p.Arn }
	if p, err := find(s.InstanceProfiles, "instance profile", nameOrARN, name, arn); err == nil {
		return p, nil
	}
	for i := range s.AuthorizationDetails.Roles {
		if p, err := find(s.AuthorizationDetails.Roles[i].InstanceProfileList, "", nameOrARN, name, arn); err == nil {
			return p, nil
		}
	}
	return nil, &NotFoundError{"instance profile", nameOrARN}
}

// Default returns the default version of a managed policy.
func (p *ManagedPolicy) Default() (*PolicyVersion, error) {
	for i := range p.PolicyVersionList {
		v := &p.PolicyVersionList[i]
		if v.IsDefaultVersion || v.VersionID == p.DefaultVersionID {
			return v, nil
		}
	}
	return nil, &NotFoundError{"default version of policy", p.Arn}
}
