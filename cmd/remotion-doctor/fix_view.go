package main

import (
	"slices"

	"remotion-doctor/doctor"
	"remotion-doctor/remedy"
	"remotion-doctor/report"
)

// beside is what must be said beside a form that holds the remedy alone.
func beside(x *doctor.Remedy) []string {
	var out []string
	for _, n := range x.Notes {
		out = append(out, "note: "+n)
	}
	if x.Change == nil {
		out = append(out, "nothing to grant: "+x.Outcome())
	} else {
		for _, n := range x.Change.Notes {
			out = append(out, "note: "+n)
		}
		out = append(out, x.Outcome())
	}
	for _, l := range x.Lost {
		out = append(out, "would stop working: "+l)
	}
	for _, o := range x.Obstacles {
		out = append(out, "not cured by a grant: "+o.Reason+": "+o.Advice)
	}
	return out
}

// view is the fix for people.
func viewOf(x *doctor.Remedy) *report.RemedyView {
	v := &report.RemedyView{
		Target: x.Target, Principal: x.Principal, Requirements: x.Requirements, Outcome: x.Outcome(),
		Good: x.Cures(), Verified: x.Verified, Obstacles: x.Obstacles, Lost: x.Lost, Notes: x.Notes,
	}
	if x.Change == nil {
		return v
	}
	v.Notes = append(slices.Clone(x.Notes), x.Change.Notes...)
	v.Steps = remedy.Steps(x.Change)
	for _, l := range remedy.Diff(x.Change) {
		v.Diff = append(v.Diff, report.DiffLine(l))
	}
	return v
}
