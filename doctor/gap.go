package doctor

import (
	"cmp"

	"remotion-doctor/iam"
	"remotion-doctor/source"
)

// gapOf makes the gap of something that an error kept from being read. A source
// that never claimed to hold it makes an assumption; what failed for a passing
// reason makes the section incomplete.
func gapOf(where, what string, affects iam.GapEffect, err error) iam.Gap {
	e := asError(err)
	g := source.Unread(cmp.Or(where, e.Operation), what, affects, e)
	if e.Kind == source.KindNotHeld {
		g.Kind = iam.GapAssumption
	}
	return g
}
