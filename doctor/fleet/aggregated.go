package fleet

import (
	"context"

	"remotion-doctor/doctor/fleet/roster"
	"remotion-doctor/source/awsapi"
)

// Aggregated are the accounts that an aggregator of AWS Config has recorded, by one
// account's credentials.
func (r *Reach) Aggregated(ctx context.Context, aggregator string, f roster.Filter) ([]Place, error) {
	o := r.AWS
	o.Adaptive = true
	c, err := awsapi.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	ids, err := c.AggregatedAccounts(ctx, aggregator)
	if err != nil {
		return nil, err
	}
	var list []roster.Account
	for _, id := range ids {
		list = append(list, roster.Account{ID: id})
	}
	var out []Place
	for _, a := range f.Among(list) {
		out = append(out, Place{ID: a.ID, Open: func(ctx context.Context) (Account, error) {
			s, err := c.Aggregated(ctx, aggregator, a.ID)
			if err != nil {
				return Account{}, err
			}
			return inSnapshot(s, r.Library)
		}})
	}
	return out, nil
}
