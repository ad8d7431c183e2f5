package change

import (
	"fmt"

	"remotion-doctor/iam"
)

// An Operation is what a step does; one call of IAM's API.
type Operation string

// The operations.
const (
	PutInline         Operation = "put-inline"
	DeleteInline      Operation = "delete-inline"
	Attach            Operation = "attach"
	Detach            Operation = "detach"
	CreatePolicy      Operation = "create-policy"
	DeletePolicy      Operation = "delete-policy"
	CreateVersion     Operation = "create-version"
	SetDefaultVersion Operation = "set-default-version"
	DeleteVersion     Operation = "delete-version"
)

// A Step is one write. It needs that its policy is as in Before, and leaves it
// as in After; to take it back is to make it as in Before again.
type Step struct {
	Do     Operation    `json:"do"`
	Policy iam.PolicyID `json:"policy"`
	// Document is what is written, of PutInline, CreatePolicy and CreateVersion.
	Document string `json:"document,omitzero"`
	// Version is the one that SetDefaultVersion and DeleteVersion name.
	Version string `json:"version,omitzero"`
	// Default says that the version of CreateVersion becomes the default.
	Default bool `json:"default,omitzero"`
	// Path and Description are those of a policy that CreatePolicy creates. The
	// description names the change, by which a policy of our own is recognized
	// where the answer was lost.
	Path        string `json:"path,omitzero"`
	Description string `json:"description,omitzero"`

	Before State `json:"before"`
	After  State `json:"after"`
	// Of is the number of the step that this one takes back; 0 outside of undo.
	Of int `json:"of,omitzero"`
}

// An area says what of a policy an operation changes.
type area string

const (
	inlineArea     area = "inline"
	attachmentArea area = "attachment"
	managedArea    area = "managed"
)

var areas = map[Operation]area{
	PutInline: inlineArea, DeleteInline: inlineArea,
	Attach: attachmentArea, Detach: attachmentArea,
	CreatePolicy: managedArea, DeletePolicy: managedArea, CreateVersion: managedArea, SetDefaultVersion: managedArea, DeleteVersion: managedArea,
}

// A thing is what a state belongs to: an inline policy of the principal, a
// managed policy, or its attachment to the principal.
type thing struct {
	area   area
	policy iam.PolicyID
}

func (s *Step) thing() thing { return thing{areas[s.Do], s.Policy} }

// things returns what steps change, each once, in their order.
func things(steps []Step) []thing {
	seen := map[thing]bool{}
	var out []thing
	for i := range steps {
		if t := steps[i].thing(); !seen[t] {
			seen[t] = true
			out = append(out, t)
		}
	}
	return out
}

// What says in words what the step does.
func (s *Step) What() string {
	name := s.Policy.Name()
	switch s.Do {
	case PutInline:
		if s.Before.Exists {
			return "replace the inline policy " + name
		}
		return "add the inline policy " + name
	case DeleteInline:
		return "delete the inline policy " + name
	case Attach:
		return "attach " + string(s.Policy)
	case Detach:
		return "detach " + string(s.Policy)
	case CreatePolicy:
		return "create the managed policy " + string(s.Policy)
	case DeletePolicy:
		return "delete the managed policy " + string(s.Policy)
	case CreateVersion:
		if s.Default {
			return "create a new default version of " + string(s.Policy)
		}
		return "create a version of " + string(s.Policy)
	case SetDefaultVersion:
		return fmt.Sprintf("make version %s of %s the default", s.Version, s.Policy)
	case DeleteVersion:
		return fmt.Sprintf("delete version %s of %s", s.Version, s.Policy)
	}
	return string(s.Do)
}
