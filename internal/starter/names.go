package starter

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/checks/remotion"
	"remotion-doctor/internal/spelling"
	"remotion-doctor/source/iac"
)

// validRegions refuses a Region in which Remotion Lambda does not run.
func validRegions(regions []string) error {
	known := remotion.Regions()
	for _, r := range regions {
		if !slices.Contains(known, r) {
			return audit.Invalid(meant(r, known, "its Regions are "), "--region %q is not a Region of Remotion Lambda", r)
		}
	}
	return nil
}

// meant is a hint for a name that is none of the known ones.
func meant(name string, known []string, otherwise string) string {
	if near := spelling.Nearest(name, known); near != "" {
		return "did you mean " + near + "?"
	}
	return otherwise + strings.Join(known, ", ")
}

// compare refuses targets that the file to check does not have, where it is there
// already. Of several templates, the first that has all of them comes to the front.
func (f *Found) compare(folder string, o *Options) error {
	var named []audit.Target
	for _, text := range o.Targets {
		if t, ok := audit.ParseTarget(text); ok {
			named = append(named, t)
		}
	}
	var first error
	for i, path := range f.Templates {
		err := holds(folder, path, named)
		if err == nil {
			f.Templates = slices.Insert(slices.Delete(f.Templates, i, i+1), 0, path)
			return nil
		}
		first = cmp.Or(first, err)
	}
	if path := f.recipe().path; first == nil && path != "" {
		return holds(folder, path, named)
	}
	return first
}

// holds refuses the first target that a file does not have. A file that cannot be
// read refuses none: `check` says why.
func holds(folder, path string, targets []audit.Target) error {
	full := filepath.Join(folder, filepath.FromSlash(path))
	if _, err := os.Stat(full); err != nil {
		return nil
	}
	in, err := iac.Open(full)
	if err != nil {
		return nil
	}
	d, err := in.Deployment(iac.Options{})
	if err != nil {
		return nil
	}
	for _, t := range targets {
		if d.Holds(t) {
			continue
		}
		hint, names := "the file contains no "+t.Kind.Title(), d.Names(t.Kind)
		if len(names) > 0 {
			hint = meant(t.Name, names, "it has ")
		}
		return audit.Invalid(hint, "--%s %q: %s has no %s of this name", flags[t.Kind], t.Name, path, t.Kind.Title())
	}
	return nil
}

// flags are those of init that name targets.
var flags = map[audit.TargetKind]string{audit.TargetFunction: "function", audit.TargetRole: "role"}
