package deploy_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/iam/managed"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source/files"
)

// TestReader: the template's role has the grants of reader-policy.json and no
// others, and the Terraform module uses that file.
func TestReader(t *testing.T) {
	t.Parallel()
	required := parsed(t, read(t, "reader-policy.json"))
	list, err := files.Deployments(files.Template{
		Path: "reader.yaml", AccountID: "123456789012", Regions: []string{"us-east-1"},
		Parameters: map[string]string{"AuditorArn": "arn:aws:iam::111122223333:role/auditor", "ExternalId": "an-id"},
	}, files.Overlay{}, managed.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	r, err := doctor.Check(t.Context(), doctor.Options{
		Source: list[0].Source, Regions: []string{"us-east-1"}, Documents: map[string]*policy.Document{"reader": required}, Excess: true,
		Targets: []doctor.Target{{Target: audit.Target{Kind: audit.TargetRole, Name: "Reader"}, Requirements: []string{"reader"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s := &r.Sections[0]
	if !r.OK || s.Error != nil || s.Summary.Pass != s.Summary.Total() || s.Summary.Total() < 30 {
		t.Errorf("the template's role: %+v %+v", s.Summary, s.Error)
	}
	for _, e := range s.Excess {
		t.Errorf("the template's role may do more: %s on %s", e.Action, e.Resource)
	}
	for i := range required.Statements {
		for _, action := range required.Statements[i].Actions {
			_, name, _ := strings.Cut(action, ":")
			if !slices.ContainsFunc([]string{"Get", "List", "Describe", "Simulate"}, func(verb string) bool { return strings.HasPrefix(name, verb) }) {
				t.Errorf("%s does not only read", action)
			}
		}
	}
	module := read(t, "reader/main.tf")
	for _, want := range []string{`policy = file("${path.module}/../reader-policy.json")`, `"sts:ExternalId" = var.external_id`} {
		if !strings.Contains(module, want) {
			t.Errorf("reader/main.tf lacks %s", want)
		}
	}
}

// TestFleet: the template's state machine is state-machine.json, the template is read
// without a gap about its roles, and the worker may do what the auditor's policy
// grants, but for AWS Config's aggregator.
func TestFleet(t *testing.T) {
	t.Parallel()
	template := read(t, "fleet/template.yaml")
	for key, file := range map[string]string{"DefinitionString": "fleet/state-machine.json", "TemplateBody": "reader.yaml"} {
		if within(template, key) != strings.TrimRight(read(t, file), "\n") {
			t.Errorf("%s of the template is not the file that it is a copy of", key)
		}
	}
	list, err := files.Deployments(files.Template{
		Path: "fleet/template.yaml", AccountID: "123456789012", Regions: []string{"us-east-1"},
		Parameters: map[string]string{"ExternalId": "an-id", "CodeBucket": "code"},
	}, files.Overlay{}, managed.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	reads := parsed(t, read(t, "reader-policy.json"))
	required := parsed(t, `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":["organizations:DescribeOrganization","organizations:DescribePolicy","organizations:ListAccountsForParent","organizations:ListOrganizationalUnitsForParent",
			"organizations:ListParents","organizations:ListPoliciesForTarget","organizations:ListRoots","organizations:ListTagsForResource"],"Resource":"*"}]}`)
	r, err := doctor.Check(t.Context(), doctor.Options{
		Source: list[0].Source, Regions: []string{"us-east-1"}, Documents: map[string]*policy.Document{"worker": required, "reader": reads},
		Targets: []doctor.Target{
			{Target: audit.Target{Kind: audit.TargetFunction, Name: "Worker"}, Requirements: []string{"worker", "reader"}},
			{Target: audit.Target{Kind: audit.TargetFunction, Name: "Merge"}, Requirements: []string{"worker"}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Sections {
		if s := &r.Sections[i]; s.Error != nil || s.Summary.Pass != s.Summary.Total() || s.Summary.Total() < 8 {
			t.Errorf("%s: %+v %+v", s.Target, s.Summary, s.Error)
		}
		for _, g := range r.Sections[i].Gaps {
			if g.Kind == "" {
				t.Errorf("a gap: %s", g.String())
			}
		}
	}
	module := read(t, "fleet/terraform/main.tf")
	if !strings.Contains(module, `file("${path.module}/../state-machine.json")`) {
		t.Error("the Terraform module does not use state-machine.json")
	}
	for _, action := range required.Statements[0].Actions {
		if !strings.Contains(module, `"`+action+`"`) {
			t.Errorf("the Terraform module does not grant %s", action)
		}
	}
}

// read is the text of a file.
func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// parsed is the policy of a text.
func parsed(t *testing.T, text string) *policy.Document {
	t.Helper()
	d, err := policy.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// within is the text below a key of a template.
func within(template, key string) string {
	_, rest, _ := strings.Cut(template, key+": |\n")
	var out strings.Builder
	for line := range strings.Lines(rest) {
		if !strings.HasPrefix(line, "        ") && strings.TrimSpace(line) != "" {
			break
		}
		out.WriteString(strings.TrimPrefix(line, "        "))
	}
	return strings.TrimRight(out.String(), "\n")
}
