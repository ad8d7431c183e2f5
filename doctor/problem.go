package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/checks/remotion"
	"remotion-doctor/source"
)

// asError gives any error of a run its kind, message and hint.
func asError(err error) *source.Error {
	if e, ok := errors.AsType[*source.Error](err); ok {
		return e
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return &source.Error{Kind: source.KindUnreachable, Msg: "no answer in time", Err: err}
	case errors.Is(err, context.Canceled):
		return &source.Error{Kind: source.KindInterrupted, Msg: "interrupted", Err: err}
	}
	return &source.Error{Kind: source.KindInput, Msg: err.Error(), Err: err}
}

func messageOf(err error) string { return asError(err).Error() }

// isPassing reports an error that another try may be spared: what is missing is
// missing for now.
func isPassing(err error) bool { return asError(err).Kind.Passing() }

// problem is an error as the report shows it.
func (j *job) problem(err error) *audit.Problem {
	e := asError(err)
	p := audit.NewProblem(string(e.Kind), e.Error(), j.regionHint(e))
	return &p
}

// regionHint adds to the hint of an invalid token that the Region may be off.
func (j *job) regionHint(e *source.Error) string {
	off := remotion.OptIn(j.Regions)
	if len(off) == 0 || !strings.Contains(e.Msg, "security token included in the request is invalid") {
		return e.Hint
	}
	return fmt.Sprintf("%s; %s may not be enabled in the account: check Account in the AWS console", e.Hint, strings.Join(off, ", "))
}

// unbegun is the error of a target that was not checked any more.
func unbegun(err error) error {
	e := *asError(err)
	e.Msg = "not checked: " + e.Msg
	if errors.Is(err, context.DeadlineExceeded) {
		e.Msg = "not checked: the time limit of the whole run was reached"
	}
	return &e
}
