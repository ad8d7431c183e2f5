package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"remotion-doctor/audit"
	"remotion-doctor/internal/spelling"
)

// Names are the names of the file that are looked for.
var Names = []string{"remotion-doctor.yaml", "remotion-doctor.yml"}

// largest is the size of a file that is read.
const largest = 1 << 20

// A Setting is a key with its values, and where they are from.
type Setting struct {
	Key    Key
	Values []string // as the flag takes them; paths are relative to the working directory
	File   string
	Line   int
}

// From is the place of a setting, as a message names it.
func (s *Setting) From() string { return fmt.Sprintf("%s:%d", s.File, s.Line) }

// A File is a configuration.
type File struct {
	Path         string
	all          []Setting
	environments map[string][]Setting
}

// Find returns the path of the file that counts in a folder: its own, or that of
// the nearest folder above it in the same repository. Outside of a repository only
// the folder itself counts. The path is empty where there is none.
func Find(folder string) (string, error) {
	at, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	inside := rootOf(at) != ""
	for {
		for _, name := range Names {
			path := filepath.Join(at, name)
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				return relative(folder, path), nil
			}
		}
		if _, err := os.Stat(filepath.Join(at, ".git")); err == nil || !inside || filepath.Dir(at) == at {
			return "", nil
		}
		at = filepath.Dir(at)
	}
}

// rootOf is the root of the repository that a folder is in; empty outside.
func rootOf(folder string) string {
	for {
		if _, err := os.Stat(filepath.Join(folder, ".git")); err == nil {
			return folder
		}
		above := filepath.Dir(folder)
		if above == folder {
			return ""
		}
		folder = above
	}
}

func relative(folder, path string) string {
	if at, err := filepath.Abs(folder); err == nil {
		if r, err := filepath.Rel(at, path); err == nil {
			return r
		}
	}
	return path
}

// Read reads a file. The error is an [*audit.Problem] that names the place.
func Read(path string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, audit.Invalid("", "reading the configuration: %v", err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, largest+1))
	if err != nil {
		return nil, audit.Invalid("", "reading the configuration: %v", err)
	}
	return Parse(path, data)
}

// Parse reads the text of a file that is, or was, at a path.
func Parse(path string, data []byte) (*File, error) {
	if len(data) > largest {
		return nil, audit.Invalid("", "%s has more than %d bytes", path, largest)
	}
	var doc yaml.Node
	err := yaml.NewDecoder(bytes.NewReader(data)).Decode(&doc)
	switch {
	case errors.Is(err, io.EOF):
		return &File{Path: path}, nil
	case err != nil:
		return nil, unread(path, data, err)
	}
	r := &reader{path: path}
	f := &File{Path: path, environments: map[string][]Setting{}}
	root := doc.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return f, nil
	}
	f.all, err = r.mapping(root, func(key, value *yaml.Node) error { return r.environment(f, value) })
	return f, err
}

// A reader turns nodes into settings.
type reader struct{ path string }

func (r *reader) fail(n *yaml.Node, hint, format string, args ...any) error {
	return audit.Invalid(hint, "%s:%d:%d: %s", r.path, n.Line, n.Column, fmt.Sprintf(format, args...))
}

// mapping reads the settings of a mapping; inner reads the environments,
// and is nil inside of one.
func (r *reader) mapping(n *yaml.Node, inner func(key, value *yaml.Node) error) ([]Setting, error) {
	if n.Kind != yaml.MappingNode {
		return nil, r.fail(n, "write it as `region: [us-east-1]`", "there are no settings here")
	}
	var out []Setting
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if slices.ContainsFunc(out, func(s Setting) bool { return s.Key.Name == key.Value }) {
			return nil, r.fail(key, "leave one of them out", "%s is there twice", key.Value)
		}
		if key.Value == environments && inner != nil {
			if err := inner(key, value); err != nil {
				return nil, err
			}
			continue
		}
		s, err := r.setting(key, value)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

func (r *reader) environment(f *File, n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return r.fail(n, "write it as `production: {region: [us-east-1]}`", "environments are no names with settings")
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i].Value
		if _, ok := f.environments[name]; ok {
			return r.fail(n.Content[i], "leave one of them out", "environment %s is there twice", name)
		}
		settings, err := r.mapping(n.Content[i+1], nil)
		if err != nil {
			return err
		}
		f.environments[name] = settings
	}
	return nil
}

func (r *reader) setting(key, value *yaml.Node) (Setting, error) {
	k, ok := keyNamed(key.Value)
	if !ok {
		return Setting{}, r.unknown(key)
	}
	values, err := r.values(&k, value)
	if err != nil {
		return Setting{}, err
	}
	if k.Path {
		for i := range values {
			if k.Name == "output" && !inside(values[i]) {
				return Setting{}, r.fail(value, "give --output on the line", "output %q leads out of the folder of the configuration: whoever writes to the repository would choose which of your files are replaced", values[i])
			}
			values[i] = r.resolved(&k, values[i])
		}
	}
	return Setting{Key: k, Values: values, File: r.path, Line: key.Line}, nil
}

func (r *reader) unknown(key *yaml.Node) error {
	if why, ok := refused[key.Value]; ok {
		return r.fail(key, "give --"+key.Value+" on the line", "%s cannot be configured: %s", key.Value, why)
	}
	hint := "`remotion-doctor config schema` lists them"
	if near := spelling.Nearest(key.Value, names()); near != "" {
		hint = "did you mean " + near + "?"
	}
	return r.fail(key, hint, "there is no setting %q", key.Value)
}

func (r *reader) values(k *Key, n *yaml.Node) ([]string, error) {
	if n.Kind == yaml.SequenceNode && k.Kind == List {
		var out []string
		for _, item := range n.Content {
			if item.Kind != yaml.ScalarNode {
				return nil, r.fail(item, "", "%s is a list of texts", k.Name)
			}
			if err := r.check(k, item); err != nil {
				return nil, err
			}
			out = append(out, item.Value)
		}
		return out, nil
	}
	switch {
	case n.Kind != yaml.ScalarNode || n.Tag == "!!null":
		return nil, r.fail(n, "", "%s has %s", k.Name, map[Kind]string{Text: "one value", List: "a value or a list of values", Switch: "true or false"}[k.Kind])
	case k.Kind == Switch && n.Value != "true" && n.Value != "false":
		return nil, r.fail(n, "", "%s is true or false, not %q", k.Name, n.Value)
	}
	return []string{n.Value}, r.check(k, n)
}

// inside reports whether a file to write is below the folder of the configuration.
func inside(value string) bool {
	_, path := formOf(value)
	return filepath.IsLocal(filepath.FromSlash(path))
}

// formOf splits [FORMAT=]FILE as [report.Destinations] does.
func formOf(value string) (form, path string) {
	if name, path, ok := strings.Cut(value, "="); ok && !strings.ContainsAny(name, `./\`) {
		return name + "=", path
	}
	return "", value
}

// resolved is a path as seen from the working directory.
func (r *reader) resolved(k *Key, value string) string {
	form := ""
	if k.Name == "output" {
		form, value = formOf(value)
	}
	if k.Name == "require" && isWord(value) || filepath.IsAbs(value) {
		return form + value
	}
	return form + filepath.Join(filepath.Dir(r.path), value)
}

// For returns the settings of an environment, those of the file for all
// environments included; empty for these alone.
func (f *File) For(environment string) ([]Setting, error) {
	if environment == "" {
		return f.all, nil
	}
	own, ok := f.environments[environment]
	if !ok {
		hint := "it has none"
		if known := f.Environments(); len(known) > 0 {
			hint = "it has " + strings.Join(known, ", ")
		}
		return nil, audit.Invalid(hint, "%s has no environment %q", f.Path, environment)
	}
	out := slices.Clone(own)
	for _, s := range f.all {
		if !slices.ContainsFunc(own, func(o Setting) bool { return o.Key.Name == s.Key.Name }) {
			out = append(out, s)
		}
	}
	return out, nil
}

// Environments are the names of the environments, sorted.
func (f *File) Environments() []string {
	return slices.Sorted(maps.Keys(f.environments))
}
