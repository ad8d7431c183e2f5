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
	"remotion-doctor/policy"
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

// Decode reads a report as [ReadJSON] does.
func Decode(data []byte) (*audit.Report, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	var r audit.Report
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("%sthis is no report: %w", place(data, err), err)
	}
	if r.SchemaVersion != audit.SchemaVersion {
		return nil, fmt.Errorf("the report's schemaVersion is %q, this program reads %q", r.SchemaVersion, audit.SchemaVersion)
	}
	return &r, nil
}

// place returns "line:column: " of an error of encoding/json.
func place(data []byte, err error) string {
	offset := int64(-1)
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = e.Offset - 1
	} else if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset = e.Offset - 1
	}
	if offset < 0 {
		return ""
	}
	return policy.NewLines(string(data)).At(int(offset)).String() + ": "
}
