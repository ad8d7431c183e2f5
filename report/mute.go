package report

import (
	"time"

	"remotion-doctor/audit"
)

// Baseline mutes the findings and diagnoses of r that an earlier report has, too, if they are
// not worse than there. What a waiver mutes stays with the waiver.
func Baseline(r, old *audit.Report) {
	before, known := map[string]*audit.Finding{}, map[string]bool{}
	for i := range old.Sections {
		s := &old.Sections[i]
		for j := range s.Findings {
			before[ID(s, &s.Findings[j])] = &s.Findings[j]
		}
		for j := range s.Diagnoses {
			if s.Diagnoses[j].Severity == audit.SeverityError {
				known[diagnosisID(s, &s.Diagnoses[j])] = true
			}
		}
	}
	since := old.GeneratedAt.UTC().Format(time.DateOnly)
	for i := range r.Sections {
		s := &r.Sections[i]
		for j := range s.Findings {
			f := &s.Findings[j]
			was := before[ID(s, f)]
			if f.Muted == nil && f.Status != audit.Pass && was != nil && weight[f.Status] <= weight[was.Status] {
				f.Muted = &audit.Muted{By: audit.MutedByBaseline, Since: since}
			}
		}
		for j := range s.Diagnoses {
			if d := &s.Diagnoses[j]; d.Muted == nil && d.Severity == audit.SeverityError && known[diagnosisID(s, d)] {
				d.Muted = &audit.Muted{By: audit.MutedByBaseline, Since: since}
			}
		}
		s.Summary = audit.Summarize(s.Findings)
	}
}

// weight orders statuses by how bad it is to get there.
var weight = map[audit.Status]int{audit.Pass: 0, audit.Unknown: 1, audit.Partial: 2, audit.Fail: 3, audit.Blocked: 3}
