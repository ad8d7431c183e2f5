package iac

import (
	"fmt"

	"remotion-doctor/iam/policy"
)

// An Error says where and why a file could not be read or understood.
type Error struct {
	File string
	Pos  policy.Position
	Msg  string
	Hint string // what to do, or empty
}

func (e *Error) Error() string { return fmt.Sprintf("%s:%s: %s", e.File, e.Pos, e.Msg) }

// A NotFoundError says that a file does not hold what was asked for, or holds
// it several times.
type NotFoundError struct {
	Msg  string
	Hint string
}

func (e *NotFoundError) Error() string { return e.Msg }
