package fleet

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"remotion-doctor/audit"
)

// A Progress is how far a run has come.
type Progress struct {
	Done, Total int
	Found       int // principals that were checked
	Failed      int // accounts that could not be read, or only in part
	// Left is how long the rest will take at the pace so far; 0 where that is not
	// known yet.
	Left time.Duration
}

// A Keeper holds the reports of accounts, so that a run that was interrupted goes
// on where it stopped.
type Keeper interface {
	// Kept returns the report of an account from an earlier run of the same
	// question, where it is whole and not too old.
	Kept(p Place) (*audit.Report, bool)
	// Keep seals the report of an account, and stores it.
	Keep(p Place, r *audit.Report) error
}

// Run audits accounts, abreast of them at a time, and hands the report of each to
// the keeper when it is done. say, where it is not nil, is called after each
// account, one call at a time.
//
// The end of the context ends the run: what is under way is not kept, and the
// error is that of the context. An account that cannot be read ends nothing.
func Run(ctx context.Context, places []Place, o Options, k Keeper, abreast int, say func(Progress)) error {
	t := tally{total: len(places), say: say, began: time.Now()}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, abreast))
	for _, p := range places {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			r, ok := k.Kept(p)
			if !ok {
				r = Audit(ctx, p, o)
				if err := ctx.Err(); err != nil {
					return err // it may be of half an account
				}
				if err := k.Keep(p, r); err != nil {
					return err
				}
			}
			t.add(r, ok)
			return nil
		})
	}
	return g.Wait()
}

// A tally counts what a run has done.
type tally struct {
	mu       sync.Mutex
	total    int
	began    time.Time
	now      Progress
	measured int // accounts that were audited in this run
	say      func(Progress)
}

func (t *tally) add(r *audit.Report, kept bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now.Done++
	t.now.Total = t.total
	for _, a := range r.Accounts {
		t.now.Found += a.Callers + a.Renderers
		if a.Status == audit.AccountUnread || a.Status == audit.AccountIncomplete {
			t.now.Failed++
		}
	}
	if !kept {
		t.measured++
	}
	if t.measured > 0 {
		each := time.Since(t.began) / time.Duration(t.measured)
		t.now.Left = each * time.Duration(t.total-t.now.Done)
	}
	if t.say != nil {
		t.say(t.now)
	}
}
