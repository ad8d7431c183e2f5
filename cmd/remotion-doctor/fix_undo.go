package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"time"

	"remotion-doctor/change"
	"remotion-doctor/doctor"
	"remotion-doctor/iam"
	"remotion-doctor/remedy"
	"remotion-doctor/report"
	"remotion-doctor/source/awsapi"
)

// store is where the journals of changes are kept.
func (a *app) store(f *fixFlags) (*change.Store, error) {
	folder := a.stateFolder()
	switch {
	case folder == "" && f.record == "":
		return nil, usage("name a file with --undo-file", "there is no folder for the journal of the change: neither XDG_STATE_HOME nor HOME is set")
	case folder == "":
		folder = filepath.Dir(f.record)
	default:
		folder = filepath.Join(folder, "remotion-doctor", "changes")
	}
	return &change.Store{Folder: folder, File: f.record, Now: a.now}, nil
}

// stateFolder is where programs keep their state; empty where that is not
// known. XDG Base Directory Specification: ~/.local/state.
func (a *app) stateFolder() string {
	if folder := a.getenv("XDG_STATE_HOME"); folder != "" {
		return folder
	}
	home := map[string][]string{"windows": {"LOCALAPPDATA"}, "darwin": {"HOME", "Library", "Application Support"}}[runtime.GOOS]
	if home == nil {
		home = []string{"HOME", ".local", "state"}
	}
	if home[0] = a.getenv(home[0]); home[0] == "" {
		return ""
	}
	return filepath.Join(home...)
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
		return changeFailure(err)
	}
	defer release()
	open, closed, err := store.Open(found.Principal)
	if err != nil {
		return journalFailure(err)
	}
	if len(open) == 0 {
		return nothingToUndo(found.Principal, closed)
	}
	for i, j := range open {
		done, err := a.undo1(ctx, client, f, store, j)
		if err != nil || done {
			return errors.Join(err, a.older(len(open)-i-1, err))
		}
	}
	return &failure{exitNotMet, "nothing to put back: AWS shows none of the recorded changes of " + found.Principal.ARN, ""}
}

// older says that more changes can be taken back.
func (a *app) older(n int, err error) error {
	if n == 0 || err != nil {
		return nil
	}
	return a.say(fmt.Sprintf("%d earlier changes are recorded; run this again to take back the one before", n))
}

// nothingToUndo is the answer where no change is open.
func nothingToUndo(p iam.Principal, closed *change.Journal) error {
	if closed == nil {
		return usage("only what --apply wrote can be put back; --undo-file names another journal", "there is no record of a change of %s", p.ARN)
	}
	at := closed.Plan.At.Format(time.RFC3339)
	if closed.Closed == change.NothingWritten {
		return &failure{exitNotMet, "nothing to put back: the change of " + at + " wrote nothing", ""}
	}
	return &failure{exitNotMet, "nothing to put back: there is no record of a change that is not undone; the last one, of " + at + ", was", ""}
}

// journalFailure: a journal that cannot be read is an input that cannot be.
func journalFailure(err error) error {
	if _, ok := errors.AsType[*change.Refusal](err); ok {
		return changeFailure(err)
	}
	return usage("look at the file; it holds what was there before the change", "%v", err)
}

// undo1 takes one change back, and reports whether AWS shows any of it.
func (a *app) undo1(ctx context.Context, client *awsapi.Client, f *fixFlags, store *change.Store, j *change.Journal) (done bool, err error) {
	at := j.Plan.At.Format(time.RFC3339)
	back, err := change.Look(ctx, client, j, f.force, a.now(), a.patient())
	if err != nil {
		return false, changeFailure(err)
	}
	if back.Nothing {
		if !f.dryRun {
			err = back.Run(ctx, store, client.Writer(), a.patient())
		}
		return false, errors.Join(err, a.say("the change of "+at+": nothing was written, or it is taken back already"))
	}
	if len(back.Conflicts) > 0 {
		return true, a.conflicts(f, back)
	}
	if f.dryRun {
		return true, a.printPlans(f, []*change.Plan{back.Plan()})
	}
	if err := a.showUndo(f, back); err != nil {
		return true, err
	}
	if err := a.confirm(f, "Put this back?"); err != nil {
		return true, err
	}
	if err := back.Run(ctx, store, client.Writer(), a.patient()); err != nil {
		return true, undoFailure(err)
	}
	return true, a.say("put back what was there before " + at)
}

// undoFailure says that a half-done undo goes on where it is run again.
func undoFailure(err error) error {
	e, ok := errors.AsType[*change.Incomplete](err)
	if !ok {
		return changeFailure(err)
	}
	return &failure{exitIncomplete, e.Msg, fmt.Sprintf("%d of %d writes of the undo were made; run it again to finish", e.Done, e.Total)}
}

// showUndo shows what is put back: the writes, and how the documents change.
func (a *app) showUndo(f *fixFlags, b *change.Back) error {
	var lines []report.DiffLine
	for i := range b.Steps {
		s := &b.Steps[i]
		lines = append(lines, report.DiffLine{Mark: '@', Text: s.What()})
		for _, l := range remedy.DiffText(s.Before.Text(), s.After.Text()) {
			lines = append(lines, report.DiffLine(l))
		}
	}
	if err := report.PolicyDiff(a.stdout, lines, a.look(a.stdout, f)); err != nil {
		return err
	}
	_, err := fmt.Fprint(a.stdout, "\n", listed(b.Plan()))
	return err
}

// conflicts shows what somebody else changed, and refuses.
func (a *app) conflicts(f *fixFlags, b *change.Back) error {
	var lines []report.DiffLine
	force := ""
	for _, c := range b.Conflicts {
		lines = append(lines, report.DiffLine{Mark: '@', Text: fmt.Sprintf("step %d, %s: %s", c.Step, c.Policy, c.Why)})
		for _, l := range c.Diff {
			lines = append(lines, report.DiffLine(l))
		}
		force += fmt.Sprintf(" --force-step %d", c.Step)
	}
	if err := report.PolicyDiff(a.stdout, lines, a.look(a.stdout, f)); err != nil {
		return err
	}
	first := b.Conflicts[0]
	return &failure{
		exitNotMet, fmt.Sprintf("refusing to put back: the policy %s changed since --apply wrote it (%s)", first.Policy.Name(), first.Why),
		"nothing was written; to overwrite what is there, add" + force + "; " + b.Journal.Path + " holds what was there before",
	}
}
