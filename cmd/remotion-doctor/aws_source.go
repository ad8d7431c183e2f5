package main

import (
	"context"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/eval"
	"remotion-doctor/source"
	"remotion-doctor/source/awsapi"
)

// An awsSource asks AWS, and takes policies that were read in part for policies
// that were not read.
type awsSource struct{ *awsapi.Client }

func newAWSSource(c *awsapi.Client) source.Source { return awsSource{c} }

// Policies implements [source.Source].
func (s awsSource) Policies(ctx context.Context, p iam.Principal) (eval.Policies, error) {
	out, err := s.Client.Policies(ctx, p)
	if err == nil {
		err = firstUnread(out.Gaps, p)
	}
	return out, err
}

// Principal implements [source.Source].
func (s awsSource) Principal(ctx context.Context, p iam.Principal) (*account.Snapshot, error) {
	out, err := s.Client.Principal(ctx, p)
	if err == nil {
		err = firstUnread(out.Unread[p.ARN], p)
	}
	return out, err
}

// firstUnread makes an error of a gap in a principal's policies.
func firstUnread(gaps []iam.Gap, p iam.Principal) error {
	for i := range gaps {
		if g := &gaps[i]; g.Kind != iam.GapAssumption {
			kind := source.KindDenied
			if g.Kind == iam.GapIncomplete {
				kind = source.KindUnavailable
			}
			return &source.Error{Op: "reading the policies of " + p.ARN, Kind: kind, Msg: g.String(), Hint: g.Hint}
		}
	}
	return nil
}
