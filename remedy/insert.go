package remedy

import (
	"errors"
	"strconv"

	"go.yaml.in/yaml/v4"

	"remotion-doctor/internal/splice"
)

// An Inserted is the text of a template with a change put into it.
type Inserted struct {
	Text []byte
	// Lines are where what was put in begins, one for each step.
	Lines []int
}

// Insert puts a change into the text of the template that declares its
// principal, and leaves every other byte unchanged. With the form
// [FormCloudFormation] the policies are resources; else a policy of a role that
// SAM makes goes to the Policies of its function, where those are a list. The
// error is a [*splice.Error] where the template is not written in a way that
// can be added to.
func Insert(src []byte, c *Change, form Form) (*Inserted, error) {
	if !c.inTemplate() {
		return nil, errors.New("no template declares the " + c.owner())
	}
	out := &Inserted{Text: src}
	for i := range c.Steps {
		s := &c.Steps[i]
		if s.After == nil {
			return nil, errors.New("a template is added to, and nothing taken out of it")
		}
		r, err := insertStep(out.Text, c, s, form)
		if err != nil {
			return nil, err
		}
		out.Text, out.Lines = r.Text, append(out.Lines, r.Line)
	}
	return out, nil
}

func insertStep(src []byte, c *Change, s *Step, form Form) (*splice.Result, error) {
	if form != FormCloudFormation && c.inPolicies(s) {
		properties := []string{"Resources", c.Declared.Function, "Properties"}
		r, err := splice.Item(src, append(properties, "Policies"), document(s.After))
		if err == nil {
			return r, nil
		}
		// Where there are Policies that are no list, this fails as well.
		if r, err = splice.Member(src, properties, "Policies", &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{document(s.After)}}); err == nil {
			return r, nil
		}
	}
	id := logicalID(c, s)
	for n := 2; ; n++ {
		r, err := splice.Member(src, []string{"Resources"}, id, cloudFormationResource(c, s, mapping()))
		if e, ok := errors.AsType[*splice.Error](err); ok && e.Taken {
			id = logicalID(c, s) + strconv.Itoa(n)
			continue
		}
		return r, err
	}
}
