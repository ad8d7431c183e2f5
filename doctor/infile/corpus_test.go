package infile_test

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"remotion-doctor/doctor"
	"remotion-doctor/doctor/attach"
	"remotion-doctor/doctor/infile"
)

// TestCorpus puts remedies into copies of the files of a folder, which the
// variable WRITE_CORPUS names, and prints what became of them: each result must
// be read again and pass, hold every byte of the file, and be final.
func TestCorpus(t *testing.T) {
	root := os.Getenv("WRITE_CORPUS")
	if root == "" {
		t.Skip("WRITE_CORPUS names no folder of templates and plans")
	}
	counts := map[string]int{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.Contains([]string{".yaml", ".yml", ".json", ".template"}, filepath.Ext(path)) {
			return err
		}
		dir := t.TempDir()
		to := filepath.Join(dir, filepath.Base(path))
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.WriteFile(to, data, 0o600); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "main.tf"), nil, 0o600); err != nil {
			return err
		}
		what := corpusFile(t, path, to)
		counts[what]++
		if strings.HasPrefix(what, "!") {
			t.Errorf("%s: %s", path, what)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		fmt.Printf("%6d %s\n", counts[what], what)
	}
}

// corpusFile says what became of one file; what begins with ! is a fault.
func corpusFile(t *testing.T, name, path string) string {
	o, err := options(path)
	switch {
	case err != nil:
		return "not read"
	case len(o.Targets) == 0:
		return "declares no principal"
	}
	// A target that cannot be decided about must not hide the others.
	var list []*doctor.Remedy
	for _, target := range o.Targets {
		one := o
		one.Targets = []doctor.Target{target}
		if found, err := doctor.Fix(context.Background(), one); err == nil {
			list = append(list, found...)
		}
	}
	planned := attach.Plans(context.Background(), o.Options, dedupe(list), time.Now())
	p, err := infile.Make(context.Background(), o.Options, planned, infile.Options{})
	if err != nil {
		return "!" + err.Error()
	}
	for _, r := range p.Refused {
		t.Logf("%s: %s", name, r)
	}
	changed := p.Changed()
	if len(changed) == 0 {
		if len(p.Refused) > 0 {
			_, why, _ := strings.Cut(p.Refused[0], ": ")
			return "refused: " + regexp.MustCompile(`(/tmp|\d+ of \d+)\S*`).ReplaceAllString(why, "…")
		}
		return "nothing to grant"
	}
	if err := p.Write(context.Background()); err != nil {
		return "!" + err.Error()
	}
	if _, err := p.Prove(context.Background(), func() (doctor.FixOptions, error) { return options(path) }); err != nil {
		return "taken back: " + err.Error()
	}
	for _, f := range changed {
		if !onlyAdds(f.Before, f.After) {
			return "!more than additions"
		}
	}
	return "written"
}

func dedupe(list []*doctor.Remedy) []*doctor.Remedy {
	var out []*doctor.Remedy
	for _, x := range list {
		if !slices.ContainsFunc(out, func(y *doctor.Remedy) bool { return y.Principal.ARN == x.Principal.ARN }) {
			out = append(out, x)
		}
	}
	return out
}
