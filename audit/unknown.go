package audit

import "cmp"

// notKnown is what the zero value of each kind of answer prints as.
const notKnown = "not known"

// String returns the coverage; "not known" for the zero Coverage.
func (c Coverage) String() string { return cmp.Or(string(c), notKnown) }

// String returns the status; "not known" for the zero Status.
func (s Status) String() string { return cmp.Or(string(s), notKnown) }

// String returns the scope; "not known" for the zero Scope.
func (s Scope) String() string { return cmp.Or(string(s), notKnown) }

// String returns the engine; "not known" for the zero Engine.
func (e Engine) String() string { return cmp.Or(string(e), notKnown) }

// String returns the severity; "not known" for the zero Severity.
func (s Severity) String() string { return cmp.Or(string(s), notKnown) }

// String returns the status; "not known" for the zero OperationStatus.
func (s OperationStatus) String() string { return cmp.Or(string(s), notKnown) }
