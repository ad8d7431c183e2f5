package source

import (
	"errors"

	"remotion-doctor/iam"
)

// Unread makes the Gap of something that an error kept from being read. What
// failed for a passing reason makes the section incomplete; anything else is a
// gap as its effect says. where is the operation with its subject.
func Unread(where, what string, affects iam.GapEffect, err error) iam.Gap {
	g := iam.Gap{Where: where, What: what, Why: err.Error(), Affects: affects}
	if e, ok := errors.AsType[*Error](err); ok {
		g.Why, g.Hint = e.Msg, e.Hint
		if e.Kind.Passing() {
			g.Kind = iam.GapIncomplete
		}
	}
	return g
}
