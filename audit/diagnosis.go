package audit

import "remotion-doctor/iam"

// A Severity says how bad a diagnosis is.
type Severity string

// The severities.
const (
	// SeverityError: something of Remotion fails; counts as not met.
	SeverityError Severity = "error"
	// SeverityWarning: something is likely to fail or to surprise.
	SeverityWarning Severity = "warning"
	// SeverityNote: worth knowing.
	SeverityNote Severity = "note"
)

// A Diagnosis is what a look at the whole shows and no single finding does: a
// stale policy, a grant on the wrong role, a trust policy that keeps Lambda
// out.
type Diagnosis struct {
	// ID is the same in every report that has the diagnosis; empty in reports
	// from before there were any.
	ID string `json:"id,omitzero"`

	Code     string   `json:"code"`     // stale-policy; stable
	Severity Severity `json:"severity"` // how bad it is
	// Message is one or two sentences in words of a user of Remotion.
	Message string `json:"message"`
	// Hint says what to do.
	Hint string `json:"hint,omitzero"`
	// Source is where the fact comes from: a page, a thread, a file of a
	// package.
	Source string `json:"source,omitzero"`
	// Actions are those that the diagnosis concerns.
	Actions []string `json:"actions,omitzero"`
	// Subject, Region, Feature, Bucket and Function say what it concerns, where
	// that is not the section as a whole. With Code and Statement they are its
	// identity: the same code about another subject is another diagnosis.
	Subject  string `json:"subject,omitzero"`  // a service account, a role, a variable
	Region   string `json:"region,omitzero"`   // the Region that it concerns
	Feature  string `json:"feature,omitzero"`  // the feature that it concerns
	Bucket   string `json:"bucket,omitzero"`   // the bucket that it concerns
	Function string `json:"function,omitzero"` // the function that it concerns
	// Statement is the one that it concerns.
	Statement *iam.StatementRef `json:"statement,omitzero"`
	// Muted says why it does not count against the run; nil where it does.
	Muted *Muted `json:"muted,omitzero"`
}

// Met reports whether the target was audited, every finding passed, and no
// diagnosis is an error.
func (s *Section) Met() bool {
	return s.Error == nil && s.Summary.Met() == s.Summary.Total() && s.Errors() == 0
}

// Errors returns the number of diagnoses that are errors.
func (s *Section) Errors() int {
	n := 0
	for i := range s.Diagnoses {
		if s.Diagnoses[i].Severity == SeverityError {
			n++
		}
	}
	return n
}

// Open returns the number of diagnoses that are errors and not muted.
func (s *Section) Open() int {
	n := 0
	for i := range s.Diagnoses {
		if d := &s.Diagnoses[i]; d.Severity == SeverityError && d.Muted == nil {
			n++
		}
	}
	return n
}
