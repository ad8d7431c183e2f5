package account

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"remotion-doctor/iam/policy"
)

// A ReadError says where a snapshot could not be read.
type ReadError struct {
	Pos policy.Position
	Msg string
}

func (e *ReadError) Error() string { return fmt.Sprintf("%s: %s", e.Pos, e.Msg) }

// Read reads a snapshot in the doctor's own form, or the output of
// `aws iam get-account-authorization-details` unchanged. The error is a
// [*ReadError].
func Read(data []byte) (*Snapshot, error) { return ReadFrom(bytes.NewReader(data)) }

// ReadFrom is [Read] from a file; no more of it is held in memory than the
// snapshot itself. Where it cannot be understood, the file is read once more
// to tell the place. The error is a [*ReadError], or the reader's own.
func ReadFrom(r io.ReadSeeker) (*Snapshot, error) {
	d := decoder{texts: map[string]string{}}
	d.dec = jsontext.NewDecoder(r)
	s, err := d.snapshot()
	if err == nil {
		return s, nil
	}
	at, msg, ok := d.explain(err)
	if !ok {
		return nil, err
	}
	pos, seekErr := positionAt(r, at)
	if seekErr != nil {
		return nil, seekErr
	}
	return nil, &ReadError{pos, msg}
}

// A file is a snapshot in either form.
type file struct {
	Snapshot
	AuthorizationDetails *AuthorizationDetails

	// The plain output has the lists at its top level, and says whether it is
	// only a part.
	Users       []User          `json:"UserDetailList"`
	Groups      []Group         `json:"GroupDetailList"`
	Roles       []Role          `json:"RoleDetailList"`
	Policies    []ManagedPolicy `json:"Policies"`
	IsTruncated bool
	NextToken   string
}

func (f *file) snapshot() *Snapshot {
	s := f.Snapshot
	if f.AuthorizationDetails != nil {
		s.AuthorizationDetails = *f.AuthorizationDetails
	} else {
		s.AuthorizationDetails = AuthorizationDetails{f.Users, f.Groups, f.Roles, f.Policies}
	}
	if f.IsTruncated || f.NextToken != "" {
		s.Gaps = append(s.Gaps, Gap{
			Operation: "iam:GetAccountAuthorizationDetails", Reason: "the file is only one page of the answer",
			Affects: "roles, users, groups and policies that are missing here",
		})
	}
	return &s
}

// A decoder reads one file. Documents with the same text share it: in real
// accounts many roles trust and may do the same.
type decoder struct {
	dec   *jsontext.Decoder
	texts map[string]string
}

var (
	errNothing  = errors.New("the file contains no roles, users, groups or policies: it is no snapshot")
	errTrailing = errors.New("text behind the document")
)

func (d *decoder) snapshot() (*Snapshot, error) {
	var f file
	if err := json.UnmarshalDecode(d.dec, &f, json.WithUnmarshalers(json.UnmarshalFromFunc(d.document))); err != nil {
		return nil, err
	}
	if _, err := d.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errTrailing
	}
	s := f.snapshot()
	if s.AuthorizationDetails.empty() {
		return nil, errNothing
	}
	s.complete()
	return s, nil
}

// document keeps an object as it is in the file and decodes a string.
func (d *decoder) document(dec *jsontext.Decoder, out *Document) error {
	v, err := dec.ReadValue()
	if err != nil {
		return err
	}
	if v.Kind() == '"' {
		if err := out.UnmarshalJSON(v); err != nil {
			return err
		}
		out.Text = d.intern([]byte(out.Text))
		return nil
	}
	if v.Kind() != 'n' {
		out.Text = d.intern(v)
	}
	return nil
}

func (d *decoder) intern(text []byte) string {
	if s, ok := d.texts[string(text)]; ok {
		return s
	}
	s := string(text)
	d.texts[s] = s
	return s
}

// explain returns the offset of an error and what it says; false for an error
// of the reader.
func (d *decoder) explain(err error) (offset int64, msg string, ok bool) {
	syntax, isSyntax := errors.AsType[*jsontext.SyntacticError](err)
	wrong, isWrong := errors.AsType[*json.SemanticError](err)
	switch {
	case errors.Is(err, errNothing):
		return 0, err.Error(), true
	case errors.Is(err, errTrailing):
		return d.dec.InputOffset(), err.Error(), true
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return -1, "unexpected end of the document", true
	case isSyntax && errors.Is(err, jsontext.ErrDuplicateName):
		return syntax.ByteOffset, fmt.Sprintf("duplicate key %q", syntax.JSONPointer.LastToken()), true
	case isSyntax:
		return syntax.ByteOffset, syntax.Err.Error(), true
	case isWrong:
		return wrong.ByteOffset, wrongType(wrong), true
	}
	return 0, "", false
}

func wrongType(e *json.SemanticError) string {
	what := string(e.JSONPointer)
	if what == "" {
		what = "a snapshot"
	}
	if e.JSONKind == 0 && e.Err != nil {
		return what + ": " + e.Err.Error()
	}
	return what + " must not be " + policy.KindName(e.JSONKind)
}

// positionAt finds the position of a byte; -1 is the end.
func positionAt(r io.ReadSeeker, offset int64) (policy.Position, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return policy.Position{}, err
	}
	var limited io.Reader = r
	if offset >= 0 {
		limited = io.LimitReader(r, offset)
	}
	return policy.PositionBehind(limited)
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
	if s.AccountID != "" && s.Partition != "" {
		return
	}
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
