package attach

import (
	"encoding/json"
	"fmt"
	"io"

	"remotion-doctor/change"
	"remotion-doctor/doctor"
	"remotion-doctor/remedy"
	"remotion-doctor/report"
)

// Render writes remedies in a form that can be pasted, as [remedy.Render] does,
// but for two: as calls of the AWS CLI it writes the plans, and as JSON, unless
// whole is set, the grants alone, not joined with what a policy of the same name
// says already.
func Render(w io.Writer, form remedy.Form, list []Planned, whole bool) error {
	var changes []*remedy.Change
	todo := Writes(list)
	for _, x := range todo {
		changes = append(changes, x.Change)
	}
	switch {
	case len(changes) == 0:
		return nil
	case form == remedy.FormCLI:
		return renderCLI(w, todo)
	case form == remedy.FormJSON && !whole:
		changes = grants(list)
	}
	return remedy.Render(w, form, changes)
}

// grants are the remedies by themselves: JSON is pasted as a policy of its own.
func grants(list []Planned) []*remedy.Change {
	var out []*remedy.Change
	for _, x := range list {
		if x.Grants != nil {
			out = append(out, &remedy.Change{Steps: []remedy.Step{{Kind: remedy.PutInline, After: x.Grants}}})
		}
	}
	return out
}

// renderCLI writes the plans as calls of the AWS CLI; where there is no plan
// because what is attached is not known, the change as it was worked out.
func renderCLI(w io.Writer, list []Planned) error {
	for i := range list {
		if i > 0 {
			if _, err := io.WriteString(w, "\n"); err != nil {
				return err
			}
		}
		if err := list[i].renderCLI(w); err != nil {
			return err
		}
	}
	return nil
}

func (x *Planned) renderCLI(w io.Writer) error {
	if x.Plan == nil || x.Change.InFile() {
		return remedy.Render(w, remedy.FormCLI, []*remedy.Change{x.Change})
	}
	_, err := io.WriteString(w, x.Plan.CLI())
	return err
}

// RenderPlans writes plans: as JSON, one by itself and several as a list; as
// calls of the AWS CLI; in any other form as numbered lists for people.
func RenderPlans(w io.Writer, form remedy.Form, plans []*change.Plan) error {
	if form == remedy.FormJSON {
		return renderJSON(w, plans)
	}
	for i, p := range plans {
		text := p.CLI()
		if form != remedy.FormCLI {
			text = List(p)
		} else if i > 0 {
			text = "\n" + text
		}
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
	}
	return nil
}

func renderJSON(w io.Writer, plans []*change.Plan) error {
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

// List is a plan as a numbered list with its notes, fit for a terminal.
func List(p *change.Plan) string {
	out := fmt.Sprintf("Writes to %s, in this order:\n", report.Clean(p.Principal.ARN))
	for i := range p.Steps {
		out += fmt.Sprintf("%3d. %s\n", i+1, report.Clean(p.Steps[i].What()))
	}
	for _, n := range p.Notes {
		out += "     note: " + report.Clean(n) + "\n"
	}
	return out
}

// Question asks in a sentence whether all writes may be made, and names what
// they destroy.
func Question(plans []*change.Plan) string {
	n, deletes := 0, ""
	for _, p := range plans {
		n += len(p.Steps)
		for _, d := range p.Deletes {
			deletes += ", and delete " + d
		}
	}
	if n == 1 {
		return "Write this change to AWS" + deletes + "?"
	}
	return fmt.Sprintf("Write these %d changes to AWS%s?", n, deletes)
}

// Remedies returns the remedies of a list.
func Remedies(list []Planned) []*doctor.Remedy {
	out := make([]*doctor.Remedy, len(list))
	for i := range list {
		out[i] = list[i].Remedy
	}
	return out
}
