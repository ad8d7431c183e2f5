package fleet

import (
	"cmp"
	"context"

	"remotion-doctor/iam"
	"remotion-doctor/iam/managed"
	"remotion-doctor/source/awsapi"
	"remotion-doctor/source/files"
)

// Own is the account that a client's credentials belong to. What is in it is read
// in the Regions; in the configured one where there are none.
func Own(ctx context.Context, c *awsapi.Client, regions []string, library *managed.Library) (Place, error) {
	arn, err := c.Caller(ctx)
	if err != nil {
		return Place{}, err
	}
	who, err := iam.NewPrincipal(arn)
	if err != nil {
		return Place{}, err
	}
	if len(regions) == 0 {
		regions = []string{cmp.Or(c.Region(), "us-east-1")}
	}
	return Place{ID: who.AccountID, Open: func(ctx context.Context) (Account, error) {
		s, err := c.Snapshot(ctx, awsapi.SnapshotOptions{Regions: regions})
		if err != nil {
			return Account{}, err
		}
		src, err := files.Snapshot(s, files.Overlay{}, library)
		return Account{Snapshot: s, Source: src}, err
	}}, nil
}
