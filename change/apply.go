package change

import (
	"context"
	"fmt"

	"remotion-doctor/iam"
)

// Apply writes a plan and returns its journal. Where something is not as the
// plan needs it, or another change of the principal is running, the error is a
// [*Refusal] and nothing was written; where it stops on the way, an
// [*Incomplete].
func (s *Store) Apply(ctx context.Context, w Writer, p *Plan, o Options) (*Journal, error) {
	release, err := s.Lock(p.Principal)
	if err != nil {
		return nil, err
	}
	defer release()
	if err := asPlanned(ctx, w, p.Principal, p.Steps); err != nil {
		return nil, err
	}
	j, err := s.create(p)
	if err != nil {
		return nil, err
	}
	r := &run{w: w, principal: p.Principal, journal: j, store: s, options: o}
	err = r.steps(ctx, p.Steps)
	if done, unknown := j.Wrote(); err != nil && done+unknown == 0 {
		if closing := j.close(s, NothingWritten); closing != nil {
			return j, closing
		}
	}
	return j, err
}

// Why a journal is closed.
const (
	// NothingWritten closes the journal of a change that wrote nothing.
	NothingWritten = "nothing was written"
	// TakenBack closes the journal of a change that was undone.
	TakenBack = "undone"
)

func (j *Journal) close(s *Store, why string) error {
	return j.append(0, entry{Event: eventClose, At: s.now(), Why: why})
}

// asPlanned refuses where something is not, byte for byte, as the first step on
// it needs it.
func asPlanned(ctx context.Context, r Reader, p iam.Principal, steps []Step) error {
	list := things(steps)
	w, err := look(ctx, r, p, list)
	if err != nil {
		return err
	}
	seen := map[thing]bool{}
	for i := range steps {
		t := steps[i].thing()
		if !seen[t] && !exact(w.state(t), steps[i].Before) {
			return &Refusal{fmt.Sprintf("refusing to write: the policy %s changed since it was read", t.policy.Name()), "run the command again"}
		}
		seen[t] = true
	}
	return fits(steps, w)
}
