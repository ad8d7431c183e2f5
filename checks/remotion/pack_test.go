package remotion

import (
	"strings"
	"testing"

	"remotion-doctor/checks"
	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
)

const (
	roleARN = "arn:aws:iam::123456789012:role/service-role/video-api-role"
	userARN = "arn:aws:iam::123456789012:user/deployer"
)

func principal(t *testing.T, arn string) iam.Principal {
	t.Helper()
	p, err := iam.NewPrincipal(arn)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPackIsValid(t *testing.T) {
	t.Parallel()
	if err := Pack().Validate(); err != nil {
		t.Error(err)
	}
}

// TestModules holds every set to its modules: each statement has one, each
// grant keeps to it, and no text is missing.
func TestModules(t *testing.T) {
	for _, m := range modules {
		for _, text := range []string{m.Name, m.Title, m.Why, m.Breaks} {
			if text == "" {
				t.Errorf("module %q lacks a text", m.Name)
			}
		}
	}
	counts := map[string]int{"caller 4.0.527": 33, "caller 3.3.54": 27, "renderer 4.0.527": 15, "renderer 3.0.0": 12}
	for _, s := range policies {
		r, err := pack.Required(s.Name, s.Since, s.Partition)
		if err != nil {
			t.Errorf("%s %s %s: %v", s.Name, s.Since, s.Partition, err)
			continue
		}
		if len(r.Modules) != len(r.Document.Statements) {
			t.Errorf("%s: %d modules for %d statements", s.File, len(r.Modules), len(r.Document.Statements))
		}
	}
	for name, want := range counts {
		kind, version, _ := strings.Cut(name, " ")
		r, err := pack.Required(kind, version, "aws")
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Grants) != want {
			t.Errorf("%s has %d grants, want %d", name, len(r.Grants), want)
		}
	}
}

func TestRequiredVersions(t *testing.T) {
	for _, tt := range []struct {
		version, partition, want, problem string
	}{
		{version: "", want: "data/caller-4.0.418.json"},
		{version: "4.0.527", want: "data/caller-4.0.418.json"},
		{version: "4.0.417", want: "data/caller-4.0.61.json"},
		{version: "3.3.54", want: "data/caller-3.3.54.json"},
		{version: "3.3.86", want: "data/caller-3.3.54.json"},
		{version: "v3.0.0", want: "data/caller-3.0.0.json"},
		{version: "4.0.527", partition: "aws-cn", want: "data/caller-4.0.510-aws-cn.json"},
		{version: "2.5.0", problem: "the oldest is that of 3.0.0"},
		{version: "4.0.100", partition: "aws-cn", problem: "the oldest is that of 4.0.510"},
		{version: "4.0.527", partition: "aws-us-gov", problem: "it runs in aws and aws-cn"},
		{version: "latest", problem: "not a version"},
	} {
		partition := tt.partition
		if partition == "" {
			partition = "aws"
		}
		set, _, err := pack.PolicyOf("caller", tt.version, partition)
		if tt.problem != "" {
			if err == nil || !strings.Contains(err.Error(), tt.problem) {
				t.Errorf("%s %s: error %v, want %q", tt.version, partition, err, tt.problem)
			}
			continue
		}
		if err != nil || set.File != tt.want {
			t.Errorf("%s %s: %v, %v, want %s", tt.version, partition, set, err, tt.want)
		}
	}
	if r, err := pack.Required("caller", "4.1.0", "aws"); err != nil || len(r.Notes) != 1 {
		t.Errorf("a newer version: notes %v, %v", r.Notes, err)
	}
}

// TestSamples holds every sample to the required pattern and to a kind of
// resource that the action works on.
func TestSamples(t *testing.T) {
	want := map[string]string{
		"s3:GetObject":                            "arn:aws:s3:::remotionlambda-euwest1-4hd8e2k9xw/sites/my-video/index.html",
		"s3:ListBucket":                           "arn:aws:s3:::remotionlambda-euwest1-4hd8e2k9xw",
		"iam:PassRole":                            "arn:aws:iam::123456789012:role/remotion-lambda-role",
		"iam:SimulatePrincipalPolicy":             roleARN,
		"lambda:InvokeFunction":                   "arn:aws:lambda:eu-west-1:123456789012:function:remotion-render-4-0-527-mem2048mb-disk2048mb-120sec",
		"lambda:GetFunction":                      "arn:aws:lambda:eu-west-1:123456789012:function:remotion-render-4-0-527-mem2048mb-disk2048mb-120sec",
		"lambda:ListFunctions":                    "*",
		"servicequotas:GetServiceQuota":           "arn:aws:servicequotas:eu-west-1:123456789012:lambda/L-B99A9384",
		"servicequotas:GetAWSDefaultServiceQuota": "*",
		"logs:CreateLogGroup":                     "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/remotion-render-4-0-527-mem2048mb-disk2048mb-120sec",
		"lambda:GetLayerVersion":                  "arn:aws:lambda:eu-west-1:678892195805:layer:remotion-binaries-chromium-arm64:30",
	}
	for _, name := range []string{"caller", "renderer"} {
		r, err := pack.Required(name, "", "aws")
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range r.Grants {
			var samples []string
			for _, n := range pack.Extents(g, principal(t, roleARN), "eu-west-1", &checks.Scope{}) {
				samples = append(samples, n.Samples...)
				for _, arn := range n.Samples {
					if !n.Names().Contains(arn) {
						t.Errorf("the sample %s is not of %s", arn, n.Pattern)
					}
				}
			}
			if len(samples) == 0 {
				t.Errorf("%s %s on %s has no sample", name, g.Action, g.Resource)
				continue
			}
			for _, arn := range samples {
				if a, ok := actions.Lookup(g.Action); !ok || !a.Takes(arn) {
					t.Errorf("%s does not work on the sample %s", g.Action, arn)
				}
			}
			if w, ok := want[g.Action]; ok && name == "caller" && !strings.Contains(g.Resource, "Insights") && samples[0] != w {
				t.Errorf("%s: %s, want %s", g.Action, samples[0], w)
			}
		}
	}
}

func TestPlanIsSmall(t *testing.T) {
	r, err := pack.Required("caller", "", "aws")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := r.Plan(principal(t, roleARN), checks.Scope{Regions: []string{"us-east-1", "eu-west-1"}})
	if err != nil {
		t.Fatal(err)
	}
	groups := map[string]bool{}
	for _, p := range plan.Probes() {
		key := ""
		for _, e := range p.Context {
			key += e.Key + e.Values[0]
		}
		if p.Resource == "*" {
			key += "*"
		}
		groups[key] = true
	}
	if len(groups) > 8 { // each is a call of the simulator
		t.Errorf("%d groups of context and kind of resource", len(groups))
	}
}

func TestUsernameVariable(t *testing.T) {
	r, err := pack.Required("caller", "3.0.0", "aws")
	if err != nil {
		t.Fatal(err)
	}
	has := func(arn string) bool {
		plan, err := r.Plan(principal(t, arn), checks.Scope{Regions: []string{"us-east-1"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range plan.Probes() {
			if p.Action == "iam:GetUser" {
				return p.Resource == "arn:aws:iam::*:user/deployer"
			}
		}
		return false
	}
	if !has(userARN) || has(roleARN) {
		t.Errorf("iam:GetUser is asked for the user: %v, for the role: %v", has(userARN), has(roleARN))
	}
}
