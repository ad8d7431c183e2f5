// Package source says where the facts of an audit come from: AWS, a snapshot,
// what is going to be deployed, or policy files. Each is a [Source]; package
// sourcetest holds all of them to one suite.
package source

import (
	"context"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/eval"
)

// A Source finds principals, decides requests of theirs, and knows what
// surrounds them. It may be used by several goroutines.
//
// A fact that the source does not have is an error of kind [KindNotHeld], never
// an empty answer; what it could not read of an answer is a Gap in it. Every
// error is an [*Error].
type Source interface {
	iam.Evaluator

	// Engine says what decides: the policy simulator or the offline evaluator.
	Engine() audit.Engine
	// Region is the one that the configuration names; empty where none is.
	Region() string
	// Usage is what was asked so far.
	Usage() audit.Usage
	// Caller is the ARN of the credentials that ask AWS.
	Caller(ctx context.Context) (string, error)

	// Resolve finds the principal behind a target.
	Resolve(ctx context.Context, t audit.Target) (Resolution, error)
	// Policies returns everything that is known to decide what a principal may
	// do, with the gaps in it. The error says why nothing is known.
	Policies(ctx context.Context, p iam.Principal) (eval.Policies, error)
	// Principal returns a snapshot that holds one principal with what is
	// attached to it, as a change has to know it.
	Principal(ctx context.Context, p iam.Principal) (*account.Snapshot, error)
	// Trust returns the text of a role's trust policy.
	Trust(ctx context.Context, p iam.Principal) (string, error)

	// RoleNames returns names of the account's roles, perhaps not all.
	RoleNames(ctx context.Context) ([]string, error)
	// Functions returns the functions of a region whose names have a prefix.
	Functions(ctx context.Context, region, prefix string) ([]account.Function, error)
	// BucketNames returns the names of the account's buckets.
	BucketNames(ctx context.Context) ([]string, error)
	// Bucket returns the region and settings of a bucket; region is where to
	// ask. Settings that could not be read are gaps of it.
	Bucket(ctx context.Context, name, region string) (account.Bucket, error)
	// BucketPolicy returns a bucket's own policy; nil where it has none.
	BucketPolicy(ctx context.Context, name, region string) (*eval.Policy, error)

	// Decode decodes an encoded authorization message.
	Decode(ctx context.Context, encoded string) (string, error)
}

// A Resolution is the principal behind a target and how it was found.
type Resolution struct {
	Principal iam.Principal
	// Region is the one that the target is in, where it has one.
	Region string
	// Location is where the principal is in a file of the user's, where it
	// comes from one.
	Location *iam.Location
	// ExecutionRole is the ARN of a task definition's other role, which its
	// containers never see.
	ExecutionRole string
	Notes         []string
}
