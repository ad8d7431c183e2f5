package account

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"remotion-doctor/policy"
)

// A ReadError says where a snapshot could not be read.
type ReadError struct {
	Pos policy.Position
	Msg string
}

func (e *ReadError) Error() string { return fmt.Sprintf("%s: %s", e.Pos, e.Msg) }

// Read reads a snapshot in the doctor's own form, or the output of
// `aws iam get-account-authorization-details` as it is. The error is a
// [*ReadError].
func Read(data []byte) (*Snapshot, error) {
	var s Snapshot
	if err := decode(data, &s); err != nil {
		return nil, err
	}
	if s.AccountID == "" && s.AuthorizationDetails.empty() {
		// The plain output has the lists at its top level.
		if err := decode(data, &s.AuthorizationDetails); err != nil {
			return nil, err
		}
	}
	if s.AuthorizationDetails.empty() {
		return nil, &ReadError{policy.Position{Line: 1, Column: 1}, "the file holds no roles, users, groups or policies: it is no snapshot"}
	}
	s.complete()
	return &s, nil
}

func (d *AuthorizationDetails) empty() bool {
	return len(d.Users)+len(d.Groups)+len(d.Roles)+len(d.Policies) == 0
}

// complete fills in what follows from the ARNs.
func (s *Snapshot) complete() {
	for i := range s.AuthorizationDetails.Roles {
		s.adopt(s.AuthorizationDetails.Roles[i].Arn)
	}
	for i := range s.AuthorizationDetails.Users {
		s.adopt(s.AuthorizationDetails.Users[i].Arn)
	}
}

func (s *Snapshot) adopt(arn string) {
	a, ok := policy.ParseARN(arn)
	if !ok {
		return
	}
	if s.AccountID == "" {
		s.AccountID = a.AccountID
	}
	if s.Partition == "" {
		s.Partition = a.Partition
	}
}

func decode(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(into); err != nil {
		return located(data, dec, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return &ReadError{policy.NewLines(string(data)).At(int(dec.InputOffset())), "text behind the document"}
	}
	return nil
}

func located(data []byte, dec *json.Decoder, err error) error {
	offset, msg := dec.InputOffset(), err.Error()
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = e.Offset - 1
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset, msg = e.Offset-1, fmt.Sprintf("%s must not be %s", e.Field, e.Value)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		offset, msg = int64(len(data)), "unexpected end of the document"
	}
	return &ReadError{policy.NewLines(string(data)).At(int(offset)), msg}
}
