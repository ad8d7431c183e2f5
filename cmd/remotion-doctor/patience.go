package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"remotion-doctor/report"
	"remotion-doctor/source/awsapi"
)

// patienceFlags bound how long AWS is waited for.
type patienceFlags struct{ attempt, whole time.Duration }

func (f *patienceFlags) add(fs *pflag.FlagSet) {
	fs.DurationVar(&f.attempt, "attempt-timeout", 10*time.Second, "time limit of each attempt to ask AWS, `DURATION`")
}

// addWhole adds the limit of the whole command.
func (f *patienceFlags) addWhole(fs *pflag.FlagSet) {
	fs.DurationVar(&f.whole, "timeout", 0, "time limit of the whole command, `DURATION`; what is finished is still printed")
}

func (f *patienceFlags) validate() error {
	for name, d := range map[string]time.Duration{"attempt-timeout": f.attempt, "timeout": f.whole} {
		if d < 0 {
			return usage("write it as 30s or 2m", "--%s %s is negative", name, d)
		}
	}
	return nil
}

// bound ends a context at the limit of the whole command.
func (f *patienceFlags) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	if f.whole == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, f.whole)
}

// retrying shows on stderr that a call takes long: which operation, which error,
// which attempt.
func (a *app) retrying(r awsapi.Retry) {
	start := ""
	if file, ok := fileOf(a.stderr); ok && term.IsTerminal(int(file.Fd())) {
		start = "\r\x1b[K" // over the line of the progress
	}
	fmt.Fprintf(a.stderr, "%snotice: attempt %d of %s failed, trying again: %s\n", start, r.Attempt, report.Clean(r.Operation), report.Clean(r.Err.Error()))
}
