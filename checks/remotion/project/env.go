package project

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// Env returns the names of the variables that the .env file of a folder sets,
// sorted. Values are secrets and are not returned.
func Env(dir string) ([]string, error) {
	data, err := read(filepath.Join(dir, ".env"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []string
	for line := range strings.Lines(string(data)) {
		name, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "=")
		name = strings.TrimSpace(name)
		if ok && name != "" && name[0] != '#' && strings.TrimSpace(value) != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out, nil
}
