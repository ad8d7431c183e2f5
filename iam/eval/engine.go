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
	// resources are the policies of resources in the snapshot.
	resources func() *Resources
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
	e := &Engine{snapshot: s, programs: map[string]*program{}, roles: roles}
	e.resources = sync.OnceValue(e.heldResources)
	return e, nil
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

// Evaluate returns one verdict for each probe. A resource belongs to the
// account that its ARN names, or the policies; else to the principal's own.
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
	ways, hangs := c.hangsOnKeys(r)
	undecided := false
	for _, way := range ways {
		ev.layers = nil
		out.Decision = c.authorize(way, ev) // the same for all
		out.Layers, out.BlockedBy = ev.layers, blocked(&out, ev, r)
		ev.ways++
		gaps, open := c.gapsOf(way)
		undecided = undecided || open
		for _, g := range gaps {
			if !slices.ContainsFunc(out.Gaps, func(h iam.Gap) bool { return h.String() == g.String() }) {
				out.Gaps = append(out.Gaps, g)
			}
		}
	}
	if undecided {
		out.Decision, out.Problem, out.BlockedBy = "", problem(out.Gaps), nil
	}
	switch out.Decision {
	case iam.Allowed:
		out.Matched = ev.refs(false)
	case iam.ExplicitDeny:
		out.Matched = ev.refs(true)
	}
	if hangs {
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
	now := blockers(v.Decision, e.layers, r.crossAccount || r.mandate != noMandate)
	if e.ways == 0 {
		return now
	}
	return slices.DeleteFunc(v.BlockedBy, func(l iam.Layer) bool { return !slices.Contains(now, l) })
}

// problem is the first gap that counts, with what to do about it.
func problem(gaps []iam.Gap) string {
	for i := range gaps {
		if g := &gaps[i]; g.Counts(false) {
			text := g.What + " is not known"
			if g.Why != "" {
				text += ": " + g.Why
			}
			if g.Hint != "" {
				text += "; " + g.Hint
			}
			return text
		}
	}
	return "what several policies say is not known"
}

// blockers returns the layers next to the identity-based policies that stop a
// request: a grant alone would not cure it, whether they grant it or not. A
// resource policy that does not allow stops nothing within an account, but
// everything where it must allow: across accounts, and for keys and roles.
func blockers(d iam.Decision, layers []iam.LayerDecision, must bool) []iam.Layer {
	if d == iam.Allowed {
		return nil
	}
	var out []iam.Layer
	for _, l := range layers {
		switch {
		case l.Layer == iam.LayerIdentity, l.Decision == iam.Allowed:
		case l.Layer == iam.LayerResource && l.Decision != iam.ExplicitDeny && !must:
		default:
			out = append(out, l.Layer)
		}
	}
	return out
}

// Alone returns what one layer by itself says to a request: the identity-based
// policies, or the resource's own policy to this principal.
func (c *Compiled) Alone(layer iam.Layer, r *Request) iam.Decision {
	switch {
	case layer == iam.LayerIdentity:
		return c.identity.decide(&r.request, nil)
	case layer == iam.LayerResource && c.resource != nil:
		d, _ := c.resource.decideFor(&r.request, nil, &c.caller)
		return d
	case layer == iam.LayerEndpoint && c.endpoint != nil:
		d, _ := c.endpoint.decideFor(&r.request, nil, &c.caller)
		return d
	}
	return ""
}
