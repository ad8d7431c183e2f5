package roster

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"remotion-doctor/source/awsapi"
)

// Organization returns the accounts of the client's organization that a filter
// wants. role is the name, or path and name, of the role to assume in each but the
// client's own. Tags are read only where the filter asks for some. The error is an
// [*source.Error].
func Organization(ctx context.Context, c *awsapi.Client, f Filter, role, own, partition string) ([]Account, error) {
	members, err := c.Members(ctx, f.Units)
	if err != nil {
		return nil, err
	}
	tags := f.Tags
	f.Tags = nil
	out := make([]Account, 0, len(members))
	for _, m := range members {
		a := Account{ID: m.ID, Name: m.Name, Unit: m.Unit, Status: m.Status, Own: m.ID == own}
		if role != "" && m.ID != own {
			a.Roles = []string{fmt.Sprintf("arn:%s:iam::%s:role/%s", partition, m.ID, role)}
		}
		if f.wants(&a) {
			out = append(out, a)
		}
	}
	if len(tags) == 0 {
		return out, nil
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for i := range out {
		g.Go(func() error {
			found, err := c.TagsOf(ctx, out[i].ID)
			for _, t := range found {
				out[i].Tags = append(out[i].Tags, t.Key+"="+t.Value)
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return (&Filter{Tags: tags}).Among(out), nil
}
