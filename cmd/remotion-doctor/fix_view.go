package main

import (
	"fmt"
	"slices"

	"remotion-doctor/remedy"
	"remotion-doctor/report"
)

// beside is what must be said beside a form that holds the remedy alone.
func (x *fix) beside() []string {
	var out []string
	for _, n := range x.notes {
		out = append(out, "note: "+n)
	}
	if x.change == nil {
		out = append(out, "nothing to grant: "+x.outcome())
	} else {
		for _, n := range x.change.Notes {
			out = append(out, "note: "+n)
		}
		out = append(out, x.outcome())
	}
	for _, l := range x.lost {
		out = append(out, "would stop working: "+l)
	}
	for _, o := range x.obstacles {
		out = append(out, "not cured by a grant: "+o.Reason+": "+o.Advice)
	}
	return out
}

// outcome says in a line what the remedy comes to.
func (x *fix) outcome() string {
	total := x.before.Total()
	switch {
	case x.change == nil && x.before.Pass == total:
		return fmt.Sprintf("all %d pass as it is", total)
	case x.change == nil:
		return fmt.Sprintf("%d of %d pass, and no grant cures the others", x.before.Pass, total)
	case x.verified:
		return fmt.Sprintf("verified: %d of %d pass with this policy", x.after.Pass, x.after.Total())
	}
	return fmt.Sprintf("not verified: with this policy only %d of %d pass", x.after.Pass, x.after.Total())
}

// view is the fix for people.
func (x *fix) view() *report.RemedyView {
	v := &report.RemedyView{
		Target: x.target, Principal: x.principal, Requirements: x.names, Outcome: x.outcome(),
		Good: x.cures(), Verified: x.verified, Obstacles: x.obstacles, Lost: x.lost, Notes: x.notes,
	}
	if x.change == nil {
		return v
	}
	v.Notes = append(slices.Clone(x.notes), x.change.Notes...)
	v.Steps = remedy.Steps(x.change)
	for _, l := range remedy.Diff(x.change) {
		v.Diff = append(v.Diff, report.DiffLine(l))
	}
	return v
}
