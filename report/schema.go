package report

import _ "embed"

//go:generate go run ./generate -root ..

//go:embed schema.json
var schema string

// Schema returns the JSON Schema (draft 2020-12) of a report.
func Schema() string { return schema }
