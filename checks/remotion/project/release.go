package project

import (
	"fmt"
	"path/filepath"
	"strings"

	"remotion-doctor/checks"
)

// A Release is the release of a product that a project uses, and how it is
// known.
type Release struct {
	Version string // 4.0.527; empty for the newest known
	From    string // the file that says so; empty where none does
	// Notes say what was found and what is assumed, in full sentences.
	Notes []string
}

// Resolve returns the release that the project in a folder uses, among those
// that the pack knows. A folder without a project is the zero Release. What
// cannot be read, or is not known to the pack, is a note, and the newest
// release is assumed.
func Resolve(dir string, p *checks.Pack) Release {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Release{} // no folder, no project
	}
	found, err := Find(dir)
	switch {
	case err != nil:
		return noted("which %s is installed here is not known: %v; the newest known, %s, is assumed", p.Name, err, p.Newest)
	case found == (Installed{}):
		return Release{}
	case found.Version != "":
		return exact(found, p)
	}
	if v, ok := Satisfying(found.Range, p.Known()); ok {
		r := noted("%s asks for %s %s and nothing is installed: %s, the newest known of these, is assumed", found.From, p.Name, found.Range, v)
		r.Version, r.From = v, found.From
		return r
	}
	return noted("%s asks for %s %q, and no such version is known: assuming the newest known, %s", found.From, p.Name, found.Range, p.Newest)
}

// exact is an exact version, unless no policy of it is known.
func exact(found Installed, p *checks.Pack) Release {
	name := ""
	if names := p.PolicyNames(); len(names) > 0 {
		name = names[0]
	}
	if _, err := p.Required(name, found.Version, "aws"); err != nil {
		return noted("%s %s is installed here (%s), but %v; the newest known, %s, is assumed", p.Name, found.Version, found.From, err, p.Newest)
	}
	verb := "installed"
	if !strings.Contains(found.From, "node_modules") {
		verb = "used"
	}
	r := noted("%s %s is %s here, says %s", p.Name, found.Version, verb, found.From)
	r.Version, r.From = found.Version, found.From
	return r
}

func noted(format string, args ...any) Release {
	return Release{Notes: []string{fmt.Sprintf(format, args...)}}
}
