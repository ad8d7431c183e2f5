package main

import (
	"cmp"
	"context"
	"slices"

	"remotion-doctor/doctor"
	"remotion-doctor/doctor/attach"
	"remotion-doctor/doctor/infile"
	"remotion-doctor/remedy"
	"remotion-doctor/report"
)

// putIn puts the remedies into the files that declare the principals: it shows
// what is added, asks, writes, and checks what is then there.
func (a *app) putIn(ctx context.Context, o *doctor.Options, f *fixFlags, todo []attach.Planned) error {
	plan, err := infile.Make(ctx, *o, todo, infile.Options{Form: remedy.Form(f.form), Output: f.output})
	if err != nil {
		return err
	}
	if err := a.sayAll(slices.Concat(attach.Remarks(todo), plan.Notes, plan.Refused)); err != nil {
		return err
	}
	remaining := left(attach.Remedies(todo))
	if remaining == nil && len(plan.Refused) > 0 {
		remaining = errNotMet
	}
	if len(plan.Changed()) == 0 {
		return remaining
	}
	if err := report.PolicyDiff(a.stdout, attach.Lines(plan.Diff()), f.color.Options(a.stdout, a.getenv)); err != nil || f.dryRun {
		return err
	}
	if err := a.confirm(f, plan.Question()); err != nil {
		return err
	}
	if err := plan.Write(ctx); err != nil {
		return err
	}
	proof, err := plan.Prove(ctx, func() (doctor.FixOptions, error) {
		o, err := a.options(&f.target, &f.requirement)
		if err == nil {
			err = f.source.Open(ctx, o, f.requirement.Region())
		}
		if err != nil {
			return doctor.FixOptions{}, err
		}
		return f.of(o), nil
	})
	return cmp.Or(err, a.sayAll(proof), remaining)
}
