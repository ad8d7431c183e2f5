package iam

// An Excess is something that an Allow statement grants and no requirement
// needs.
type Excess struct {
	Statement StatementRef `json:"statement"` // the statement that grants it
	Action    string       `json:"action"`    // one that exists, or the pattern where it represents many
	Resource  string       `json:"resource"`  // the statement's pattern
	// Example is an ARN that is granted and not needed.
	Example string `json:"example,omitzero"`
	// Why says what could be done with it.
	Why string `json:"why"`
	// Dangerous marks what leads to more access than it says.
	Dangerous bool `json:"dangerous"`
}
