package infile_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/doctor/attach"
	"remotion-doctor/doctor/infile"
	"remotion-doctor/remedy"
)

// TestCorpus checks every principal of the templates below the folders that an
// environment variable lists, puts the remedies into copies of the files, and
// prints what became of them: each unknown says what it hangs on, what is written
// only adds and passes, and what is not written says why.
func TestCorpus(t *testing.T) {
	t.Parallel()
	folders := os.Getenv("TEMPLATE_CORPUS")
	if folders == "" {
		t.Skip("TEMPLATE_CORPUS names no folder")
	}
	counts := map[string]int{}
	for _, folder := range filepath.SplitList(folders) {
		err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() && slices.Contains([]string{".yaml", ".yml", ".json", ".template"}, filepath.Ext(path)) {
				corpusFile(t, path, counts)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%6d %s", counts[name], name)
	}
}

func corpusFile(t *testing.T, path string, counts map[string]int) {
	t.Helper()
	o, err := options(path)
	if err != nil || len(o.Targets) == 0 {
		return // TestTemplateCorpus of package iac prints what is refused
	}
	counts["templates with principals"]++
	r, err := doctor.Check(t.Context(), o.Options)
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	for i := range r.Sections {
		s := &r.Sections[i]
		counts["principals"]++
		for j := range s.Findings {
			f := &s.Findings[j]
			counts["findings: "+string(f.Status)]++
			if f.Status == audit.Unknown && !saysWhy(f) {
				t.Errorf("%s: %s: %s is unknown: %s", path, s.Principal.ARN, f.Action, f.Reason)
			}
		}
	}
	corpusWrite(t, path, counts)
}

// saysWhy reports whether an unknown finding names what it hangs on.
func saysWhy(f *audit.Finding) bool {
	return f.Gap != nil && f.Gap.What != "" && f.Gap.Why != "" || len(f.MissingContext) > 0 || strings.Contains(f.Reason, "too complex")
}

func corpusWrite(t *testing.T, path string, counts map[string]int) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
		return
	}
	copied := filepath.Join(t.TempDir(), filepath.Base(path))
	if err := os.WriteFile(copied, text, 0o600); err != nil {
		t.Error(err)
		return
	}
	o, err := options(copied)
	if err != nil || len(o.Targets) == 0 {
		counts["fix: needs files beside it"]++
		return
	}
	list, err := doctor.Fix(t.Context(), o)
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	planned := attach.Plans(t.Context(), o.Options, list, time.Now())
	p, err := infile.Make(t.Context(), o.Options, planned, infile.Options{Form: remedy.FormCloudFormation})
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	for _, refused := range p.Refused {
		_, why, _ := strings.Cut(strings.TrimPrefix(refused, "not written, "), ": ")
		words := strings.Fields(why)
		counts["fix refused: "+strings.Join(words[:min(8, len(words))], " ")]++
	}
	if len(p.Changed()) == 0 {
		counts["fix: nothing to write"]++
		return
	}
	for _, f := range p.Changed() {
		if !onlyAdds(f.Before, f.After) {
			t.Errorf("%s: fix changes more than it adds", path)
		}
	}
	if err := p.Write(t.Context()); err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	if _, err := p.Prove(t.Context(), func() (doctor.FixOptions, error) { return options(copied) }); err != nil {
		counts["fix: taken back"]++
		t.Logf("%s: %v", path, err)
		return
	}
	counts["fix: written and proven"]++
}
