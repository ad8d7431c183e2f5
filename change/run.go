package change

import (
	"context"
	"errors"
	"time"

	"remotion-doctor/iam"
)

// Options say how long AWS is given.
type Options struct {
	// Settle is how long a write may take to become visible; the zero Options
	// give it 15 seconds. IAM User Guide, "Troubleshoot IAM": changes are not
	// always immediately visible.
	Settle time.Duration
	// Tell is called with what is being waited for; it may be nil.
	Tell func(string)
}

func (o *Options) settle() time.Duration {
	if o.Settle == 0 {
		return 15 * time.Second
	}
	return o.Settle
}

// first is the first of the pauses between two looks, which double up to two
// seconds.
func (o *Options) first() time.Duration { return min(100*time.Millisecond, o.settle()/10) }

func (o *Options) tell(what string) {
	if o.Tell != nil {
		o.Tell(what)
	}
}

// A run makes the writes of a plan, or those that take it back.
type run struct {
	w         Writer
	principal iam.Principal
	journal   *Journal
	store     *Store
	options   Options
	undo      bool
	touched   map[iam.PolicyID]bool // by an earlier write of this run
}

// steps makes the writes one after another and stops at the first that does not
// succeed.
func (r *run) steps(ctx context.Context, steps []Step) error {
	r.touched = map[iam.PolicyID]bool{}
	for i := range steps {
		if err := ctx.Err(); err != nil {
			return &Incomplete{Msg: "interrupted", Done: i, Total: len(steps)}
		}
		e := entry{Event: eventBegin, At: r.store.now(), Step: i + 1, Undo: r.undo}
		if err := r.journal.append(0, e); err != nil {
			return &Incomplete{Msg: err.Error(), Done: i, Total: len(steps)}
		}
		outcome, why := r.step(ctx, &steps[i])
		e = entry{Event: eventEnd, At: r.store.now(), Step: i + 1, Undo: r.undo, Outcome: outcome}
		if why != nil {
			e.Why = why.Error()
		}
		if err := r.journal.append(0, e); err != nil && outcome == Done {
			return &Incomplete{Msg: err.Error(), Done: i + 1, Total: len(steps)}
		}
		if outcome != Done {
			return incomplete(why, i, len(steps), outcome)
		}
		r.touched[steps[i].Policy] = true
	}
	return nil
}

func incomplete(why error, done, total int, o Outcome) *Incomplete {
	out := &Incomplete{Msg: why.Error(), Done: done, Total: total, Unknown: o == Unknown, Err: why}
	if errors.Is(why, context.Canceled) {
		out.Msg = "interrupted"
	}
	return out
}

// step makes one write and finds out what came of it. Where AWS gave no clear
// answer it looks, for as long as the write may take to become visible; where
// AWS refused for a state that an earlier write has changed, it tries again.
func (r *run) step(ctx context.Context, s *Step) (Outcome, error) {
	deadline := time.Now().Add(r.options.settle())
	for wait := r.options.first(); ; wait = min(2*wait, 2*time.Second) {
		err := write(ctx, r.w, r.principal, s)
		switch {
		case err == nil:
			return Done, nil
		case ctx.Err() != nil:
			return Unknown, ctx.Err()
		case r.happened(ctx, s):
			return Done, nil
		}
		again := settling(err) && r.touched[s.Policy]
		switch {
		case !refused(err), settling(err) && !again && s.mayBeDone():
			return r.watch(ctx, s, deadline, err)
		case !again || time.Now().After(deadline):
			return Refused, err
		}
		r.options.tell("waiting until IAM shows the change before this one: " + s.What())
		if pause(ctx, wait) != nil {
			return Refused, err
		}
	}
}

// mayBeDone reports a step that AWS refuses, as existing or as not found, where
// an attempt before whose answer was lost has done it.
func (s *Step) mayBeDone() bool {
	return s.Do == CreatePolicy || s.Do == DeletePolicy || s.Do == DeleteInline || s.Do == DeleteVersion || s.Do == Detach
}

// watch looks for a write that may have been done, for as long as it may take to
// become visible. That AWS refuses it as done already does not say by whom, and
// what is not seen leaves it open.
func (r *run) watch(ctx context.Context, s *Step, deadline time.Time, err error) (Outcome, error) {
	r.options.tell("waiting for what IAM shows: " + s.What())
	for wait := r.options.first(); pause(ctx, wait) == nil; wait = min(2*wait, 2*time.Second) {
		late := time.Now().After(deadline)
		if r.happened(ctx, s) {
			return Done, nil
		}
		if late {
			break
		}
	}
	return Unknown, err
}

// happened reports whether AWS shows what a step leaves.
func (r *run) happened(ctx context.Context, s *Step) bool {
	w, err := look(ctx, r.w, r.principal, []thing{s.thing()})
	return err == nil && !same(s.Before, s.After) && same(w.state(s.thing()), s.After)
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
