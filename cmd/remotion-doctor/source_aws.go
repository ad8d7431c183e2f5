package main

import (
	"context"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/source"
)

// ReadPrincipal reads a principal with all that is attached to it. What could
// not be read is an error: a part of the policies would answer wrongly.
func (s awsSource) ReadPrincipal(ctx context.Context, p iam.Principal) (*account.Snapshot, error) {
	snapshot, err := s.Principal(ctx, p)
	if err != nil {
		return nil, err
	}
	for _, gap := range snapshot.Unread[p.ARN] {
		return nil, &source.Error{Op: "reading the policies of " + p.ARN, Msg: gap.Why, Hint: gap.Hint}
	}
	return snapshot, nil
}

// BucketPolicy returns the text of a bucket's policy, or an empty one where it
// has none.
func (s awsSource) BucketPolicy(ctx context.Context, name, region string) (string, error) {
	p, err := s.Client.BucketPolicy(ctx, name, region)
	if err != nil || p == nil {
		return "", err
	}
	return p.Document.Source, nil
}

// DecodeAuthorizationMessage decodes an encoded authorization message.
func (s awsSource) DecodeAuthorizationMessage(ctx context.Context, encoded string) (string, error) {
	return s.Decode(ctx, encoded)
}
