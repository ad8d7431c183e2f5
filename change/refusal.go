package change

import (
	"fmt"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// A Refusal says why nothing was written, and what to do.
type Refusal struct{ Msg, Hint string }

func (r *Refusal) Error() string { return r.Msg }

// An Incomplete says that a change or its undo stopped on the way.
type Incomplete struct {
	Msg, Hint   string
	Done, Total int
	// Unknown says that the last write may have happened.
	Unknown bool
	Err     error // the cause, where there is one
}

func (e *Incomplete) Error() string { return e.Msg }

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

// Settling reports that another try may read it: it went away while the others
// were read, or the answer did not come.
func (e *Unread) Settling() bool { return e.Gap.Kind == iam.GapIncomplete }
