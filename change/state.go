package change

import (
	"slices"
	"strings"

	"remotion-doctor/iam/policy"
)

// A State is what a policy is at one time. The zero State is that of what does
// not exist, or is not attached.
type State struct {
	Exists bool `json:"exists"`
	// Document is that of an inline policy, as it is stored.
	Document string `json:"document,omitzero"`
	// The others are those of a managed policy.
	Path        string    `json:"path,omitzero"`
	Description string    `json:"description,omitzero"`
	Versions    []Version `json:"versions,omitzero"`
	// Uses counts the identities that have it attached or as their boundary.
	Uses int `json:"uses,omitzero"`
}

// A Version is one version of a managed policy. The id of one that does not
// exist yet is empty.
type Version struct {
	ID       string `json:"id,omitzero"`
	Created  string `json:"created,omitzero"`
	Default  bool   `json:"default,omitzero"`
	Document string `json:"document"`
}

// Text returns the document that counts: that of an inline policy, or of the
// default version of a managed one.
func (s *State) Text() string {
	for _, v := range s.Versions {
		if v.Default {
			return v.Document
		}
	}
	return s.Document
}

// same reports whether two states say the same, but for ids and dates, which
// AWS gives anew, and for the spelling of documents.
func same(a, b State) bool { return equal(a, b, canonical) }

// exact is [same] with documents compared byte for byte.
func exact(a, b State) bool { return equal(a, b, func(s string) string { return s }) }

func equal(a, b State, key func(string) string) bool {
	if !a.Exists || !b.Exists {
		return a.Exists == b.Exists
	}
	return a.Path == b.Path && a.Description == b.Description &&
		key(a.Document) == key(b.Document) && slices.Equal(versionKeys(a, key), versionKeys(b, key))
}

// versionKeys are the versions without their ids, in an order that does not
// hang on them.
func versionKeys(s State, key func(string) string) []string {
	var out []string
	for _, v := range s.Versions {
		mark := "other "
		if v.Default {
			mark = "default "
		}
		out = append(out, mark+key(v.Document))
	}
	slices.Sort(out)
	return out
}

// canonical is a document as it would be printed, so that only its content
// counts.
func canonical(text string) string {
	doc, err := policy.Parse(text)
	if err != nil {
		return strings.TrimSpace(text)
	}
	out, _ := doc.MarshalJSON() // a parsed document always prints
	return string(out)
}

// effect returns the state that a step leaves of another.
func (s *Step) effect(now State) State {
	switch s.Do {
	case PutInline:
		return State{Exists: true, Document: s.Document}
	case Attach:
		return State{Exists: true}
	case CreatePolicy:
		return State{Exists: true, Path: s.Path, Description: s.Description, Versions: []Version{{ID: "v1", Default: true, Document: s.Document}}}
	case DeleteInline, Detach, DeletePolicy:
		return State{}
	}
	now.Versions = slices.Clone(now.Versions)
	switch s.Do {
	case CreateVersion:
		now.Versions = append(now.Versions, Version{Document: s.Document})
		if s.Default {
			setDefault(now.Versions, len(now.Versions)-1)
		}
	case SetDefaultVersion:
		setDefault(now.Versions, slices.IndexFunc(now.Versions, func(v Version) bool { return v.ID == s.Version }))
	case DeleteVersion:
		now.Versions = slices.DeleteFunc(now.Versions, func(v Version) bool { return v.ID == s.Version })
	}
	return now
}

func setDefault(list []Version, index int) {
	for i := range list {
		list[i].Default = i == index
	}
}

// follow sets the states of steps, from what is there now.
func follow(steps []Step, now map[thing]State) {
	for i := range steps {
		s := &steps[i]
		t := s.thing()
		s.Before = now[t]
		s.After = s.effect(s.Before)
		now[t] = s.After
	}
}
