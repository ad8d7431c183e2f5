package config

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"remotion-doctor/audit"
	"remotion-doctor/internal/asked"
	"remotion-doctor/report"
)

// Flags are the flags that say which configuration counts.
type Flags struct {
	path, environment string
	none              bool
}

// Add adds the flags to those of a command.
func (f *Flags) Add(fs *pflag.FlagSet) {
	fs.StringVar(&f.path, "config", "", "configuration `FILE` (default: remotion-doctor.yaml here or above, in the repository)")
	fs.StringVar(&f.environment, "environment", "", "the settings of an environment of the configuration, by `NAME`")
	fs.BoolVar(&f.none, "no-config", false, "read no configuration")
}

// A Run is what a program gives the configuration.
type Run struct {
	Getenv  func(string) string
	Notices io.Writer
	// Folder is where a run may write files, until Close.
	folder string
	used   []Setting
}

// Close removes what was written.
func (r *Run) Close() error {
	if r.folder == "" {
		return nil
	}
	return os.RemoveAll(r.folder)
}

// Settings are what the configuration says, in this environment and in this CI.
func (r *Run) Settings(ctx context.Context, f *Flags) (*File, []Setting, error) {
	path := f.path
	switch {
	case f.none && (f.path != "" || f.environment != ""):
		return nil, nil, audit.Invalid("leave one of them out", "--no-config excludes --config and --environment")
	case f.none:
		return nil, nil, nil
	case path == "":
		var err error
		if path, err = Find("."); err != nil {
			return nil, nil, err
		}
	}
	if path == "" {
		if f.environment != "" {
			return nil, nil, audit.Invalid("write remotion-doctor.yaml, or name it with --config", "--environment %s: there is no configuration", f.environment)
		}
		return nil, nil, nil
	}
	file, err := Read(path)
	if err != nil {
		return nil, nil, err
	}
	settings, err := file.For(f.environment)
	if err != nil {
		return nil, nil, err
	}
	base := Base(r.Getenv)
	if base == "" {
		return file, settings, nil
	}
	if r.folder == "" {
		if r.folder, err = os.MkdirTemp("", "remotion-doctor-"); err != nil {
			return nil, nil, err
		}
	}
	t := &trusted{ref: "origin/" + base}
	settings, notices := t.trust(ctx, file, f.environment, settings, r.folder)
	for _, n := range notices {
		fmt.Fprintf(r.Notices, "notice: %s\n", report.Clean(n))
	}
	return file, settings, nil
}

// Apply gives the flags of a command the values that the configuration has for
// them and the line has not. It returns what it used.
func (r *Run) Apply(cmd *cobra.Command, f *Flags) ([]Setting, error) {
	_, settings, err := r.Settings(cmd.Context(), f)
	if err != nil {
		return nil, err
	}
	given := map[string]bool{}
	cmd.Flags().Visit(func(f *pflag.Flag) { given[f.Name] = true })
	operands := cmd.Flags().NArg() > 0 && cmd.Name() != "explain" // its operands are the request
	var used []Setting
	for _, s := range settings {
		if !s.Key.takes(cmd.Name()) || s.overruled(given, operands) {
			continue
		}
		ok, err := s.set(cmd.Flags())
		if err != nil {
			return nil, err
		}
		if ok && s.Key.Name == "parameter" && s.goesWith(given, operands) {
			asked.Lenient(cmd.Flags())
		}
		if ok {
			used = append(used, s)
		}
	}
	r.used = used
	return used, nil
}

// Place puts the place of a setting before an error that a flag names which nobody
// gave on the line.
func (r *Run) Place(message string) string {
	for i := range r.used {
		if s := &r.used[i]; strings.HasPrefix(message, "--"+s.Key.Name+" ") || strings.HasPrefix(message, "--"+s.Key.Name+":") {
			return s.From() + ": " + message
		}
	}
	return message
}

// Any of sources on the line replaces the configured template or plan, any of targets
// the configured targets. The account and the parameters stay with another file.
var (
	sources = []string{"template", "plan", "snapshot", "policy", "principal", "engine"}
	targets = []string{"function", "instance", "instance-profile", "role", "user", "task-definition", "pod-identity", "renderer", "caller", "pick", "error", "policy", "principal"}
)

// overruled reports whether the line says something else.
func (s *Setting) overruled(given map[string]bool, operands bool) bool {
	is := func(name string) bool { return given[name] }
	switch s.Key.Name {
	case "targets":
		return slices.ContainsFunc(targets, is)
	case "template", "plan":
		return operands || slices.ContainsFunc(sources, is)
	case "parameter", "account":
		return given[s.Key.Name] || !s.goesWith(given, operands) && slices.ContainsFunc(sources, is)
	}
	return given[s.Key.Name]
}

// goesWith reports whether the line names a file that the setting is for as well.
func (s *Setting) goesWith(given map[string]bool, operands bool) bool {
	return operands || given["template"] || s.Key.Name == "account" && given["plan"]
}

// set gives the flag its values, and reports whether there is one.
func (s *Setting) set(fs *pflag.FlagSet) (bool, error) {
	if s.Key.Name == "targets" {
		return s.setTargets(fs)
	}
	f := fs.Lookup(s.Key.Name)
	if f == nil {
		return false, nil
	}
	if err := s.built(); err != nil {
		return false, err
	}
	values := s.Values
	if _, list := f.Value.(pflag.SliceValue); !list && len(values) > 1 {
		values = values[:1] // the one Region of explain
	}
	for _, v := range values {
		if err := fs.Set(s.Key.Name, v); err != nil {
			return false, audit.Invalid("", "%s: %s: %v", s.From(), s.Key.Name, err)
		}
	}
	return true, nil
}

func (s *Setting) setTargets(fs *pflag.FlagSet) (bool, error) {
	set := false
	if fs.Lookup("error") != nil && len(s.Values) > 1 {
		return false, nil // explain has one principal
	}
	for _, text := range s.Values {
		kind, name, _ := strings.Cut(text, ":")
		flag := kind
		if fs.Lookup(flag) == nil {
			continue
		}
		set = true
		if name == "" {
			name = map[string]string{"renderer": "any", "caller": "true"}[kind]
		}
		if err := fs.Set(flag, name); err != nil {
			return false, audit.Invalid("", "%s: %v", s.From(), err)
		}
	}
	return set, nil
}
