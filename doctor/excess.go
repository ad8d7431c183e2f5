package doctor

import (
	"context"
	"errors"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/iam"
	"remotion-doctor/iam/excess"
	"remotion-doctor/iam/policy"
)

// addExcess fills in what the principal is granted beyond all requirements that
// its target is audited against.
func (j *job) addExcess(ctx context.Context, t task, s *audit.Section, judged *judgement, scope checks.Scope) error {
	if s.ExcessGap = judged.unlisted(); s.ExcessGap != nil {
		s.Notes = append(s.Notes, "what is granted beyond the need is not known in full: "+s.ExcessGap.String())
	}
	if judged.analyst == nil {
		return nil
	}
	q := excess.Question{
		Principal: s.Principal, Regions: scope.Regions,
		Context: func(action string) iam.Context { return scope.ContextOf(j.pack(), action, scope.Regions[0]) },
	}
	for _, other := range j.tasks {
		if other.target != t.target {
			continue
		}
		req, err := j.required(other.requirement, s.Principal.Partition(), scope.Regions)
		if err != nil {
			return err
		}
		for _, g := range req.Grants {
			q.Needs = append(q.Needs, excess.Need{Action: g.Action, Resource: g.Resource})
		}
	}
	found, err := excess.Find(ctx, judged.analyst.Compiled, q)
	if errors.Is(err, policy.ErrTooComplex) {
		s.Notes = append(s.Notes, "there may be more that is granted beyond the need: "+err.Error())
	} else if err != nil {
		return err
	}
	found, err = j.confirm(ctx, s.Principal, q, found)
	s.Excess = append([]iam.Excess{}, found...)
	return err
}

// confirm asks the source about the example of each excess, and leaves out what
// layers that are not read take away again. A pattern of actions has no one
// action to ask about, and stays.
func (j *job) confirm(ctx context.Context, p iam.Principal, q excess.Question, found []iam.Excess) ([]iam.Excess, error) {
	if j.engine == audit.EngineLocal {
		return found, nil
	}
	var probes []iam.Probe
	for _, x := range found {
		if isAction(x.Action) {
			probes = append(probes, iam.Probe{Action: x.Action, Resource: x.Example, Context: q.Context(x.Action)})
		}
	}
	verdicts, err := j.source.Evaluate(ctx, p, probes)
	if err != nil {
		return nil, err
	}
	var out []iam.Excess
	for _, x := range found {
		if isAction(x.Action) {
			v := verdicts[0]
			verdicts = verdicts[1:]
			if v.Decision == iam.ExplicitDeny || v.Decision == iam.ImplicitDeny {
				continue
			}
		}
		out = append(out, x)
	}
	return out, nil
}

// isAction reports whether an excess concerns one action.
func isAction(name string) bool { return !strings.ContainsAny(name, "*? ") }
