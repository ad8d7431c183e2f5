// Package ending knows what the ending of a file's name says about its content.
package ending

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// An Ending is what the name of a file says that it holds: one of these forms,
// the first unless another is asked for. In a list, longer endings come before
// those that they end in.
type Ending struct {
	Text  string // .sarif.json
	Forms []string
}

// Forms are the texts of forms, for [Ending.Forms] and [Choice.Forms].
func Forms[F ~string](list ...F) []string {
	out := make([]string, len(list))
	for i, f := range list {
		out[i] = string(f)
	}
	return out
}

// textEndings are those of files that hold anything that people read.
var textEndings = []string{".txt", ".text", ".log"}

// A Choice is the form that is asked for, and the forms that there are.
type Choice struct {
	Asked   string
	Given   bool // by the user: else Asked is the default
	Forms   []string
	Endings []Ending
}

// An Error says that a file does not hold what its ending promises.
type Error struct {
	Msg   string
	Known string // the endings of all forms, as a list in words
	// Unknown says that the ending belongs to no form.
	Unknown bool
}

func (e *Error) Error() string { return e.Msg }

// Of returns the form of the file at a path: its ending decides, unless a form
// was asked for. An ending that belongs to no form is refused, and so is one
// that belongs to another form than was asked for: no program opens one such file.
// A name without an ending says nothing. The error is an [*Error].
func (c Choice) Of(path string) (string, error) {
	text, i := Find(path, c.Endings)
	switch {
	case text == "" || slices.Contains(textEndings, text):
		return c.Asked, nil
	case i < 0 && c.Given:
		return c.Asked, nil // the user says what an unusual ending means
	case i < 0:
		return "", &Error{fmt.Sprintf("%s: no form has the ending %s", path, text), c.known(), true}
	}
	possible := slices.DeleteFunc(slices.Clone(c.Endings[i].Forms), func(f string) bool { return !slices.Contains(c.Forms, f) })
	switch {
	case c.Given && slices.Contains(possible, c.Asked):
		return c.Asked, nil
	case c.Given || len(possible) == 0:
		return "", &Error{fmt.Sprintf("%s: a file that ends in %s does not hold the form %s", path, text, c.Asked), c.known(), false}
	}
	return possible[0], nil
}

// known lists the endings of the forms that there are.
func (c Choice) known() string {
	var out []string
	for _, e := range c.Endings {
		if slices.ContainsFunc(e.Forms, func(f string) bool { return slices.Contains(c.Forms, f) }) {
			out = append(out, e.Text)
		}
	}
	return strings.Join(append(out, textEndings[0]), ", ")
}

// An ending is short and has a letter: report-4.0.527 has none, and neither has
// what mktemp makes, tmp.kXq81cVb0Z.
var pattern = regexp.MustCompile(`^\.[0-9]*[a-z][0-9a-z]*$`)

const longest = len(".12345")

// Find returns the ending of a file's name, in lower case, and its index among
// the known ones: -1 for an ending that is not among them. A name without an
// ending has the empty one.
func Find(path string, known []Ending) (text string, index int) {
	name := strings.ToLower(filepath.Base(path))
	for i, e := range known {
		if strings.HasSuffix(name, e.Text) && name != e.Text {
			return e.Text, i
		}
	}
	text = filepath.Ext(name)
	if text == name || len(text) > longest || !pattern.MatchString(text) {
		return "", -1
	}
	return text, -1
}
