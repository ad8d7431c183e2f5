package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"remotion-doctor/audit"
	"remotion-doctor/iam/policy"
)

// JSON writes the report in its canonical form: indented, the same bytes for
// the same report.
func JSON(w io.Writer, r *audit.Report) error {
	// encoding/json would hold the report three times and take five times as
	// long to indent it.
	err := jsonv2.MarshalWrite(w, r, jsontext.WithIndent("  "), jsontext.EscapeForJS(true), jsontext.AllowInvalidUTF8(true), jsonv2.FormatNilSliceAsNull(true))
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, "\n")
	return err
}

// ReadJSON reads a report that [JSON] wrote. Fields that this version does not
// know are left out, as the promise of [audit.SchemaVersion] wants it. Errors
// begin with line:column where the place is known.
func ReadJSON(rd io.Reader) (*audit.Report, error) {
	data, err := io.ReadAll(rd)
	if err != nil {
		return nil, err
	}
	return Decode(data)
}

// A DecodeError says why something is no report.
type DecodeError struct {
	Pos policy.Position // zero where no place is at fault
	Msg string
}

func (e *DecodeError) Error() string {
	if e.Pos.IsZero() {
		return e.Msg
	}
	return e.Pos.String() + ": " + e.Msg
}

// Decode reads a report as [ReadJSON] does. Errors are [*DecodeError].
func Decode(data []byte) (*audit.Report, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	var r audit.Report
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, noReport(data, err)
	}
	if r.SchemaVersion != audit.SchemaVersion {
		return nil, &DecodeError{Msg: fmt.Sprintf("the report's schemaVersion is %q, this program reads %q", r.SchemaVersion, audit.SchemaVersion)}
	}
	return &r, nil
}

// noReport places an error of encoding/json.
func noReport(data []byte, err error) *DecodeError {
	out := &DecodeError{Msg: "this is no report: " + err.Error()}
	offset := int64(0)
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = e.Offset
	} else if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset = e.Offset
	}
	if offset > 0 {
		out.Pos = policy.NewLines(string(data)).At(int(offset) - 1)
	}
	return out
}
