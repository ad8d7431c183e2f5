package roster

import (
	"context"

	"golang.org/x/sync/errgroup"

	"remotion-doctor/source/awsapi"
)

// Organization returns the accounts of the client's organization that a filter
// wants; own is the client's account. Tags are read only where the filter asks for
// some. The error is an [*source.Error].
func Organization(ctx context.Context, c *awsapi.Client, f Filter, own string) ([]Account, error) {
	members, err := c.Members(ctx, f.Units)
	if err != nil {
		return nil, err
	}
	tags := f.Tags
	f.Tags = nil
	out := make([]Account, 0, len(members))
	for _, m := range members {
		a := Account{ID: m.ID, Name: m.Name, Unit: m.Unit, Status: m.Status, Own: m.ID == own}
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
