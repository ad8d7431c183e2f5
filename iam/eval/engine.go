package eval

import (
	"context"
	"errors"
	"slices"
	"sync"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
)

// An Engine decides requests of the principals in a snapshot. It is an
// [iam.Evaluator] and may be used by several goroutines.
type Engine struct {
	snapshot *account.Snapshot

	mu       sync.Mutex
	programs map[string]*program // by source text
	// roles finds roles by their account and their name in lower case.
	roles func() map[string]*account.Role
}

// New returns an engine over a snapshot, which must not change any more.
func New(s *account.Snapshot) (*Engine, error) {
	if s == nil {
		return nil, errors.New("no snapshot")
	}
	roles := sync.OnceValue(func() map[string]*account.Role {
		index := make(map[string]*account.Role, len(s.AuthorizationDetails.Roles))
		for i := range s.AuthorizationDetails.Roles {
			r := &s.AuthorizationDetails.Roles[i]
			index[nameKey(r.Arn, r.RoleName)] = r
		}
		return index
	})
	return &Engine{snapshot: s, programs: map[string]*program{}, roles: roles}, nil
}

// Evaluate implements [iam.Evaluator]: it answers as authorization does. A
// policy of the principal that cannot be parsed or is not in the snapshot is
// an error, for no verdict could be relied on.
func (e *Engine) Evaluate(ctx context.Context, p iam.Principal, probes []iam.Probe) ([]iam.Verdict, error) {
	policies, err := e.Policies(p.ARN)
	if err != nil {
		return nil, err
	}
	return NewEvaluator(p.ARN, policies.As(p)).Evaluate(ctx, probes)
}

// An Evaluator answers the probes of one principal.
type Evaluator struct{ *Compiled }

// NewEvaluator compiles the policies of a principal that need not exist.
func NewEvaluator(principalARN string, p Policies) *Evaluator {
	return &Evaluator{Compile(principalARN, p)}
}

// Evaluate returns one verdict for each probe. Resources are taken to belong
// to the principal's own account, whose resource policies the principal's
// policies stand in for; the policies of resources in other accounts are not
// known and not judged.
func (v *Evaluator) Evaluate(ctx context.Context, probes []iam.Probe) ([]iam.Verdict, error) {
	out := make([]iam.Verdict, len(probes))
	for i, p := range probes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out[i] = v.Verdict(v.Prepare(p, ""))
	}
	return out, nil
}

// Verdict answers a request as authorization does, with its evidence.
func (c *Compiled) Verdict(r *Request) iam.Verdict {
	ev := &evidence{}
	out := iam.Verdict{UnknownAction: !knownAction(r.action)}
	ways, undecided := c.undecided(r)
	if len(ways) == 0 {
		ways = []*Request{r}
	}
	for _, way := range ways {
		ev.layers = nil
		out.Decision = c.authorize(way, ev) // the same for all
		out.Layers, out.BlockedBy = ev.layers, blocked(&out, ev, r)
		ev.ways++
	}
	switch out.Decision {
	case iam.Allowed:
		out.Matched = ev.refs(false)
	case iam.ExplicitDeny:
		out.Matched = ev.refs(true)
	}
	if undecided {
		out.Deciders = c.deciders(r)
		out.MissingContext = missingKeys(out.Deciders)
	}
	return out
}

// blocked returns the layers that stop a request in every way in which it was
// decided so far.
func blocked(v *iam.Verdict, e *evidence, r *Request) []iam.Layer {
	if r.mismatch {
		return nil
	}
	now := blockers(v.Decision, e.layers, r.crossAccount)
	if e.ways == 0 {
		return now
	}
	return slices.DeleteFunc(v.BlockedBy, func(l iam.Layer) bool { return !slices.Contains(now, l) })
}

// blockers returns the layers beside the identity-based policies that stop a
// request: a grant alone would not cure it, whether they grant it or not. A
// resource policy that does not allow stops nothing within an account, but
// everything across accounts.
func blockers(d iam.Decision, layers []iam.LayerDecision, crossAccount bool) []iam.Layer {
	if d == iam.Allowed {
		return nil
	}
	var out []iam.Layer
	for _, l := range layers {
		switch {
		case l.Layer == iam.LayerIdentity, l.Decision == iam.Allowed:
		case l.Layer == iam.LayerResource && l.Decision != iam.ExplicitDeny && !crossAccount:
		default:
			out = append(out, l.Layer)
		}
	}
	return out
}
