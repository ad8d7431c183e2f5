package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"remotion-doctor/change"
	"remotion-doctor/doctor"
	"remotion-doctor/doctor/attach"
	"remotion-doctor/remedy"
	"remotion-doctor/report"
	"remotion-doctor/source/awsapi"
)

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
	client, ok := o.Source.(*awsapi.Client)
	if !ok {
		return usage("leave --engine and files out", "--undo writes to AWS, not to files")
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

// closeEmpty closes the journal of a change of which AWS shows nothing.
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
	err := report.PolicyDiff(a.stdout, attach.Lines(back.Diff()), f.color.options(a, a.stdout))
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
