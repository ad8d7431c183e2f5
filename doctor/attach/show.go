package attach

import (
	"io"

	"remotion-doctor/report"
)

// Show writes remedies for people, with a line between them.
func Show(w io.Writer, list []Planned, o report.Options) error {
	for i := range list {
		if err := report.Remedy(w, list[i].View(), o, i == len(list)-1); err != nil {
			return err
		}
	}
	return nil
}
