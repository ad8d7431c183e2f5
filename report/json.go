package report

import (
	"encoding/json"
	"fmt"
	"io"

	"remotion-doctor/audit"
)

// JSON writes the report in its canonical form: indented, the same bytes for
// the same report.
func JSON(w io.Writer, r *audit.Report) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// ReadJSON reads a report that [JSON] wrote.
func ReadJSON(rd io.Reader) (*audit.Report, error) {
	var r audit.Report
	dec := json.NewDecoder(rd)
	if err := dec.Decode(&r); err != nil {
		return nil, fmt.Errorf("this is no report: %w", err)
	}
	if r.SchemaVersion != audit.SchemaVersion {
		return nil, fmt.Errorf("the report's schemaVersion is %q, this program reads %q", r.SchemaVersion, audit.SchemaVersion)
	}
	return &r, nil
}
