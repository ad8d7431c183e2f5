package project

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// packages are those of Remotion Lambda, which have the same version. The
// second is all that an app needs which only starts renders.
var packages = []string{"@remotion/lambda", "@remotion/lambda-client"}

// An Installed is the release of Remotion that a project uses.
type Installed struct {
	// Version is the exact release; empty where only a Range is known.
	Version string
	// Range is what package.json asks for, where nothing is installed and
	// nothing locked.
	Range string
	// From is the file that says so, relative to the folder.
	From string
}

// Find looks in a folder, and those above it up to the repository's, for
// installed packages, then for lock files, then for package.json. The zero
// Installed says that there is no project of Remotion Lambda. A file that cannot
// be read is an error that names it.
func Find(dir string) (Installed, error) {
	dirs := ancestors(dir)
	for _, look := range []func(string) (Installed, error){installed, locked, asked} {
		for _, d := range dirs {
			found, err := look(d)
			if err != nil || found != (Installed{}) {
				return found.relative(dir), err
			}
		}
	}
	return Installed{}, nil
}

// relative names the file from the folder where it was looked for.
func (i Installed) relative(dir string) Installed {
	if rel, err := filepath.Rel(dir, i.From); err == nil && i.From != "" {
		i.From = filepath.ToSlash(rel)
	}
	return i
}

// ancestors are the folder and those above it, up to the one that holds a
// repository.
func ancestors(dir string) []string {
	out := []string{dir}
	for {
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			return out
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return out
		}
		dir = parent
		out = append(out, dir)
	}
}

// installed reads node_modules.
func installed(dir string) (Installed, error) {
	for _, name := range packages {
		path := filepath.Join(dir, "node_modules", filepath.FromSlash(name), "package.json")
		var p struct{ Version string }
		ok, err := readJSON(path, &p)
		if err != nil {
			return Installed{}, err
		}
		if ok && p.Version != "" {
			return Installed{Version: p.Version, From: path}, nil
		}
	}
	return Installed{}, nil
}

// locks are the lock files of the package managers.
var locks = []struct {
	name string
	read func([]byte) (string, error)
}{
	{"package-lock.json", npmLock},
	{"npm-shrinkwrap.json", npmLock},
	{"yarn.lock", yarnLock},
	{"pnpm-lock.yaml", textLock},
	{"bun.lock", textLock},
}

func locked(dir string) (Installed, error) {
	for _, l := range locks {
		path := filepath.Join(dir, l.name)
		data, err := read(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return Installed{}, err
		}
		v, err := l.read(data)
		if err != nil {
			return Installed{}, fmt.Errorf("reading %s: %w", path, err)
		}
		if v != "" {
			return Installed{Version: v, From: path}, nil
		}
	}
	return Installed{}, nil
}

// npmLock reads package-lock.json, of version 1 or later.
func npmLock(data []byte) (string, error) {
	var lock struct {
		Packages     map[string]struct{ Version string }
		Dependencies map[string]struct{ Version string }
	}
	if err := json.Unmarshal(data, &lock); err != nil {
		return "", err
	}
	var found []string
	for _, name := range packages {
		for path, p := range lock.Packages {
			if path == "node_modules/"+name || strings.HasSuffix(path, "/node_modules/"+name) {
				found = append(found, p.Version)
			}
		}
		if p, ok := lock.Dependencies[name]; ok {
			found = append(found, p.Version)
		}
	}
	return highest(found), nil
}

// resolved is an entry of pnpm-lock.yaml or bun.lock.
var resolved = regexp.MustCompile(`@remotion/lambda(?:-client)?(?:@npm:|@|/)([0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?)`)

func textLock(data []byte) (string, error) {
	var found []string
	for _, m := range resolved.FindAllSubmatch(data, -1) {
		found = append(found, string(m[1]))
	}
	return highest(found), nil
}

var yarnVersion = regexp.MustCompile(`^\s+version:?\s+"?([0-9][0-9A-Za-z.-]*)"?\s*$`)

// yarnLock reads yarn.lock, of Yarn 1 or later: entries begin at the left, and
// tell their version in an indented line.
func yarnLock(data []byte) (string, error) {
	var found []string
	inside := false
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\r\n")
		if line != "" && line[0] != ' ' && line[0] != '\t' {
			inside = slices.ContainsFunc(packages, func(p string) bool { return strings.Contains(line, p+"@") })
		}
		if m := yarnVersion.FindStringSubmatch(line); inside && m != nil {
			found = append(found, m[1])
		}
	}
	return highest(found), nil
}

// highest returns the highest of some versions; others are left out.
func highest(versions []string) string {
	var best *semver.Version
	for _, text := range versions {
		v, err := semver.NewVersion(text)
		if err == nil && (best == nil || v.GreaterThan(best)) {
			best = v
		}
	}
	if best == nil {
		return ""
	}
	return best.String()
}

// asked reads what package.json asks for.
func asked(dir string) (Installed, error) {
	path := filepath.Join(dir, "package.json")
	var p struct{ Dependencies, DevDependencies, PeerDependencies, OptionalDependencies map[string]string }
	ok, err := readJSON(path, &p)
	if !ok || err != nil {
		return Installed{}, err
	}
	for _, name := range packages {
		for _, list := range []map[string]string{p.Dependencies, p.DevDependencies, p.OptionalDependencies, p.PeerDependencies} {
			text, ok := list[name]
			if !ok {
				continue
			}
			if v, err := semver.StrictNewVersion(strings.TrimPrefix(text, "=")); err == nil {
				return Installed{Version: v.String(), From: path}, nil
			}
			return Installed{Range: text, From: path}, nil
		}
	}
	return Installed{}, nil
}

// Satisfying returns the highest of some known versions that a range allows.
// It reports false for a range that allows none, and for what is no range, such
// as a tag or a path.
func Satisfying(constraint string, known []string) (string, bool) {
	c, err := semver.NewConstraint(constraint)
	if err != nil {
		return "", false
	}
	var ok []string
	for _, k := range known {
		if v, err := semver.NewVersion(k); err == nil && c.Check(v) {
			ok = append(ok, k)
		}
	}
	best := highest(ok)
	return best, best != ""
}

// readJSON decodes a file; it reports false where there is none.
func readJSON(path string, into any) (bool, error) {
	data, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return false, fmt.Errorf("reading %s: %w", path, err)
	}
	return true, nil
}

// maxFile is the size of the largest lock file that is read.
const maxFile = 64 << 20

func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), "not a directory") {
			return nil, fs.ErrNotExist
		}
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fs.ErrNotExist
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%s is larger than %d MB", path, maxFile>>20)
	}
	return io.ReadAll(io.LimitReader(f, maxFile))
}
