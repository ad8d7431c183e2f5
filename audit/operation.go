package audit

// An OperationStatus says what becomes of an operation of Remotion.
type OperationStatus string

// The statuses of operations. An operation with a requirement that could not be
// decided never counts as working.
const (
	Works     OperationStatus = "works"
	Degraded  OperationStatus = "degraded"
	Fails     OperationStatus = "fails"
	Undecided OperationStatus = "unknown"
)

// An Operation is something that Remotion does, such as a render.
type Operation struct {
	Name    string          `json:"name"`           // deploy-site
	Title   string          `json:"title,omitzero"` // the name in words
	Status  OperationStatus `json:"status"`         // what becomes of it
	Because []string        `json:"because"`        // the actions that are missing
	// Causes say of each action in Because where it is needed and what
	// becomes of the operation, in the order in which Remotion makes the calls.
	Causes []Cause `json:"causes,omitzero"`
}

// A Cause is one missing action of an operation.
type Cause struct {
	Action string `json:"action"` // the missing action
	// Call is the call of Remotion that fails: CreateBucket in
	// getOrCreateBucket().
	Call string `json:"call,omitzero"`
	// Consequence is what happens then, in a sentence.
	Consequence string `json:"consequence,omitzero"`
	// Soft says that Remotion goes on without it.
	Soft bool `json:"soft,omitzero"`
	// Undecided says that it is not known whether the action is granted.
	Undecided bool `json:"undecided,omitzero"`
	// NotGranted is a resource that the action is not granted on.
	NotGranted string `json:"notGranted,omitzero"`
}
