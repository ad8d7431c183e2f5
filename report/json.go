package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"remotion-doctor/audit"
	"remotion-doctor/policy"
)

// JSON writes the report in its canonical form: indented, the same bytes for
// the same report.
func JSON(w io.Writer, r *audit.Report) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
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
