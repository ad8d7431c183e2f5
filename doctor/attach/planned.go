package attach

import (
	"context"
	"errors"
	"slices"
	"time"

	"remotion-doctor/change"
	"remotion-doctor/doctor"
	"remotion-doctor/source"
)

// An Account is the AWS account that is changed. The client of package awsapi is
// one.
type Account interface {
	source.Source
	change.Reader
	// Forget forgets what was read, as a write makes necessary.
	Forget()
}

// A Planned is a remedy with the writes that attach it.
type Planned struct {
	*doctor.Remedy
	// Plan is nil where there is nothing to write, and where Problem says why
	// there is none.
	Plan    *change.Plan
	Problem error
	// Where says in words where the remedy belongs in the files that declare the
	// principal; empty where none does.
	Where []string
}

// Plans makes the plans of remedies. What they depend on is read from the
// source of the options: an [Account], or what it holds of the principals.
func Plans(ctx context.Context, o doctor.Options, remedies []*doctor.Remedy, now time.Time) []Planned {
	out := make([]Planned, len(remedies))
	for i, x := range remedies {
		out[i].Remedy = x
		if x.Change == nil || x.Change.Generated() {
			continue // what has no name yet cannot be written to
		}
		r, err := reader(ctx, o.Source, x)
		if err == nil {
			out[i].Plan, err = change.Make(ctx, r, x.Change, x.Holding, now)
		}
		out[i].Problem = err
	}
	return out
}

func reader(ctx context.Context, s source.Source, x *doctor.Remedy) (change.Reader, error) {
	if account, ok := s.(Account); ok {
		return account, nil
	}
	held, err := s.Principal(ctx, x.Principal)
	return change.Snapshot(held), err
}

// refusal is why a plan would be refused; nil where it would not.
func (x *Planned) refusal() *change.Refusal {
	e, _ := errors.AsType[*change.Refusal](x.Problem)
	return e
}

// Writes returns those that have something to write, without a plan too.
func Writes(list []Planned) []Planned {
	return slices.DeleteFunc(slices.Clone(list), func(x Planned) bool { return x.Change == nil })
}

// Ready returns the plans of those that have something to write. The error is
// the first one of [Planned.Check].
func Ready(ctx context.Context, o doctor.Options, list []Planned) ([]*change.Plan, error) {
	var out []*change.Plan
	for _, x := range Writes(list) {
		if err := x.Check(ctx, o); err != nil {
			return nil, err
		}
		out = append(out, x.Plan)
	}
	return out, nil
}
