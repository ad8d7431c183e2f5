package iam

import "remotion-doctor/iam/policy"

// A Location is a place in a file that the user gave.
type Location struct {
	File string `json:"file"` // the file, seen from the working directory
	policy.Position
}

// String returns file:line:column.
func (l Location) String() string { return l.File + ":" + l.Position.String() }
