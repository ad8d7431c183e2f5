package remedy

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"remotion-doctor/iam/policy"
)

// A Form is a way to write a change down.
type Form string

// The forms.
const (
	FormJSON           Form = "json"
	FormCLI            Form = "cli"
	FormTerraform      Form = "terraform"
	FormCloudFormation Form = "cloudformation"
	FormCDK            Form = "cdk"
	FormSAM            Form = "sam"
	FormServerless     Form = "serverless"
	FormSST            Form = "sst"
	FormPulumi         Form = "pulumi"
)

// Forms are all forms.
var Forms = []Form{FormJSON, FormCLI, FormTerraform, FormCloudFormation, FormCDK, FormSAM, FormServerless, FormSST, FormPulumi}

// Render writes changes in a form that can be pasted. JSON is the policy
// documents, one as it is and several as a list.
func Render(w io.Writer, form Form, changes []*Change) error {
	write := map[Form]func([]*Change) (string, error){
		FormJSON: renderJSON, FormCLI: renderCLI, FormTerraform: renderTerraform,
		FormCloudFormation: renderCloudFormation, FormCDK: renderCDK, FormSAM: renderSAM,
		FormServerless: renderServerless, FormSST: renderSST, FormPulumi: renderPulumi,
	}[form]
	if write == nil {
		return fmt.Errorf("%q is no form", form)
	}
	text, err := write(changes)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, text)
	return err
}

func renderJSON(changes []*Change) (string, error) {
	var docs []*policy.Document
	for _, c := range changes {
		docs = append(docs, c.Documents()...)
	}
	if len(docs) == 1 {
		return docs[0].Indent() + "\n", nil
	}
	if docs == nil {
		docs = []*policy.Document{}
	}
	data, err := json.MarshalIndent(docs, "", "  ")
	return string(data) + "\n", err
}

// what says in words what a step does.
func (s *Step) what(c *Change) string {
	owner := c.owner()
	switch s.Kind {
	case PutInline:
		if s.Before != "" {
			return fmt.Sprintf("replaces the inline policy %s of the %s by one that has what it lacks", s.Name(), owner)
		}
		return fmt.Sprintf("gives the %s the inline policy %s", owner, s.Name())
	case CreateManaged:
		return fmt.Sprintf("makes the managed policy %s and attaches it to the %s", s.Name(), owner)
	case NewVersion:
		return fmt.Sprintf("gives the managed policy %s a new version, for all that it is attached to", s.Name())
	case DeleteInline:
		return fmt.Sprintf("takes the inline policy %s from the %s", s.Name(), owner)
	case Detach:
		return fmt.Sprintf("detaches the managed policy %s from the %s", s.Name(), owner)
	}
	return string(s.Kind)
}

// identifier makes a name of letters and digits, as languages take it, of a
// policy's name: remotion-executionrole-policy becomes
// RemotionExecutionrolePolicy.
func identifier(parts ...string) string {
	var b strings.Builder
	for _, part := range parts {
		for word := range strings.FieldsFuncSeq(part, func(r rune) bool { return alphanumeric(string(r)) == "" }) {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	if name := b.String(); name != "" && (name[0] < '0' || name[0] > '9') {
		return name
	}
	return "Remotion" + b.String()
}

// unique gives the same name a number when it comes again.
func unique(used map[string]int, name string) string {
	used[name]++
	if n := used[name]; n > 1 {
		return fmt.Sprintf("%s%d", name, n)
	}
	return name
}
