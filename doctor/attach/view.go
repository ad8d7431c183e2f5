package attach

import (
	"slices"

	"remotion-doctor/remedy"
	"remotion-doctor/report"
)

// notes are the remarks on the plan, or on why there is none.
func (x *Planned) notes() []string {
	switch e := x.refusal(); {
	case e != nil:
		return []string{"--apply would refuse this: " + e.Msg}
	case x.Plan != nil:
		return x.Plan.Notes
	}
	return nil
}

// Remarks are those of a list, in its order.
func Remarks(list []Planned) []string {
	var out []string
	for i := range list {
		out = append(out, list[i].Remarks()...)
	}
	return out
}

// Remarks are the lines that belong to a form that holds the remedy alone, such
// as a script: notes, the outcome, what would stop working, and what no grant
// cures.
func (x *Planned) Remarks() []string {
	var out []string
	note := func(notes []string) {
		for _, n := range notes {
			out = append(out, "note: "+n)
		}
	}
	note(x.notes())
	note(x.Notes)
	out = append(out, x.Where...)
	if x.Change == nil {
		out = append(out, "nothing to grant: "+x.Outcome())
	} else {
		note(x.Change.Notes)
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

// View is the remedy for people. One that would be refused is not good, whatever
// it comes to.
func (x *Planned) View() *report.RemedyView {
	v := &report.RemedyView{
		Target: x.Target, Principal: x.Principal, Requirements: x.Requirements, Outcome: x.Outcome(),
		Good: x.Cures(), Verified: x.Verified, Obstacles: x.Obstacles, Lost: x.Lost, Notes: slices.Clone(x.Notes),
	}
	if x.Change != nil {
		v.Notes = append(v.Notes, x.Change.Notes...)
		v.Steps = remedy.Steps(x.Change)
		v.Diff, v.Where = Lines(remedy.Diff(x.Change)), x.Where
	}
	v.Notes = append(v.Notes, x.notes()...)
	if x.refusal() != nil {
		v.Good, v.Verified = false, false
	}
	return v
}

// Lines are the lines of a difference as package report shows them.
func Lines(list []remedy.DiffLine) []report.DiffLine {
	var out []report.DiffLine
	for _, l := range list {
		out = append(out, report.DiffLine(l))
	}
	return out
}
