package source

import (
	"fmt"

	"remotion-doctor/audit"
)

// A Kind sorts what can go wrong when facts are asked for. The zero Kind is not
// known.
type Kind string

// The kinds of errors.
const (
	KindCredentials Kind = "credentials" // none, expired or invalid
	KindRegion      Kind = "region"      // none configured, or not enabled in the account
	KindDenied      Kind = "denied"      // the caller may not ask
	KindNotFound    Kind = "not found"   // what was asked about does not exist
	KindNotHeld     Kind = "not held"    // the source does not hold facts of this kind
	KindUnsupported Kind = "unsupported" // the endpoint does not belong to AWS, or lacks the operation
	KindUnreachable Kind = "unreachable" // no answer
	KindUnavailable Kind = "unavailable" // AWS answered with a server error, to the last attempt
	KindThrottled   Kind = "throttled"   // refused for too many requests, to the last attempt
	KindInvalid     Kind = "invalid"     // refused for what was asked
	KindExists      Kind = "exists"      // refused: what was to be made exists
	KindConflict    Kind = "conflict"    // refused for the state that AWS sees
	KindAnswer      Kind = "answer"      // the answer is empty or contradicts itself
	KindInterrupted Kind = "interrupted" // the command was given to end
	KindInput       Kind = "input"       // a file cannot be read or understood
	KindOther       Kind = "other"
)

// Passing reports whether another try may bring an answer: a section that lacks
// facts for one such reason is incomplete.
func (k Kind) Passing() bool {
	switch k {
	case KindUnreachable, KindUnavailable, KindThrottled, KindInterrupted, KindAnswer:
		return true
	}
	return false
}

// An Error says in one line what was attempted and what went wrong, and in
// another what to do.
type Error struct {
	Op   string // asking iam:SimulatePrincipalPolicy
	Kind Kind
	Msg  string
	Hint string // empty where nothing can be advised
	// Operation is the one of AWS's API that failed, iam:GetRole; empty where
	// none did.
	Operation string
	Err       error // the cause, not for display
}

func (e *Error) Error() string {
	if e.Op == "" {
		return e.Msg
	}
	return e.Op + ": " + e.Msg
}

// Problem is the error as the user reads it.
func (e *Error) Problem() audit.Problem { return audit.NewProblem(string(e.Kind), e.Error(), e.Hint) }

// Refused reports whether AWS answered that it did not do what was asked.
func (e *Error) Refused() bool {
	switch e.Kind {
	case KindCredentials, KindDenied, KindNotFound, KindThrottled, KindInvalid, KindExists, KindConflict:
		return true
	}
	return false
}

// Settling reports whether AWS refused for a state that a write shortly before
// may have changed: another try may succeed, or show that it is done already.
func (e *Error) Settling() bool {
	return e.Kind == KindNotFound || e.Kind == KindExists || e.Kind == KindConflict
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// NotHeld is the error of a source that does not hold a kind of facts.
func NotHeld(format string, args ...any) *Error {
	return &Error{Kind: KindNotHeld, Msg: fmt.Sprintf(format, args...)}
}

// NoTaskRole is the error of a task definition without a task role; execution
// is the ARN of its execution role, where it has one.
func NoTaskRole(op, execution string) *Error {
	e := &Error{
		Op: op, Kind: KindNotFound, Msg: "the task definition has no task role, so its containers have no AWS credentials",
		Hint: "give it a taskRoleArn; the execution role is for the ECS agent, which pulls the image and writes the log, and the containers never see it",
	}
	if execution != "" {
		e.Msg += "; its execution role " + execution + " is not theirs"
	}
	return e
}
