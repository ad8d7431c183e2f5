// Package layers holds the test of which package may import which.
package layers

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// allowed says which packages of the project a package may import, and which
// modules from outside. A package that is missing here fails the test.
var allowed = map[string]struct{ project, modules []string }{
	"iam/policy":           {nil, []string{"github.com/go-json-experiment/json"}},
	"iam/actions":          {[]string{"iam/policy"}, nil},
	"iam/actions/generate": {nil, nil},
	"iam":                  {[]string{"iam/policy"}, nil},
	"iam/account":          {[]string{"iam", "iam/policy"}, []string{"github.com/go-json-experiment/json"}},
	"iam/managed":          {[]string{"iam/policy", "iam/account"}, []string{"github.com/go-json-experiment/json"}},
	"iam/managed/generate": {nil, nil},
	"iam/eval":             {[]string{"iam", "iam/policy", "iam/actions", "iam/account"}, nil},
	"iam/excess":           {[]string{"iam", "iam/policy", "iam/actions", "iam/eval"}, nil},
	"iam/explain":          {[]string{"iam", "iam/policy", "iam/actions", "iam/eval"}, nil},
	"iam/accessdenied":     {[]string{"iam", "iam/policy", "iam/actions"}, nil},
	"iam/iamtest":          {[]string{"iam", "iam/policy", "iam/account"}, nil},
	"audit":                {[]string{"iam", "iam/policy"}, nil},
	"checks":               {[]string{"audit", "iam", "iam/policy", "iam/actions", "iam/account"}, nil},
	"checks/published":     {[]string{"checks"}, nil},
	"source":               {[]string{"audit", "iam", "iam/account", "iam/eval"}, nil},
	"source/iac":           {[]string{"source", "audit", "iam", "iam/policy", "iam/account"}, []string{"github.com/go-json-experiment/json", "go.yaml.in/yaml/v4"}},
	"source/awsapi":        {[]string{"source", "audit", "iam", "iam/policy", "iam/account"}, []string{"github.com/aws/", "golang.org/x/sync"}},
	"remedy":               {[]string{"audit", "iam", "iam/policy", "iam/actions", "iam/account"}, []string{"github.com/hashicorp/hcl/v2", "github.com/zclconf/go-cty", "go.yaml.in/yaml/v4"}},
	"change":               {[]string{"remedy", "audit", "iam", "iam/policy", "iam/account"}, []string{"github.com/gofrs/flock"}},
	"report":               {[]string{"audit", "iam", "iam/policy"}, []string{"github.com/olekukonko/tablewriter", "github.com/charmbracelet/", "github.com/muesli/termenv", "github.com/go-json-experiment/json", "go.yaml.in/yaml/v4"}},
	"report/generate":      {[]string{"audit", "iam", "iam/policy"}, []string{"github.com/invopop/jsonschema", "github.com/pb33f/ordered-map"}},
	"localaws":             {[]string{"audit", "iam", "iam/policy", "iam/actions", "iam/account", "iam/eval"}, nil},
	"project":              {nil, []string{"github.com/Masterminds/semver/"}},
	"fixtures":             {nil, nil},
	"cmd/remotion-doctor":  {[]string{"audit", "iam", "iam/policy", "iam/actions", "iam/account", "checks", "iam/eval", "iam/excess", "remedy", "change", "source", "source/awsapi", "report", "localaws", "iam/managed", "source/iac", "project", "iam/accessdenied", "iam/explain", "fixtures"}, []string{"github.com/spf13/", "github.com/charmbracelet/x/ansi", "golang.org/x/term", "golang.org/x/sync"}},
}

func TestLayers(t *testing.T) {
	seen := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != "." {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		seen++
		checkFile(t, path)
		return nil
	})
	if err != nil || seen == 0 {
		t.Fatalf("%d files, %v", seen, err)
	}
}

func checkFile(t *testing.T, path string) {
	t.Helper()
	pkg := filepath.ToSlash(filepath.Dir(path))
	rules, ok := allowed[pkg]
	if !ok {
		t.Errorf("package %s has no place in the layers: add it to layers_test.go and ARCHITECTURE.md", pkg)
		return
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if inner, ok := strings.CutPrefix(name, "remotion-doctor/"); ok {
			if !slices.Contains(rules.project, inner) {
				t.Errorf("%s: package %s must not import package %s", path, pkg, inner)
			}
			continue
		}
		first, _, _ := strings.Cut(name, "/")
		if strings.Contains(first, ".") && !slices.ContainsFunc(rules.modules, func(m string) bool { return strings.HasPrefix(name, m) }) {
			t.Errorf("%s: package %s must not import %s", path, pkg, name)
		}
	}
}
