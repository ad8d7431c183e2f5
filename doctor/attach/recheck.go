package attach

import (
	"context"
	"time"

	"remotion-doctor/doctor"
)

// A Patience says how long IAM is given to make a change known everywhere.
type Patience struct {
	// Wait is the pause before the first look.
	Wait time.Duration
	// Limit is how long looks are repeated while something does not pass.
	Limit time.Duration
}

// Recheck audits the principals of remedies again until everything passes that
// should, and names the first thing that does not pass in the end; empty if all
// pass. The remedies' After is what passes then.
func Recheck(ctx context.Context, o doctor.Options, a Account, list []*doctor.Remedy, p Patience) (failed string, err error) {
	if err := pause(ctx, p.Wait); err != nil {
		return "", err
	}
	deadline := time.Now().Add(p.Limit)
	for {
		// What was read before the change must not be taken for what is there.
		a.Forget()
		failed, err := recheck(ctx, o, list)
		if err != nil || failed == "" || !time.Now().Before(deadline) {
			return failed, err
		}
		if err := pause(ctx, 2*time.Second); err != nil {
			return "", err
		}
	}
}

func recheck(ctx context.Context, o doctor.Options, list []*doctor.Remedy) (string, error) {
	for _, x := range list {
		if failed, err := x.Recheck(ctx, o); err != nil || failed != "" {
			return failed, err
		}
	}
	return "", nil
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
