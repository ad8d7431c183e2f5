package iac

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// TestSAMCorpus compares what SAM's translator makes of its own test templates
// with what is read from them. The folder, tests/translator of
// aws/serverless-application-model, is given by an environment variable.
func TestSAMCorpus(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("SAM_TRANSLATOR_TESTS")
	if folder == "" {
		t.Skip("SAM_TRANSLATOR_TESTS names no folder")
	}
	inputs, err := filepath.Glob(filepath.Join(folder, "input", "*.yaml"))
	if err != nil || len(inputs) == 0 {
		t.Fatal("no inputs", err)
	}
	counts := map[string]int{}
	for _, input := range inputs {
		name := strings.TrimSuffix(filepath.Base(input), ".yaml")
		output := filepath.Join(folder, "output", name+".json")
		if !isFile(output) {
			counts["without an output"]++
			continue
		}
		o := Options{AccountID: "123456789012", Region: "us-east-1"}
		want, err := openLoose(output, o)
		if err != nil {
			counts["outputs refused"]++
			t.Logf("%s: output: %v", name, err)
			continue
		}
		got, err := open(input, o)
		if err != nil {
			counts["inputs refused"]++
			t.Errorf("%s: input: %v", name, err)
			continue
		}
		compareRoles(t, name, got, want, counts)
	}
	t.Log(counts)
}

func open(path string, o Options) (*Deployment, error) {
	templates, err := OpenTemplates(path)
	if err != nil {
		return nil, err
	}
	return templates.Deployment(o)
}

// openLoose reads a template whose references may lead nowhere, as those of the
// translator's outputs do.
func openLoose(path string, o Options) (*Deployment, error) {
	templates, err := OpenTemplates(path)
	if err != nil {
		return nil, err
	}
	root := templates.files[0].root
	root.members = append(root.members, member{"Transform", root.start, text(root.start, "AWS::LanguageExtensions")})
	return templates.Deployment(o)
}

func compareRoles(t *testing.T, name string, got, want *Deployment, counts map[string]int) {
	t.Helper()
	for i := range want.Snapshot.AuthorizationDetails.Roles {
		w := &want.Snapshot.AuthorizationDetails.Roles[i]
		j := slices.IndexFunc(got.Snapshot.AuthorizationDetails.Roles, func(r account.Role) bool { return r.RoleName == w.RoleName })
		if j < 0 {
			counts["roles that are not read"]++
			t.Logf("%s: role %s is not read", name, w.RoleName)
			continue
		}
		g := &got.Snapshot.AuthorizationDetails.Roles[j]
		a, b := grantsOf(t, got, g), grantsOf(t, want, w)
		switch {
		case slices.Equal(a, b):
			counts["equal roles"]++
		case len(g.Gaps) > 0:
			counts["roles with a gap"]++
		default:
			counts["different roles"]++
			t.Errorf("%s: %s\nonly read: %s\nonly made: %s", name, w.RoleName, strings.Join(without(a, b), "\n  "), strings.Join(without(b, a), "\n  "))
		}
	}
}

func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

// grantsOf are the statements and managed policies of a role as sorted text.
func grantsOf(t *testing.T, d *Deployment, r *account.Role) []string {
	t.Helper()
	var out []string
	document := func(doc account.Document) {
		parsed, err := policy.Parse(doc.Text)
		if err != nil {
			t.Error(err)
			return
		}
		for i := range parsed.Statements {
			s := &parsed.Statements[i]
			actions := slices.Clone(s.Actions)
			for i := range actions {
				actions[i] = strings.ToLower(actions[i])
			}
			slices.Sort(actions)
			slices.Sort(s.Resources)
			if len(s.Conditions) > 0 && strings.Contains(s.Conditions[0].Key, "which is not in") {
				out = append(out, "a role outside")
				continue
			}
			out = append(out, fmt.Sprint(s.Effect, s.NotAction, actions, s.NotResource, s.Resources, s.Conditions))
		}
	}
	for _, p := range r.RolePolicyList {
		document(p.PolicyDocument)
	}
	for _, a := range r.AttachedManagedPolicies {
		if m, err := d.Snapshot.ManagedPolicy(a.PolicyArn); err == nil {
			document(m.PolicyVersionList[0].Document)
			continue
		}
		out = append(out, a.PolicyArn)
	}
	if r.PermissionsBoundary != nil {
		out = append(out, "boundary "+r.PermissionsBoundary.PermissionsBoundaryArn)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestTemplateCorpus reads all templates below the folders that an environment
// variable lists, and prints what is refused. None may make the reader panic.
func TestTemplateCorpus(t *testing.T) {
	t.Parallel()
	folders := os.Getenv("TEMPLATE_CORPUS")
	if folders == "" {
		t.Skip("TEMPLATE_CORPUS names no folder")
	}
	counts := map[string]int{}
	for _, folder := range filepath.SplitList(folders) {
		err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !slices.Contains([]string{".yaml", ".yml", ".json", ".template"}, filepath.Ext(path)) {
				return err
			}
			counts["files"]++
			if _, err := open(path, Options{}); err != nil {
				if e, ok := errors.AsType[*Error](err); ok && strings.Contains(e.Msg, "no Resources") {
					counts["no templates"]++
					return nil
				}
				counts["refused"]++
				t.Logf("%v", err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	t.Log(counts)
}

// TestPlanCorpus reads all plans and states below the folders that an
// environment variable lists, and prints what is refused.
func TestPlanCorpus(t *testing.T) {
	t.Parallel()
	folders := os.Getenv("PLAN_CORPUS")
	if folders == "" {
		t.Skip("PLAN_CORPUS names no folder")
	}
	counts := map[string]int{}
	for _, folder := range filepath.SplitList(folders) {
		err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !IsPlan(path) {
				return err
			}
			counts["files"]++
			plan, err := OpenPlan(path)
			if err == nil {
				_, err = plan.Deployment(Options{})
			}
			if err != nil {
				counts["refused"]++
				t.Logf("%v", err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	t.Log(counts)
}
