package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"remotion-doctor/change"
	"remotion-doctor/doctor"
	"remotion-doctor/remedy"
	"remotion-doctor/report"
	"remotion-doctor/source/awsapi"
)

// A planned is a remedy with the writes that attach it.
type planned struct {
	*doctor.Remedy
	plan    *change.Plan // nil where there is nothing to write, or problem
	problem error        // why there is no plan
}

// plans makes the plans of remedies.
func (a *app) plans(ctx context.Context, o *doctor.Options, fixes []*doctor.Remedy) []planned {
	out := make([]planned, len(fixes))
	for i, x := range fixes {
		out[i].Remedy = x
		if x.Change == nil {
			continue
		}
		r, err := reader(ctx, o, x)
		if err == nil {
			out[i].plan, err = change.Make(ctx, r, x.Change, x.Holding, a.now())
		}
		out[i].problem = err
	}
	return out
}

// reader reads what a plan depends on: AWS, or what the source has of the
// principal.
func reader(ctx context.Context, o *doctor.Options, x *doctor.Remedy) (change.Reader, error) {
	if s, ok := o.Source.(*awsapi.Client); ok {
		return s, nil
	}
	s, err := o.Source.Principal(ctx, x.Principal)
	return change.Snapshot(s), err
}

// notes are the remarks on the plan, or on why there is none.
func (x *planned) notes() []string {
	switch e, refused := errors.AsType[*change.Refusal](x.problem); {
	case refused:
		return []string{"--apply would refuse this: " + e.Msg}
	case x.plan != nil:
		return x.plan.Notes
	}
	return nil
}

// beside is what must be said beside a form that holds the remedy alone.
func (x *planned) beside() []string {
	var out []string
	for _, n := range x.notes() {
		out = append(out, "note: "+n)
	}
	return append(out, beside(x.Remedy)...)
}

// view is the remedy for people.
func (x *planned) view() *report.RemedyView {
	v := viewOf(x.Remedy)
	v.Notes = append(v.Notes, x.notes()...)
	if _, refused := errors.AsType[*change.Refusal](x.problem); refused {
		v.Good, v.Verified = false, false
	}
	return v
}

// renderCLI writes the plans as calls of the AWS CLI; where there is no plan
// because what is attached is not known, the change as it was worked out.
func renderCLI(w io.Writer, fixes []planned) error {
	first := true
	for i := range fixes {
		x := &fixes[i]
		if x.Change == nil {
			continue
		}
		if !first {
			if _, err := io.WriteString(w, "\n"); err != nil {
				return err
			}
		}
		first = false
		err := writePlan(w, x)
		if err != nil {
			return err
		}
	}
	return nil
}

func writePlan(w io.Writer, x *planned) error {
	if x.plan == nil {
		return remedy.Render(w, remedy.FormCLI, []*remedy.Change{x.Change})
	}
	_, err := io.WriteString(w, x.plan.CLI())
	return err
}

// dryRun prints the writes, and makes none.
func (a *app) dryRun(ctx context.Context, o *doctor.Options, f *fixFlags, todo []planned) error {
	var plans []*change.Plan
	for i := range todo {
		x := &todo[i]
		if x.Change == nil {
			continue
		}
		if err := x.writable(); err != nil {
			return err
		}
		if err := rightPrincipal(ctx, o, x); err != nil {
			return err
		}
		plans = append(plans, x.plan)
	}
	return a.printPlans(f, plans)
}

// printPlans prints plans as JSON, as commands or as a numbered list.
func (a *app) printPlans(f *fixFlags, plans []*change.Plan) error {
	if f.form == string(remedy.FormJSON) {
		return printJSON(a.stdout, plans)
	}
	for i, p := range plans {
		text := p.CLI()
		if f.form != string(remedy.FormCLI) {
			text = listed(p)
		} else if i > 0 {
			text = "\n" + text
		}
		if _, err := io.WriteString(a.stdout, text); err != nil {
			return err
		}
	}
	return nil
}

// printJSON prints one plan as it is, and several as a list.
func printJSON(w io.Writer, plans []*change.Plan) error {
	var v any = plans
	if len(plans) == 1 {
		v = plans[0]
	} else if plans == nil {
		v = []*change.Plan{}
	}
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(data, '\n'))
	return err
}

// listed is a plan as a numbered list, with what it needs to be known.
func listed(p *change.Plan) string {
	out := fmt.Sprintf("Writes to %s, in this order:\n", report.Clean(p.Principal.ARN))
	for i := range p.Steps {
		out += fmt.Sprintf("%3d. %s\n", i+1, report.Clean(p.Steps[i].What()))
	}
	for _, n := range p.Notes {
		out += "     note: " + report.Clean(n) + "\n"
	}
	return out
}
