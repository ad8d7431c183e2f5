package source

import (
	"context"

	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
)

// WithPolicies returns a source whose policies come from another one: the
// requests are decided by asked, and what the policies say is read from read, as
// where a snapshot is given along with AWS.
func WithPolicies(asked, read Source) Source { return withPolicies{asked, read} }

type withPolicies struct {
	Source
	read Source
}

func (w withPolicies) Policies(ctx context.Context, p iam.Principal) (eval.Policies, error) {
	return w.read.Policies(ctx, p)
}
