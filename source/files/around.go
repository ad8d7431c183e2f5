package files

import (
	"cmp"
	"context"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
)

// Functions implements [source.Source].
func (s *Source) Functions(_ context.Context, region, prefix string) ([]account.Function, error) {
	if s.principal != "" {
		return nil, source.NotHeld("policy files contain no functions")
	}
	var out []account.Function
	for _, f := range s.snapshot.Functions {
		if a, ok := policy.ParseARN(f.FunctionArn); ok && a.Region == region && strings.HasPrefix(f.FunctionName, prefix) {
			out = append(out, f)
		}
	}
	return out, nil
}

// Trust implements [source.Source].
func (s *Source) Trust(_ context.Context, p iam.Principal) (string, error) {
	if s.principal != "" {
		return "", source.NotHeld("policy files contain no trust policy")
	}
	r, err := s.snapshot.Role(p.ARN)
	if err != nil {
		// A file may hold only some of an account's roles.
		return "", notHeldIn(err)
	}
	if r.AssumeRolePolicyDocument == nil {
		return "", source.NotHeld("the snapshot does not hold the trust policy of the role %s", r.RoleName)
	}
	return r.AssumeRolePolicyDocument.Text, nil
}

// RoleNames implements [source.Source].
func (s *Source) RoleNames(context.Context) ([]string, error) {
	if s.principal != "" {
		return nil, source.NotHeld("policy files contain no other roles")
	}
	var out []string
	for i := range s.snapshot.AuthorizationDetails.Roles {
		out = append(out, s.snapshot.AuthorizationDetails.Roles[i].RoleName)
	}
	return out, nil
}

// BucketNames implements [source.Source]. A snapshot that holds no bucket is one
// that was taken without them.
func (s *Source) BucketNames(context.Context) ([]string, error) {
	names := s.snapshot.BucketNames()
	if len(names) == 0 {
		return nil, source.NotHeld("the snapshot contains no buckets")
	}
	return names, nil
}

// Bucket implements [source.Source].
func (s *Source) Bucket(_ context.Context, name, _ string) (account.Bucket, error) {
	b, err := s.snapshot.Bucket(name)
	if err != nil {
		return account.Bucket{Name: name}, notHeldIn(err)
	}
	return *b, nil
}

// BucketPolicy implements [source.Source].
func (s *Source) BucketPolicy(_ context.Context, name, _ string) (*eval.Policy, error) {
	held, ok := s.snapshot.BucketPolicies[name]
	if _, err := s.snapshot.Bucket(name); !ok && err != nil {
		return nil, source.NotHeld("the snapshot does not contain the policy of the bucket %s", name)
	}
	if held.Text == "" {
		return nil, nil
	}
	doc, err := policy.Parse(held.Text)
	if err != nil {
		return nil, &source.Error{Op: "reading the policy of the bucket " + name, Kind: source.KindInput, Msg: err.Error(), Err: err}
	}
	arn := "arn:" + cmp.Or(s.snapshot.Partition, "aws") + ":s3:::" + name
	id := iam.InlinePolicy(arn, "")
	if held.Origin != nil && held.Origin.ID != "" {
		id = held.Origin.ID
	}
	return &eval.Policy{ID: id, Name: name, Document: doc, Origin: held.Origin}, nil
}
