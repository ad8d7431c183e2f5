package change

import (
	"context"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// A Reader reads what a change depends on. Errors say what could not be read;
// see [Writer] for what they may offer.
type Reader interface {
	// Principal returns a snapshot with a role or user, its inline policies
	// and the managed ones that are attached to it. What could not be read of
	// them is in its Unread.
	Principal(ctx context.Context, p iam.Principal) (*account.Snapshot, error)
	// ReadPolicy returns a managed policy with all of its versions; nil where
	// there is none.
	ReadPolicy(ctx context.Context, arn string) (*account.ManagedPolicy, error)
	// PolicyNamed returns the ARN of the account's own managed policy of a
	// name, whatever its path; empty where there is none.
	PolicyNamed(ctx context.Context, name string) (string, error)
}

// A Writer writes, one call of IAM's API each. Its errors may offer
//
//	Refused() bool  // AWS answered that it did not do it
//	Settling() bool // it was refused for what an earlier write may not show yet
//
// An error without them leaves open whether AWS did it.
type Writer interface {
	Reader
	PutInline(ctx context.Context, p iam.Principal, name, document string) error
	DeleteInline(ctx context.Context, p iam.Principal, name string) error
	Attach(ctx context.Context, p iam.Principal, arn string) error
	Detach(ctx context.Context, p iam.Principal, arn string) error
	CreatePolicy(ctx context.Context, name, path, description, document string) error
	DeletePolicy(ctx context.Context, arn string) error
	// CreateVersion must not be tried again by itself: each call makes another.
	CreateVersion(ctx context.Context, arn, document string, asDefault bool) error
	SetDefaultVersion(ctx context.Context, arn, id string) error
	DeleteVersion(ctx context.Context, arn, id string) error
}

// write makes the call of a step.
func write(ctx context.Context, w Writer, p iam.Principal, s *Step) error {
	arn := string(s.Policy)
	switch s.Do {
	case PutInline:
		return w.PutInline(ctx, p, s.Policy.Name(), s.Document)
	case DeleteInline:
		return w.DeleteInline(ctx, p, s.Policy.Name())
	case Attach:
		return w.Attach(ctx, p, arn)
	case Detach:
		return w.Detach(ctx, p, arn)
	case CreatePolicy:
		return w.CreatePolicy(ctx, s.Policy.Name(), s.Path, s.Description, s.Document)
	case DeletePolicy:
		return w.DeletePolicy(ctx, arn)
	case CreateVersion:
		return w.CreateVersion(ctx, arn, s.Document, s.Default)
	case SetDefaultVersion:
		return w.SetDefaultVersion(ctx, arn, s.Version)
	case DeleteVersion:
		return w.DeleteVersion(ctx, arn, s.Version)
	}
	return &Refusal{Msg: "the journal has a step of an unknown kind " + string(s.Do)}
}

func refused(err error) bool {
	e, ok := err.(interface{ Refused() bool })
	return ok && e.Refused()
}

func settling(err error) bool {
	e, ok := err.(interface{ Settling() bool })
	return ok && e.Settling()
}

// Snapshot returns a reader of a snapshot, for a plan without AWS.
func Snapshot(s *account.Snapshot) Reader { return offline{s} }

type offline struct{ snapshot *account.Snapshot }

func (o offline) Principal(context.Context, iam.Principal) (*account.Snapshot, error) {
	return o.snapshot, nil
}

func (o offline) ReadPolicy(_ context.Context, arn string) (*account.ManagedPolicy, error) {
	for i := range o.snapshot.AuthorizationDetails.Policies {
		if p := &o.snapshot.AuthorizationDetails.Policies[i]; p.Arn == arn {
			return p, nil
		}
	}
	return nil, nil
}

func (o offline) PolicyNamed(_ context.Context, name string) (string, error) {
	for i := range o.snapshot.AuthorizationDetails.Policies {
		p := &o.snapshot.AuthorizationDetails.Policies[i]
		if a, ok := policy.ParseARN(p.Arn); ok && a.AccountID != "aws" && strings.EqualFold(p.PolicyName, name) {
			return p.Arn, nil
		}
	}
	return "", nil
}
