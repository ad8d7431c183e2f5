package fleet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"remotion-doctor/report"
)

// List writes whom an audit of the places would check, a line each: the account,
// the required policy, the principal and why it was found. An account that cannot
// be read is a line with the reason, and an error at the end.
func List(ctx context.Context, w io.Writer, places []Place, who, tags []string) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	var failed error
	for _, p := range places {
		if err := ctx.Err(); err != nil {
			return errors.Join(out.Flush(), err)
		}
		if err := list(ctx, out, p, who, tags); err != nil {
			fmt.Fprintf(out, "%s\tunread\t%s\t\n", p.ID, report.Clean(err.Error()))
			failed = err
		}
	}
	return errors.Join(out.Flush(), failed)
}

func list(ctx context.Context, w io.Writer, p Place, who, tags []string) error {
	if p.Skip != "" {
		_, err := fmt.Fprintf(w, "%s\tskipped\t%s\t\n", p.ID, report.Clean(p.Skip))
		return err
	}
	a, err := p.Open(ctx)
	if err != nil {
		return err
	}
	found, err := Find(ctx, a)
	if err != nil {
		return err
	}
	for _, f := range tagged(a.Snapshot, selected(found, who), tags) {
		name := f.ARN[strings.LastIndexByte(f.ARN, ':')+1:]
		if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", p.ID, f.Requirement, report.Clean(name), report.Clean(strings.Join(f.Why, "; "))); err != nil {
			return err
		}
	}
	return nil
}

// String says the progress in a line.
func (p Progress) String() string {
	text := fmt.Sprintf("auditing accounts, %d principals checked", p.Found)
	if p.Failed > 0 {
		text += fmt.Sprintf(", %d accounts failed", p.Failed)
	}
	if p.Left > time.Second {
		text += ", " + p.Left.Round(time.Second).String() + " left"
	}
	return text
}
