package change

import (
	"errors"
	"fmt"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// A Refusal says why nothing was written, and what to do.
type Refusal struct{ Msg, Hint string }

func (r *Refusal) Error() string { return r.Msg }

// Problem is the refusal as the user reads it.
func (r *Refusal) Problem() audit.Problem { return audit.NewProblem("refused", r.Msg, r.Hint) }

// An Incomplete says that a change or its undo stopped on the way.
type Incomplete struct {
	Msg, Hint   string
	Done, Total int
	// Unknown says that the last write may have happened.
	Unknown bool
	Undo    bool  // the undo stopped
	Err     error // the cause, where there is one
}

func (e *Incomplete) Error() string { return e.Msg }

// Advice says what to do after the writes that were made; empty where none was
// and nothing is known.
func (e *Incomplete) Advice() string {
	switch {
	case e.Undo:
		return fmt.Sprintf("%d of %d writes of the undo were made; run it again to finish", e.Done, e.Total)
	case e.Unknown:
		return fmt.Sprintf("%d of %d writes were made, and the next one may have been; `fix --undo` finds out and puts back what was there", e.Done, e.Total)
	case e.Done > 0:
		return fmt.Sprintf("%d of %d writes were made; `fix --undo` puts back what was there", e.Done, e.Total)
	}
	return e.Hint
}

// Problem is the error as the user reads it, with the hint of the cause where it
// has none of its own.
func (e *Incomplete) Problem() audit.Problem {
	hint := e.Advice()
	if cause, ok := errors.AsType[interface {
		error
		Problem() audit.Problem
	}](e.Err); ok && hint == "" {
		hint = cause.Problem().Hint
	}
	return audit.NewProblem("incomplete", e.Msg, hint)
}

// Unwrap returns the cause.
func (e *Incomplete) Unwrap() error { return e.Err }

// reserved refuses roles that AWS manages: IAM User Guide, "Create a
// service-linked role" ("You cannot … edit the permissions"), and IAM Identity
// Center User Guide, "Referencing permission sets in resource policies" (the
// roles AWSReservedSSO_… are changed by their permission set alone).
func reserved(p iam.Principal) *Refusal {
	a, _ := policy.ParseARN(p.ARN)
	switch {
	case strings.HasPrefix(a.Resource, "role/aws-service-role/"):
		return &Refusal{fmt.Sprintf("refusing to change %s: it is a service-linked role, and IAM refuses other policies on it", p.ARN), "run this for the role that your code runs as"}
	case strings.HasPrefix(a.Resource, "role/aws-reserved/"), strings.HasPrefix(a.Name(), "AWSReservedSSO_"):
		return &Refusal{fmt.Sprintf("refusing to change %s: IAM Identity Center manages this role and overwrites it", p.ARN), "add the policy to the permission set in IAM Identity Center; `--as json` prints it"}
	}
	return nil
}

// An Unread says that a policy of the principal could not be read.
type Unread struct{ Gap iam.Gap }

func (e *Unread) Error() string { return "reading the " + e.Gap.What + ": " + e.Gap.Why }

// Problem is the error as the user reads it.
func (e *Unread) Problem() audit.Problem {
	return audit.NewProblem("incomplete", e.Error(), e.Gap.Hint)
}

// Settling reports that another try may read it: it went away while the others
// were read, or the answer did not come.
func (e *Unread) Settling() bool { return e.Gap.Kind == iam.GapIncomplete }
