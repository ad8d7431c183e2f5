package checks

import (
	"strings"
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/policy"
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

// TestModules holds every set to its modules: each statement has one, each
// grant keeps to it, and no text is missing.
func TestModules(t *testing.T) {
	for _, m := range Modules {
		for _, text := range []string{m.Name, m.Title, m.Why, m.Breaks} {
			if text == "" {
				t.Errorf("module %q lacks a text", m.Name)
			}
		}
	}
	counts := map[string]int{"caller 4.0.527": 33, "caller 3.3.54": 27, "renderer 4.0.527": 15, "renderer 3.0.0": 12}
	for _, s := range sets {
		r, err := Required(s.name, s.since, s.partition)
		if err != nil {
			t.Errorf("%s %s %s: %v", s.name, s.since, s.partition, err)
			continue
		}
		if len(r.Modules) != len(r.Document.Statements) {
			t.Errorf("%s: %d modules for %d statements", s.file(), len(r.Modules), len(r.Document.Statements))
		}
	}
	for name, want := range counts {
		kind, version, _ := strings.Cut(name, " ")
		r, err := Required(kind, version, "aws")
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
		version := tt.version
		if version == "" {
			version = Newest
		}
		set, _, err := findSet("caller", version, partition)
		if tt.problem != "" {
			if err == nil || !strings.Contains(err.Error(), tt.problem) {
				t.Errorf("%s %s: error %v, want %q", tt.version, partition, err, tt.problem)
			}
			continue
		}
		if err != nil || set.file() != tt.want {
			t.Errorf("%s %s: %s, %v, want %s", tt.version, partition, set.file(), err, tt.want)
		}
	}
	if r, err := Required("caller", "4.1.0", "aws"); err != nil || len(r.Notes) != 1 {
		t.Errorf("a newer version: notes %v, %v", r.Notes, err)
	}
}

func TestFromDocumentRefuses(t *testing.T) {
	for _, tt := range []struct{ statement, want string }{
		{`{"Sid":"D","Effect":"Deny","Action":"s3:GetObject","Resource":"*"}`, "statement 1 (D) is a Deny"},
		{`{"Effect":"Allow","NotAction":"s3:GetObject","Resource":"*"}`, "has NotAction"},
		{`{"Effect":"Allow","Action":"s3:GetObject","NotResource":"*"}`, "has NotResource"},
		{`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}`, "has a Condition"},
		{`{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}`, "names a Principal"},
		{`{"Effect":"Allow","Action":"*","Resource":"*"}`, "cannot be a requirement"},
		{`{"Effect":"Allow","Action":"s3:Nothing*","Resource":"*"}`, "cannot be a requirement"},
		{`{"Effect":"Allow","Action":"?*:*","Resource":"*"}`, "cannot be a requirement"},
		{`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::${aws:username}/*"}`, "policy variable"},
	} {
		doc, err := policy.Parse(`{"Version":"2012-10-17","Statement":[` + tt.statement + `]}`)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = FromDocument("my.json", doc); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", tt.statement, err, tt.want)
		}
	}
}

func TestFromDocumentExpands(t *testing.T) {
	doc, err := policy.Parse(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:GetBucketL*","s3:UploadPart"],"Resource":"arn:aws:s3:::b"}}`)
	if err != nil {
		t.Fatal(err)
	}
	r, err := FromDocument("my.json", doc)
	if err != nil || len(r.Grants) != 3 || len(r.Notes) != 1 {
		t.Errorf("grants %v, notes %v, %v", r.Grants, r.Notes, err)
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
		r, err := Required(name, "", "aws")
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range r.Grants {
			var samples []string
			for _, n := range needsOf(g, principal(t, roleARN), "eu-west-1", &Scope{}) {
				samples = append(samples, n.samples...)
				for _, arn := range n.samples {
					if !n.names().Contains(arn) {
						t.Errorf("the sample %s is not of %s", arn, n.pattern)
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

// TestExpansionKeepsToResources: s3:Get* on a bucket requires nothing of
// objects, and a pattern of one region is asked about in that region.
func TestExpansionKeepsToResources(t *testing.T) {
	doc, err := policy.Parse(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b"},
		{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"arn:aws:dynamodb:eu-west-1:123456789012:table/t"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	r, err := FromDocument("my.json", doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range r.Grants {
		if a, ok := actions.Lookup(g.Action); !ok || !a.Takes(g.Resource) {
			t.Errorf("%s is required on %s", g.Action, g.Resource)
		}
	}
	plan, err := r.Plan(principal(t, roleARN), Scope{Regions: []string{"us-east-1"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range plan.Probes() {
		if p.Action == "dynamodb:GetItem" && p.Context[0].Values[0] != "eu-west-1" {
			t.Errorf("%s is asked about with %v", p.Resource, p.Context[0])
		}
	}
}

func TestPlanIsSmall(t *testing.T) {
	r, err := Required("caller", "", "aws")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := r.Plan(principal(t, roleARN), Scope{Regions: []string{"us-east-1", "eu-west-1"}})
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

// answers judges one grant with the given verdicts: of the documented pattern,
// and of the samples in turn.
func answers(t *testing.T, strict bool, documented iam.Verdict, samples ...iam.Verdict) audit.Finding {
	t.Helper()
	doc, err := policy.Parse(`{"Version":"2012-10-17","Statement":{"Sid":"F","Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:*:*:function:remotion-render-*"}}`)
	if err != nil {
		t.Fatal(err)
	}
	r, err := FromDocument("f", doc)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := r.Plan(principal(t, roleARN), Scope{Regions: []string{"us-east-1", "eu-west-1"}, Strict: strict})
	if err != nil {
		t.Fatal(err)
	}
	findings, err := plan.Judge(append([]iam.Verdict{documented}, samples...))
	if err != nil {
		t.Fatal(err)
	}
	return findings[0]
}

func TestJudge(t *testing.T) {
	yes := iam.Verdict{Decision: iam.Allowed}
	no := iam.Verdict{Decision: iam.ImplicitDeny}
	deny := iam.Verdict{Decision: iam.ExplicitDeny, Matched: []iam.StatementRef{{Policy: "guard", Sid: "NoDeletes", Effect: policy.Deny, Layer: iam.LayerIdentity}}}
	boundary := iam.Verdict{Decision: iam.ImplicitDeny, BlockedBy: []iam.Layer{iam.LayerBoundary}}
	scp := iam.Verdict{Decision: iam.ExplicitDeny, BlockedBy: []iam.Layer{iam.LayerSCP}}
	missing := iam.Verdict{Decision: iam.ImplicitDeny, MissingContext: []string{"aws:SourceVpc"}}
	lost := iam.Verdict{Problem: "throttled"}
	for _, tt := range []struct {
		name   string
		strict bool
		doc    iam.Verdict
		a, b   iam.Verdict
		status audit.Status
		scope  audit.Scope
		reason string
	}{
		{name: "documented", doc: yes, a: yes, b: yes, status: audit.Pass, scope: audit.ScopeDocumented, reason: "granted as documented"},
		{name: "effective", doc: no, a: yes, b: yes, status: audit.Pass, scope: audit.ScopeEffective, reason: "the documented pattern is wider"},
		{name: "strict", strict: true, doc: no, a: yes, b: yes, status: audit.Partial, reason: "--strict"},
		{name: "strict, undecided", strict: true, doc: lost, a: yes, b: yes, status: audit.Unknown, reason: "throttled"},
		{name: "one region", doc: no, a: yes, b: no, status: audit.Partial, reason: "covers arn:…:us-east-1:…, not arn:…:eu-west-1:…"},
		{name: "nothing", doc: no, a: no, b: no, status: audit.Fail, reason: "no statement grants it"},
		{name: "pattern only", doc: yes, a: no, b: no, status: audit.Partial, reason: "granted as a pattern"},
		{name: "explicit deny", doc: yes, a: yes, b: deny, status: audit.Blocked, reason: `Deny "NoDeletes" in policy guard (a part of it)`},
		{name: "deny of the pattern", doc: deny, a: yes, b: yes, status: audit.Blocked, reason: `Deny "NoDeletes" in policy guard`},
		{name: "boundary", doc: boundary, a: boundary, b: boundary, status: audit.Blocked, reason: "the permissions boundary does not allow it"},
		{name: "organization", doc: scp, a: scp, b: scp, status: audit.Blocked, reason: "a service control policy denies it"},
		{name: "missing context", doc: missing, a: missing, b: missing, status: audit.Unknown, reason: "depends on aws:SourceVpc"},
		{name: "lost", doc: lost, a: yes, b: lost, status: audit.Unknown, reason: "throttled"},
		{name: "lost and denied", doc: lost, a: no, b: lost, status: audit.Fail, reason: "1 more could not be decided"},
		{name: "blocked and lost", doc: lost, a: lost, b: deny, status: audit.Blocked, reason: "NoDeletes"},
		{name: "documented lost", doc: lost, a: yes, b: yes, status: audit.Pass, scope: audit.ScopeEffective},
		{name: "strange", doc: yes, a: iam.Verdict{Decision: "maybe"}, b: yes, status: audit.Unknown, reason: `"maybe"`},
	} {
		f := answers(t, tt.strict, tt.doc, tt.a, tt.b)
		if f.Status != tt.status || f.Scope != tt.scope || !strings.Contains(f.Reason, tt.reason) {
			t.Errorf("%s: %s %s %q, want %s %s %q", tt.name, f.Status, f.Scope, f.Reason, tt.status, tt.scope, tt.reason)
		}
		if len(f.Evidence) != 3 {
			t.Errorf("%s: %d pieces of evidence", tt.name, len(f.Evidence))
		}
	}
}

func TestUsernameVariable(t *testing.T) {
	r, err := Required("caller", "3.0.0", "aws")
	if err != nil {
		t.Fatal(err)
	}
	has := func(arn string) bool {
		plan, err := r.Plan(principal(t, arn), Scope{Regions: []string{"us-east-1"}})
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
