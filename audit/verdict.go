package audit

import (
	"slices"

	"remotion-doctor/iam"
)

// A Gate says what counts against a run. It is part of the report, so that
// every form of it says the same as the exit code. The zero Gate is the
// strictest about findings: all that does not pass counts.
type Gate struct {
	// FailOn is the mildest status of a finding that counts.
	FailOn Threshold `json:"failOn,omitzero"`
	// DenyExcess makes each grant beyond the need count.
	DenyExcess bool `json:"denyExcess,omitzero"`
	// RequireProof says that a pass needed proven coverage.
	RequireProof bool `json:"requireProof,omitzero"`
}

// A Threshold is the mildest status of a finding that counts. The zero
// Threshold is FailOnUnknown.
type Threshold string

// The thresholds.
const (
	FailOnUnknown Threshold = "unknown" // all that is not a pass
	FailOnPartial Threshold = "partial"
	FailOnFail    Threshold = "fail"
	// FailOnNever keeps the exit code at 0 where it would be 1, and nothing
	// else: the verdict in the report is that of FailOnUnknown.
	FailOnNever Threshold = "never"
)

// Normal returns the threshold as reports hold it: the default is not written.
func (t Threshold) Normal() Threshold {
	if t == FailOnUnknown {
		return ""
	}
	return t
}

// Join returns the gate that is as strict as both.
func (g Gate) Join(other Gate) Gate {
	order := []Threshold{FailOnNever, FailOnFail, FailOnPartial, FailOnUnknown, ""}
	if slices.Index(order, other.FailOn) > slices.Index(order, g.FailOn) {
		g.FailOn = other.FailOn
	}
	g.DenyExcess = g.DenyExcess || other.DenyExcess
	g.RequireProof = g.RequireProof || other.RequireProof
	return g
}

// weights order statuses by how bad they are, and thresholds among them. A
// status of a newer release counts as unknown.
var weights = map[string]int{
	string(Unknown): 1, string(Partial): 2, string(Fail): 3, string(Blocked): 3,
}

// Finding reports whether a finding counts against the run.
func (g Gate) Finding(f *Finding) bool {
	if f.Status == Pass || f.Muted != nil || f.Use == UseUnused {
		return false
	}
	return max(1, weights[string(f.Status)]) >= weights[string(g.FailOn)]
}

// Diagnosis reports whether a diagnosis counts against the run.
func (g Gate) Diagnosis(d *Diagnosis) bool {
	return d.Severity == SeverityError && d.Muted == nil
}

// Excess reports whether a grant beyond the need counts against the run.
func (g Gate) Excess(*iam.Excess) bool { return g.DenyExcess }

// An Outcome is the verdict on a section or a report. The zero Outcome is no
// verdict.
type Outcome string

// The outcomes.
const (
	OutcomeMet    Outcome = "met"     // nothing counts against it
	OutcomeNotMet Outcome = "not-met" // something does
	// OutcomeIncomplete: something could not be looked at, for a reason that may
	// pass or because the target was not found.
	OutcomeIncomplete Outcome = "incomplete"
)

// A Verdict is what every form of a report and the exit code say about a
// section or a report, and the counts that it follows from.
type Verdict struct {
	Outcome Outcome
	// ExitCode is 0, 1, 2 or 3. Of several 2 comes before 3, 3 before 1.
	ExitCode int

	Findings  int // findings that count
	Diagnoses int // diagnoses that count
	Excess    int // grants beyond the need that count
	// Tolerated are findings that do not pass and do not count, muted ones
	// apart.
	Tolerated  int
	Unchecked  int // sections that could not be checked
	Incomplete int // sections that were checked in part
}

// OK reports whether nothing counts and nothing is missing.
func (v Verdict) OK() bool { return v.Outcome == OutcomeMet }

// Counting is the number of things that count against it.
func (v Verdict) Counting() int { return v.Findings + v.Diagnoses + v.Excess }

// Verdict returns the verdict on a report.
func (r *Report) Verdict() Verdict {
	out := Verdict{Outcome: OutcomeMet}
	for i := range r.Sections {
		out.Add(r.Gate.Verdict(&r.Sections[i]))
	}
	if r.Gate.FailOn == FailOnNever && out.ExitCode == 1 {
		out.ExitCode = 0
	}
	return out
}

// Verdict returns the verdict on one section.
func (g Gate) Verdict(s *Section) Verdict {
	out := Verdict{}
	for i := range s.Findings {
		switch f := &s.Findings[i]; {
		case g.Finding(f):
			out.Findings++
		case f.Status != Pass && f.Muted == nil && f.Use != UseUnused:
			out.Tolerated++
		}
	}
	for i := range s.Diagnoses {
		if g.Diagnosis(&s.Diagnoses[i]) {
			out.Diagnoses++
		}
	}
	for i := range s.Excess {
		if g.Excess(&s.Excess[i]) {
			out.Excess++
		}
	}
	switch {
	case s.Error != nil && s.Error.ExitCode == 2:
		out.Outcome, out.ExitCode, out.Unchecked = OutcomeIncomplete, 2, 1
	case s.Error != nil:
		out.Outcome, out.ExitCode, out.Unchecked = OutcomeIncomplete, 3, 1
	case g.Unfinished(s):
		out.Outcome, out.ExitCode, out.Incomplete = OutcomeIncomplete, 3, 1
	case out.Counting() > 0:
		out.Outcome, out.ExitCode = OutcomeNotMet, 1
	default:
		out.Outcome = OutcomeMet
	}
	return out
}

// Unfinished reports whether the section was checked only in part, or what the
// gate denies was not looked for: grants beyond the need that could not be found
// out are not none.
func (g Gate) Unfinished(s *Section) bool {
	return s.Unfinished() || g.DenyExcess && s.Error == nil && (s.Excess == nil || s.ExcessGap != nil)
}

// Unfinished reports whether the section was checked only in part: the run was
// interrupted, or a read failed for a passing reason.
func (s *Section) Unfinished() bool {
	if s.Incomplete {
		return true
	}
	for i := range s.Gaps {
		if s.Gaps[i].Kind == iam.GapIncomplete {
			return true
		}
	}
	return false
}

// graver orders exit codes: 2 before 3 before 1 before 0.
var graver = map[int]int{0: 0, 1: 1, 3: 2, 2: 3}

// Add joins the verdict on a section to that on the report.
func (v *Verdict) Add(s Verdict) {
	v.Findings += s.Findings
	v.Diagnoses += s.Diagnoses
	v.Excess += s.Excess
	v.Tolerated += s.Tolerated
	v.Unchecked += s.Unchecked
	v.Incomplete += s.Incomplete
	if graver[s.ExitCode] > graver[v.ExitCode] {
		v.ExitCode, v.Outcome = s.ExitCode, s.Outcome
	}
}
