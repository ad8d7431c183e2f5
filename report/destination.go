package report

import (
	"path/filepath"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/internal/ending"
)

// A Destination is a file that a report is written to.
type Destination struct {
	Path   string
	Format Format
	// Plain says that no format was given with it: the file represents the
	// standard output.
	Plain bool
}

// Destinations reads files from texts [FORMAT=]FILE, each file once. A file
// without a format has the one that its ending decides, else the asked one; given
// says that the user asked for it. The error is an [*ending.Error] where the ending
// and the format do not fit, else an [*audit.Problem].
func Destinations(texts []string, asked Format, given bool) ([]Destination, error) {
	choice := ending.Choice{Asked: string(asked), Given: given, Forms: ending.Forms(Formats()...), Endings: Endings()}
	var out []Destination
	seen := map[string]bool{}
	for _, text := range texts {
		d, err := destination(text, choice)
		if err != nil {
			return nil, err
		}
		if seen[filepath.Clean(d.Path)] {
			return nil, audit.Invalid("each needs a file of its own", "%s is written twice", d.Path)
		}
		seen[filepath.Clean(d.Path)] = true
		out = append(out, d)
	}
	return out, nil
}

func destination(text string, choice ending.Choice) (Destination, error) {
	name, path, ok := strings.Cut(text, "=")
	if !ok || strings.ContainsAny(name, `./\`) {
		if text == "" || text == "-" {
			return Destination{}, audit.Invalid("standard output gets the report in the form of --format", "%q names no file", text)
		}
		form, err := choice.Of(text)
		return Destination{Path: text, Format: Format(form), Plain: true}, err
	}
	format, err := ParseFormat(name)
	if err != nil {
		return Destination{}, audit.Invalid("a file of that name is written as ./"+text, "%s: %v", text, err)
	}
	if path == "" || path == "-" {
		return Destination{}, audit.Invalid("write it as "+name+"=FILE", "%s names no file", text)
	}
	return Destination{Path: path, Format: format}, nil
}
