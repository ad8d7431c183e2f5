package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"remotion-doctor/change"
	"remotion-doctor/doctor"
	"remotion-doctor/doctor/attach"
	"remotion-doctor/internal/terminal"
	"remotion-doctor/remedy"
	"remotion-doctor/report"
	"remotion-doctor/source/awsapi"
)

// apply writes the changes: it shows them, asks, writes, waits and checks again.
func (a *app) apply(ctx context.Context, o *doctor.Options, f *fixFlags, fixes []attach.Planned) error {
	client, err := writable(o, "--apply")
	if err != nil {
		return err
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

// writable is the account that a flag writes to.
func writable(o *doctor.Options, flag string) (*awsapi.Client, error) {
	if client, ok := o.Source.(*awsapi.Client); ok {
		return client, nil
	}
	return nil, usage("leave --engine and files out", "%s writes to AWS, not to files", flag)
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
		return usage("give --yes where nobody can be asked", "this writes %s, and %v", map[bool]string{true: "files", false: "to AWS"}[f.write], err)
	case err == nil && !yes:
		return &failure{exitNotMet, "nothing was written", ""}
	}
	return err
}

// patient says what is being waited for; a lost line is no reason to stop.
func (a *app) patient() change.Options {
	return change.Options{Tell: change.Once(func(what string) { _ = a.say(what) })}
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

// store is where the journals of changes are kept.
func (a *app) store(f *fixFlags) (*change.Store, error) {
	folder := change.Folder(a.getenv)
	if folder == "" {
		if f.record == "" {
			return nil, usage("name a file with --undo-file", "there is no folder for the journal of the change: neither XDG_STATE_HOME nor HOME is set")
		}
		folder = filepath.Dir(f.record)
	}
	return &change.Store{Folder: folder, File: f.record, Now: a.now}, nil
}

// undo puts back what was there before the last --apply that wrote something.
func (a *app) undo(ctx context.Context, o *doctor.Options, f *fixFlags) error {
	client, err := writable(o, "--undo")
	if err != nil {
		return err
	}
	found, err := doctor.Resolve(ctx, *o)
	if err != nil {
		return err
	}
	store, err := a.store(f)
	if err != nil {
		return err
	}
	release, err := store.Lock(found.Principal)
	if err != nil {
		return err
	}
	defer release()
	undoing, err := store.Newest(ctx, client, found.Principal, f.force, a.patient())
	for _, b := range undoing.Empty {
		err = errors.Join(err, a.closeEmpty(ctx, client, f, store, b))
	}
	if err != nil {
		return err
	}
	if undoing.Back == nil {
		return &failure{exitNotMet, "nothing to put back: AWS shows none of the recorded changes of " + found.Principal.ARN, ""}
	}
	err = a.putBack(ctx, client, f, store, undoing.Back)
	if err == nil && undoing.Older > 0 {
		err = a.say(fmt.Sprintf("%d earlier changes are recorded; run this again to take back the one before", undoing.Older))
	}
	return err
}

// closeEmpty closes the journal of a change that AWS does not show.
func (a *app) closeEmpty(ctx context.Context, client *awsapi.Client, f *fixFlags, store *change.Store, b *change.Back) (err error) {
	if !f.dryRun {
		err = b.Run(ctx, store, client.Writer(), a.patient())
	}
	return errors.Join(err, a.say("the change of "+b.Journal.Plan.At.Format(time.RFC3339)+": nothing was written, or it is taken back already"))
}

// putBack shows what is put back, asks, and takes one change back. What somebody
// else changed since is shown and refused.
func (a *app) putBack(ctx context.Context, client *awsapi.Client, f *fixFlags, store *change.Store, back *change.Back) error {
	refused := back.Refusal()
	if refused == nil && f.dryRun {
		return attach.RenderPlans(a.stdout, remedy.Form(f.form), []*change.Plan{back.Plan()})
	}
	err := report.PolicyDiff(a.stdout, attach.Lines(back.Diff()), f.color.Options(a.stdout, a.getenv))
	if err != nil || refused != nil {
		return errors.Join(err, refused)
	}
	if _, err := fmt.Fprint(a.stdout, "\n", attach.List(back.Plan())); err != nil {
		return err
	}
	if err := a.confirm(f, "Put this back?"); err != nil {
		return err
	}
	if err := back.Run(ctx, store, client.Writer(), a.patient()); err != nil {
		return err
	}
	return a.say("put back what was there before " + back.Journal.Plan.At.Format(time.RFC3339))
}
