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

// allowed says which packages of the project a package may import and, after
// the bar, which modules from outside: a line each. A package that is missing
// here fails the test.
const allowed = `
iam/policy:  | github.com/go-json-experiment/json
iam/actions: internal/spelling iam/policy
iam/actions/generate:
iam: iam/policy
iam/account: iam iam/policy | github.com/go-json-experiment/json
iam/managed: iam/policy iam/account | github.com/go-json-experiment/json
iam/managed/generate:
iam/request: iam iam/policy iam/account
iam/eval: iam iam/policy iam/actions iam/account iam/request
iam/excess: iam iam/policy iam/actions iam/eval
iam/explain: iam iam/policy iam/actions iam/eval iam/request
iam/accessdenied: iam iam/policy iam/actions
iam/iamtest: iam iam/policy iam/account
audit: iam iam/policy
checks: internal/spelling audit iam iam/policy iam/actions iam/account
checks/remotion: internal/spelling checks audit iam iam/policy iam/account
checks/remotion/project: checks | github.com/Masterminds/semver/
checks/remotion/published: checks/remotion
source: audit iam iam/policy iam/account iam/eval
source/files: iam/accessdenied source source/iac audit iam iam/policy iam/actions iam/account iam/eval iam/managed
source/sourcetest: source audit iam iam/account iam/eval iam/iamtest
source/iac: source audit iam iam/policy iam/account iam/managed | github.com/go-json-experiment/json go.yaml.in/yaml/v4
source/awsapi/wire: | github.com/aws/
source/awsapi/ec2: source/awsapi/wire | github.com/aws/
source/awsapi/ecs: source/awsapi/wire | github.com/aws/
source/awsapi/eks: source/awsapi/wire | github.com/aws/
source/awsapi/organizations: source/awsapi/wire | github.com/aws/
source/awsapi/s3: source/awsapi/wire | github.com/aws/
source/awsapi/states: source/awsapi/wire | github.com/aws/
source/awsapi/config: source/awsapi/wire | github.com/aws/
source/awsapi: source source/awsapi/config source/awsapi/states source/awsapi/ec2 source/awsapi/ecs source/awsapi/eks source/awsapi/organizations source/awsapi/s3 internal/outfile audit iam iam/policy iam/actions iam/account iam/eval iam/request | github.com/aws/ golang.org/x/sync
remedy: internal/ending internal/splice audit iam iam/policy iam/actions iam/account | github.com/hashicorp/hcl/v2 github.com/zclconf/go-cty go.yaml.in/yaml/v4
change: remedy audit iam iam/policy iam/account | github.com/gofrs/flock
report: internal/ending audit iam iam/policy iam/account | github.com/a-h/templ github.com/olekukonko/tablewriter github.com/charmbracelet/ github.com/muesli/termenv github.com/go-json-experiment/json go.yaml.in/yaml/v4
packaging/notices:
report/generate: audit iam iam/policy | github.com/invopop/jsonschema github.com/pb33f/ordered-map
localaws: audit iam iam/policy iam/actions iam/account iam/eval
fixtures:
fixtures/organization: checks/remotion
fixtures/organization/generate: fixtures/organization
internal/build: checks/remotion iam/actions iam/managed
internal/asked: internal/spelling doctor/fleet/worker doctor/fleet doctor/fleet/roster internal/terminal source source/awsapi iam/managed internal/ending remedy report source/files doctor checks checks/remotion checks/remotion/project iam/policy audit | github.com/spf13/pflag
internal/modulepath: | golang.org/x/mod
doctor: internal/spelling source remedy checks checks/remotion audit iam iam/policy iam/request iam/actions iam/account iam/eval iam/excess iam/explain iam/accessdenied | golang.org/x/sync
internal/config: internal/asked internal/ending internal/spelling report checks checks/remotion iam/policy audit | github.com/spf13/ go.yaml.in/yaml/v4
internal/starter: internal/config internal/outfile internal/spelling source/iac report checks checks/remotion checks/remotion/project iam/policy audit | go.yaml.in/yaml/v4
internal/complete: doctor/candidates internal/asked report source checks checks/remotion iam/actions audit | github.com/spf13/
doctor/candidates: source checks audit
internal/terminal: report audit | github.com/charmbracelet/x/ansi golang.org/x/term
internal/ending:
internal/help: internal/spelling internal/outfile report audit | github.com/spf13/cobra github.com/spf13/pflag github.com/charmbracelet/x/ansi
internal/spelling:
doctor/fleet: doctor/fleet/roster doctor report source source/awsapi source/files checks checks/remotion internal/outfile audit iam iam/policy iam/account iam/eval iam/managed | golang.org/x/sync
deploy/fleet/hello: | github.com/aws/aws-lambda-go/
doctor/fleet/worker: doctor/fleet doctor/fleet/roster source source/awsapi report audit
cmd/remotion-doctor-lambda: doctor doctor/fleet doctor/fleet/worker internal/asked source/awsapi iam/managed audit | github.com/aws/aws-lambda-go/ github.com/spf13/pflag
doctor/fleet/roster: source/awsapi iam/policy audit | go.yaml.in/yaml/v4 golang.org/x/sync
internal/splice: | github.com/go-json-experiment/json go.yaml.in/yaml/v4
doctor/policytext: source source/files source/iac checks report audit iam iam/policy
doctor/setup: remedy checks/remotion iam/policy source
doctor/infile: doctor doctor/attach change internal/outfile remedy audit iam/account
doctor/attach: doctor change report remedy source audit iam
internal/outfile: audit | github.com/google/renameio/v2
cmd/remotion-doctor: doctor/fleet/worker internal/build internal/help internal/config internal/starter internal/complete doctor/candidates doctor/fleet doctor/policytext doctor/infile doctor/setup internal/asked doctor doctor/attach change source/files audit iam iam/policy iam/actions iam/account checks checks/remotion iam/eval iam/excess remedy source source/awsapi report localaws iam/managed source/iac checks/remotion/project iam/accessdenied iam/explain fixtures internal/outfile internal/ending internal/terminal | github.com/spf13/
`

// A rule is what one package may import.
type rule struct{ project, modules []string }

// rules reads the table.
func rules(t *testing.T) map[string]rule {
	t.Helper()
	out := map[string]rule{}
	for line := range strings.Lines(strings.TrimSpace(allowed)) {
		name, rest, ok := strings.Cut(strings.TrimSpace(line), ":")
		if _, twice := out[name]; !ok || twice {
			t.Fatalf("the line %q is no rule, or the second one of its package", line)
		}
		project, modules, _ := strings.Cut(rest, "|")
		out[name] = rule{strings.Fields(project), strings.Fields(modules)}
	}
	return out
}

func TestLayers(t *testing.T) {
	known, seen := rules(t), 0
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
		checkFile(t, known, path)
		return nil
	})
	if err != nil || seen == 0 {
		t.Fatalf("%d files, %v", seen, err)
	}
}

func checkFile(t *testing.T, known map[string]rule, path string) {
	t.Helper()
	pkg := filepath.ToSlash(filepath.Dir(path))
	rules, ok := known[pkg]
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
