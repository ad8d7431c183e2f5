package report

import (
	"encoding/json"
	"io"

	"remotion-doctor/audit"
)

// JSONL writes what [CSV] writes, an object a line, for a warehouse: the same
// columns, those that are empty left out, numbers and counts as such. account and
// unit say where a principal is.
func JSONL(w io.Writer, r *audit.Report) error {
	return writeJSONL(w, r, identified(r))
}

func writeJSONL(w io.Writer, r *audit.Report, each sections) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	units := map[string]string{}
	for i := range r.Accounts {
		units[r.Accounts[i].ID] = r.Accounts[i].Unit
	}
	return each(func(s *audit.Section) error {
		for c := range cells(r, s) {
			if err := out.Encode(object(c, units)); err != nil {
				return err
			}
		}
		return nil
	})
}

// object is one line; its fields are in the order of their names.
func object(c cell, units map[string]string) map[string]any {
	out := map[string]any{}
	for _, column := range columns {
		v := Clean(column.value(c))
		switch {
		case column.name == "counts":
			out[column.name] = v == "true"
		case v == "":
		case column.name == "line" || column.name == "column":
			out[column.name] = json.Number(v)
		default:
			out[column.name] = v
		}
	}
	if unit := Clean(units[c.section.Account()]); unit != "" {
		out["unit"] = unit
	}
	return out
}
