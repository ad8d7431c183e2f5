package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
	"remotion-doctor/source/awsapi"
)

// surroundings are what a source knows beside the policies of principals. Not
// every source has them.
type surroundings interface {
	// Functions returns the functions of a region whose names have a prefix.
	Functions(ctx context.Context, region, prefix string) ([]account.Function, error)
	// Trust returns the text of a role's trust policy.
	Trust(ctx context.Context, p iam.Principal) (string, error)
	// RoleNames returns names of the account's roles, perhaps not all.
	RoleNames(ctx context.Context) ([]string, error)
	// BucketNames returns the names of the account's buckets.
	BucketNames(ctx context.Context) ([]string, error)
	// Bucket returns the region and settings of a bucket; region is where to
	// ask.
	Bucket(ctx context.Context, name, region string) (account.Bucket, error)
	// BucketPolicy returns the text of a bucket's policy, or an empty one where
	// it has none.
	BucketPolicy(ctx context.Context, name, region string) (string, error)
}

// trustOf reads a role's trust policy.
func trustOf(ctx context.Context, s sourcer, p iam.Principal) (*policy.Document, error) {
	around, ok := s.(surroundings)
	if !ok {
		return nil, fmt.Errorf("the trust policy of %s is not known", p.ARN)
	}
	text, err := around.Trust(ctx, p)
	if err != nil {
		return nil, err
	}
	doc, err := policy.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("the trust policy of %s:%w", p.ARN, err)
	}
	return doc, nil
}

// Functions implements surroundings.
func (s localSource) Functions(_ context.Context, region, prefix string) ([]account.Function, error) {
	var out []account.Function
	for _, f := range s.snapshot.Functions {
		if a, ok := policy.ParseARN(f.FunctionArn); ok && a.Region == region && strings.HasPrefix(f.FunctionName, prefix) {
			out = append(out, f)
		}
	}
	return out, nil
}

// Trust implements surroundings.
func (s localSource) Trust(_ context.Context, p iam.Principal) (string, error) {
	r, err := s.snapshot.Role(p.Name())
	if err != nil {
		return "", err
	}
	if r.AssumeRolePolicyDocument == nil {
		return "", fmt.Errorf("the snapshot does not hold the trust policy of the role %s", r.RoleName)
	}
	return r.AssumeRolePolicyDocument.Text, nil
}

// RoleNames implements surroundings.
func (s localSource) RoleNames(context.Context) ([]string, error) {
	var out []string
	for i := range s.snapshot.AuthorizationDetails.Roles {
		out = append(out, s.snapshot.AuthorizationDetails.Roles[i].RoleName)
	}
	return out, nil
}

// BucketNames implements surroundings. A snapshot that holds no bucket is one
// that was taken without them.
func (s localSource) BucketNames(context.Context) ([]string, error) {
	names := s.snapshot.BucketNames()
	if len(names) == 0 {
		return nil, fmt.Errorf("the snapshot holds no buckets")
	}
	return names, nil
}

// Bucket implements surroundings.
func (s localSource) Bucket(_ context.Context, name, _ string) (account.Bucket, error) {
	b, err := s.snapshot.Bucket(name)
	if err != nil {
		return account.Bucket{Name: name}, fmt.Errorf("looking up the bucket in the snapshot: %w", err)
	}
	return *b, nil
}

// BucketPolicy implements surroundings.
func (s localSource) BucketPolicy(_ context.Context, name, _ string) (string, error) {
	doc, ok := s.snapshot.BucketPolicies[name]
	if _, err := s.snapshot.Bucket(name); !ok && err != nil {
		return "", fmt.Errorf("the snapshot does not hold the policy of the bucket %s", name)
	}
	return doc.Text, nil
}

// taskRole finds the task role of a task definition in the snapshot.
func (s localSource) taskRole(name string) (source.Resolution, error) {
	t, err := s.snapshot.TaskDefinition(name)
	if err != nil {
		return source.Resolution{}, err
	}
	a, _ := policy.ParseARN(t.TaskDefinitionArn)
	if t.TaskRoleArn == "" {
		msg := awsapi.NoTaskRole
		if t.ExecutionRoleArn != "" {
			msg += "; its execution role " + t.ExecutionRoleArn + " is not theirs"
		}
		return source.Resolution{}, &failure{exitIncomplete, "finding the task role of " + name + ": " + msg, awsapi.HintTaskRole}
	}
	role, err := s.roleARN(t.TaskRoleArn)
	if err != nil {
		return source.Resolution{}, err
	}
	p, err := iam.NewPrincipal(role)
	return source.Resolution{Principal: p, Region: a.Region, ExecutionRole: t.ExecutionRoleArn}, err
}

// functionRegion is the region of a function, or the fallback.
func functionRegion(f account.Function, fallback string) string {
	a, _ := policy.ParseARN(f.FunctionArn)
	return cmp.Or(a.Region, fallback)
}
