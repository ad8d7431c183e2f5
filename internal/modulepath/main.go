// Command modulepath gives the module another path, everywhere: in go.mod, in
// import paths, and in the strings of tools that name packages by their path.
//
//	go run ./internal/modulepath example.com/owner/remotion-doctor
//
// It rewrites the files of the working directory, which must be the module's
// root.
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./internal/modulepath NEW/PATH")
		os.Exit(2)
	}
	if err := rename(".", os.Args[1]); err != nil {
		fmt.Fprintf(os.Stderr, "modulepath: %v\n", err)
		os.Exit(1)
	}
}

// rename gives the module in a folder another path.
func rename(root, path string) error {
	if err := module.CheckPath(path); err != nil {
		return err
	}
	old, err := setModule(filepath.Join(root, "go.mod"), path)
	if err != nil {
		return err
	}
	quoted := regexp.MustCompile(`"` + regexp.QuoteMeta(old) + `(/|")`)
	return filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != root && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.IsDir() || !hasImports(name):
			return nil
		}
		return rewrite(name, quoted, path)
	})
}

// hasImports reports a file that may name packages by their path.
func hasImports(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".go" || ext == ".md"
}

// setModule changes go.mod and returns the path that was there.
func setModule(name, path string) (old string, err error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	f, err := modfile.Parse(name, data, nil)
	if err != nil {
		return "", err
	}
	old = f.Module.Mod.Path
	if err := f.AddModuleStmt(path); err != nil {
		return "", err
	}
	out, err := f.Format()
	if err != nil {
		return "", err
	}
	return old, os.WriteFile(name, out, 0o644)
}

// rewrite replaces the path where it is quoted; a name of the program that only
// starts like it stays, since a package follows a slash.
func rewrite(name string, quoted *regexp.Regexp, path string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	out := quoted.ReplaceAllFunc(data, func(hit []byte) []byte {
		if hit[len(hit)-1] == '"' {
			return hit // the program's name, not a package
		}
		return []byte(`"` + path + `/`)
	})
	if bytes.Equal(out, data) {
		return nil
	}
	if filepath.Ext(name) == ".go" {
		// Import paths are sorted within their group.
		if out, err = format.Source(out); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return os.WriteFile(name, out, 0o644)
}
