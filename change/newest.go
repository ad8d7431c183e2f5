package change

import (
	"context"
	"errors"
	"fmt"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/remedy"
)

// A JournalError says that a journal cannot be read, or that there is none.
type JournalError struct {
	Msg, Hint string
	Err       error // the cause, where there is one
}

func (e *JournalError) Error() string { return e.Msg }

// Problem is the error as the user reads it.
func (e *JournalError) Problem() audit.Problem { return audit.NewProblem("input", e.Msg, e.Hint) }

// Unwrap returns the cause.
func (e *JournalError) Unwrap() error { return e.Err }

// An Undoing is what there is to take back of a principal's changes.
type Undoing struct {
	// Back takes back the newest change that AWS still shows; nil where
	// there is none.
	Back *Back
	// Empty are the newer ones that AWS does not show; their Run closes the
	// journal.
	Empty []*Back
	// Older counts the changes before that are recorded and not taken back.
	Older int
}

// Newest looks for the newest change of a principal that can be taken back, as
// [Look] does. The caller holds [Store.Lock]. Without a change that is open the
// error is a [*Refusal] or, where none was ever recorded, a [*JournalError]. An
// Undoing that comes with an error holds what was found before.
func (s *Store) Newest(ctx context.Context, r Reader, p iam.Principal, force []int, o Options) (*Undoing, error) {
	out := &Undoing{}
	open, closed, err := s.Open(p)
	if _, refused := errors.AsType[*Refusal](err); refused {
		return out, err
	}
	if err != nil {
		return out, &JournalError{err.Error(), "look at the file; it contains what was there before the change", err}
	}
	if len(open) == 0 {
		return out, none(p, closed)
	}
	for i, j := range open {
		b, err := Look(ctx, r, j, force, s.now(), o)
		if err != nil {
			return out, err
		}
		if !b.Nothing {
			out.Back, out.Older = b, len(open)-i-1
			return out, nil
		}
		out.Empty = append(out.Empty, b)
	}
	return out, nil
}

// none is the answer where no change is open.
func none(p iam.Principal, closed *Journal) error {
	if closed == nil {
		return &JournalError{Msg: "there is no record of a change of " + p.ARN, Hint: "only what --apply wrote can be put back; --undo-file names another journal"}
	}
	at := closed.Plan.At.Format(time.RFC3339)
	if closed.Closed == NothingWritten {
		return &Refusal{"nothing to put back: the change of " + at + " wrote nothing", ""}
	}
	return &Refusal{"nothing to put back: there is no record of a change that is not undone; the last one, of " + at + ", was", ""}
}

// Refusal refuses an undo for the sake of what somebody else changed since; nil
// without conflicts.
func (b *Back) Refusal() error {
	if len(b.Conflicts) == 0 {
		return nil
	}
	force := ""
	for _, c := range b.Conflicts {
		force += fmt.Sprintf(" --force-step %d", c.Step)
	}
	first := b.Conflicts[0]
	return &Refusal{
		fmt.Sprintf("refusing to put back: the policy %s changed since --apply wrote it (%s)", first.Policy.Name(), first.Why),
		"nothing was written; to overwrite what is there, add" + force + "; " + b.Journal.Path + " holds what was there before",
	}
}

// Diff shows how the documents change, a heading for each write; where there are
// conflicts, what somebody else changed.
func (b *Back) Diff() []remedy.DiffLine {
	var out []remedy.DiffLine
	for _, c := range b.Conflicts {
		out = append(out, remedy.DiffLine{Mark: '@', Text: fmt.Sprintf("step %d, %s: %s", c.Step, c.Policy, c.Why)})
		out = append(out, c.Diff...)
	}
	if len(b.Conflicts) > 0 {
		return out
	}
	for i := range b.Steps {
		s := &b.Steps[i]
		out = append(out, remedy.DiffLine{Mark: '@', Text: s.What()})
		out = append(out, remedy.DiffText(s.Before.Text(), s.After.Text())...)
	}
	return out
}
