package doctor

import (
	"remotion-doctor/iam"
	"remotion-doctor/source"
)

// gapOf makes the gap of something that an error kept from being read. A source
// that never claimed to hold it makes an assumption; what failed for a passing
// reason makes the section incomplete.
func gapOf(where, what string, affects iam.GapEffect, err error) iam.Gap {
	e := asError(err)
	g := iam.Gap{Where: where, What: what, Why: e.Error(), Hint: e.Hint, Affects: affects}
	switch {
	case e.Kind == source.KindNotHeld:
		g.Kind = iam.GapAssumption
	case e.Kind.Passing():
		g.Kind = iam.GapIncomplete
	}
	return g
}
