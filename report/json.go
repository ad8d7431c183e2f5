package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

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
	out := &escaper{w: w}
	err := jsonv2.MarshalWrite(out, r, jsontext.WithIndent("  "), jsontext.EscapeForJS(true), jsontext.AllowInvalidUTF8(true), jsonv2.FormatNilSliceAsNull(true))
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, "\n")
	return err
}

// An escaper writes control characters and invisible ones in JSON as escapes:
// the JSON says the same, and a terminal shows what is there.
type escaper struct {
	w    io.Writer
	rest []byte // the beginning of a character that is not whole yet
}

func (e *escaper) Write(data []byte) (int, error) {
	n := len(data)
	if len(e.rest) > 0 {
		data = append(e.rest, data...)
		e.rest = nil
	}
	from := 0
	for i := 0; i < len(data); {
		if data[i] < 0x7F {
			i++
			continue
		}
		if !utf8.FullRune(data[i:]) {
			e.rest = bytes.Clone(data[i:])
			data = data[:i]
			break
		}
		r, size := utf8.DecodeRune(data[i:])
		if unfit(r) {
			if _, err := e.w.Write(data[from:i]); err != nil {
				return 0, err
			}
			if _, err := io.WriteString(e.w, escape(r)); err != nil {
				return 0, err
			}
			from = i + size
		}
		i += size
	}
	_, err := e.w.Write(data[from:])
	return n, err
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
