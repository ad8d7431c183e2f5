package checks

import (
	"slices"

	"remotion-doctor/audit"
)

// Works says what becomes of each operation, by the findings of the
// requirement. An operation that hangs on something which could not be decided
// never counts as working.
func (r *Requirement) Works(findings []audit.Finding) []audit.Operation {
	out := []audit.Operation{}
	for _, op := range r.Operations {
		out = append(out, op.works(findings))
	}
	return out
}

func (o Operation) works(findings []audit.Finding) audit.Operation {
	out := audit.Operation{Name: o.Name, Title: o.Title, Status: audit.Works, Because: []string{}}
	for _, n := range o.Needs {
		f := worst(n, findings)
		if f == nil {
			continue
		}
		if !slices.Contains(out.Because, n.Action) {
			out.Because = append(out.Because, n.Action)
		}
		undecided := f.Status == audit.Unknown
		out.Causes = append(out.Causes, audit.Cause{
			Action: n.Action, Call: n.Call, Consequence: n.Without, Soft: n.Level != Always,
			Undecided: undecided, NotGranted: f.NotGranted,
		})
		out.Status = weigh(out.Status, n.Level, undecided)
	}
	return out
}

// weigh returns the status of an operation with one more need that is not met.
func weigh(s audit.OperationStatus, l Level, undecided bool) audit.OperationStatus {
	next := audit.Degraded
	switch {
	case l == Always && !undecided:
		next = audit.Fails
	case undecided:
		next = audit.Undecided
	}
	order := []audit.OperationStatus{audit.Works, audit.Degraded, audit.Undecided, audit.Fails}
	return order[max(slices.Index(order, s), slices.Index(order, next))]
}

// worst returns the finding that shows a need not to be met, or nil: a denial
// before what could not be decided.
func worst(n Need, findings []audit.Finding) *audit.Finding {
	var open *audit.Finding
	for i := range findings {
		f := &findings[i]
		g := Grant{Action: f.Action, Resource: f.Resource}
		if !g.Meets(n) || Suffices(f) {
			continue
		}
		if f.Status != audit.Unknown {
			return f
		}
		open = f
	}
	return open
}

// Suffices reports whether a finding leaves the product all that it touches:
// where the documented pattern is demanded, what is partial may be effective.
func Suffices(f *audit.Finding) bool {
	if f.Status != audit.Partial {
		return f.Status == audit.Pass
	}
	asked := 0
	for i := range f.Evidence {
		e := &f.Evidence[i]
		if e.Documented {
			continue
		}
		asked++
		if classify(e.Verdict) != granted {
			return false
		}
	}
	return asked > 0
}
