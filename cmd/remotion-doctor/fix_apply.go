package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"remotion-doctor/change"
	"remotion-doctor/doctor"
	"remotion-doctor/doctor/attach"
	"remotion-doctor/internal/terminal"
	"remotion-doctor/report"
	"remotion-doctor/source/awsapi"
)

// apply writes the changes: it shows them, asks, writes, waits and checks again.
func (a *app) apply(ctx context.Context, o *doctor.Options, f *fixFlags, fixes []attach.Planned) error {
	client, ok := o.Source.(*awsapi.Client)
	if !ok {
		return usage("leave --engine and files out", "--apply writes to AWS, not to files")
	}
	if err := a.renderFixes(a.stdout, fixes, f); err != nil {
		return err
	}
	plans, err := attach.Ready(ctx, *o, fixes)
	if err != nil {
		return err
	}
	if err := a.showPlans(ctx, client, plans); err != nil {
		return err
	}
	if len(plans) == 0 {
		return left(attach.Remedies(fixes))
	}
	if len(plans) > 1 && f.record != "" {
		return usage("without --undo-file each has a file of its own", "--undo-file is for one principal, and %d would be changed", len(plans))
	}
	if err := a.confirm(f, attach.Question(plans)); err != nil {
		return err
	}
	store, err := a.store(f)
	if err != nil {
		return err
	}
	for _, p := range plans {
		j, err := store.Apply(ctx, client.Writer(), p, a.patient())
		if err != nil {
			return err
		}
		if err := a.say("written; what was there is kept in " + j.Path); err != nil {
			return err
		}
	}
	return a.checkAgain(ctx, o, client, f, attach.Remedies(attach.Writes(fixes)))
}

// showPlans lists the writes, with what whoever runs this seems to lack.
func (a *app) showPlans(ctx context.Context, client *awsapi.Client, plans []*change.Plan) error {
	for _, p := range plans {
		note, err := attach.Permitted(ctx, client, p)
		if err == nil && note != "" {
			err = a.say("note: " + note)
		}
		if err != nil {
			return err
		}
		if _, err := io.WriteString(a.stdout, attach.List(p)); err != nil {
			return err
		}
	}
	return nil
}

// confirm asks on the terminal, unless --yes was given.
func (a *app) confirm(f *fixFlags, question string) error {
	if f.yes {
		return nil
	}
	yes, err := terminal.Confirm(a.stdin, a.stderr, question)
	switch {
	case errors.Is(err, terminal.ErrNobody):
		return usage("give --yes where nobody can be asked", "this writes to AWS, and %v", err)
	case err == nil && !yes:
		return &failure{exitNotMet, "nothing was written", ""}
	}
	return err
}

// patient says what is being waited for, each thing once.
func (a *app) patient() change.Options {
	said := ""
	return change.Options{Tell: func(what string) {
		if what != said {
			said = what
			_ = a.say(what) // a lost line is no reason to stop
		}
	}}
}

// checkAgain waits out IAM's propagation, audits once more, and says what passes
// now.
func (a *app) checkAgain(ctx context.Context, o *doctor.Options, client *awsapi.Client, f *fixFlags, written []*doctor.Remedy) error {
	done := a.while("waiting until IAM knows the change everywhere, then checking again")
	failed, err := attach.Recheck(ctx, *o, client, written, attach.Patience{Wait: f.wait, Limit: f.patience})
	done()
	if err != nil {
		return err
	}
	for _, x := range written {
		if _, err := fmt.Fprintf(a.stdout, "%s: %d of %d pass now\n", report.Clean(x.Principal.ARN), x.After.Pass, x.After.Total()); err != nil {
			return err
		}
	}
	if failed != "" {
		return &failure{exitNotMet, "the change was written, but " + failed + " does not pass yet", "IAM changes can take minutes; run `remotion-doctor check` to see; `fix --undo` puts back what was there"}
	}
	return left(written)
}
