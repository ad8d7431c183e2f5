package doctor

import (
	"context"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam/policy"
)

// ExplainOpening answers a request as [Explain] does, from a source that open
// sets in the options. It is opened only where the message does not answer by
// itself. Where it cannot be opened, the trace that comes with open's error holds
// what the message says.
func ExplainOpening(ctx context.Context, o Options, r Request, open func(*Options) error) (*audit.Trace, error) {
	answered, err := Answered(o, r)
	if err != nil {
		return nil, err
	}
	if answered {
		return Explain(ctx, o, r)
	}
	if a, ok := policy.ParseARN(r.Resource); ok && !strings.ContainsAny(a.Region, "*?") {
		o.Region, o.Account = a.Region, a.AccountID
	}
	if r.Region != "" {
		o.Regions = []string{r.Region}
	}
	if err := open(&o); err != nil {
		o.Source = nil
		trace, _ := Explain(ctx, o, r)
		return trace, err
	}
	return Explain(ctx, o, r)
}
