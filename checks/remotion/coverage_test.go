package remotion_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/checks/remotion"
	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
)

const worker = "arn:aws:iam::123456789012:role/worker"

// judge audits a role with the given policies against the caller's policy.
func judge(t testing.TB, p eval.Policies, s checks.Scope) []audit.Finding {
	t.Helper()
	r, err := remotion.Pack().Required("caller", "", "aws")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := r.Plan(iam.Principal{ARN: worker, AccountID: "123456789012"}, s)
	if err != nil {
		t.Fatal(err)
	}
	e := eval.NewEvaluator(worker, p)
	proven := plan.Analyze(t.Context(), e)
	verdicts, err := e.Evaluate(t.Context(), plan.Probes())
	if err != nil {
		t.Fatal(err)
	}
	findings, err := plan.Judge(verdicts, proven, checks.Doubts{})
	if err != nil {
		t.Fatal(err)
	}
	return findings
}

func identity(t testing.TB, statements ...string) eval.Policies {
	t.Helper()
	doc, err := policy.Parse(`{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`)
	if err != nil {
		t.Fatal(err)
	}
	return eval.Policies{Identity: []eval.Policy{{Name: "worker", Document: doc}}}
}

func limit(t *testing.T, p eval.Policies, statement string) eval.Policies {
	b := identity(t, statement).Identity[0]
	b.Name = "limit"
	p.Boundary = &b
	return p
}

// TestStories are what users do with roles, and what they should be told.
func TestStories(t *testing.T) {
	const (
		bucketActions = `"Action":["s3:CreateBucket","s3:ListBucket"]`
		objectActions = `"Action":["s3:GetObject","s3:PutObject"]`
	)
	allow := func(rest string) string { return `{"Effect":"Allow",` + rest + `}` }
	one, two := []string{"us-east-1"}, []string{"us-east-1", "eu-west-1"}
	for _, tt := range []struct {
		name               string
		policies           eval.Policies
		regions            []string
		bucket, function   string
		action             string
		status             audit.Status
		scope              audit.Scope
		granted, notGrated string
		layer              iam.Layer
		reason             string
	}{
		{
			name: "narrowed to account and region", regions: one, action: "lambda:InvokeFunction",
			policies: identity(t, allow(`"Action":"lambda:*","Resource":"arn:aws:lambda:us-east-1:123456789012:function:remotion-render-*"`)),
			status:   audit.Pass, scope: audit.ScopeEffective,
		},
		{
			name: "bucket of the region", regions: one, action: "s3:CreateBucket",
			policies: identity(t, allow(bucketActions+`,"Resource":"arn:aws:s3:::remotionlambda-useast1-*"`)),
			status:   audit.Pass, scope: audit.ScopeEffective,
		},
		{
			name: "bucket of one region of two", regions: two, action: "s3:CreateBucket",
			policies: identity(t, allow(bucketActions+`,"Resource":"arn:aws:s3:::remotionlambda-useast1-*"`)),
			status:   audit.Partial, granted: "arn:aws:s3:::remotionlambda-useast1-4hd8e2k9xw", notGrated: "arn:aws:s3:::remotionlambda-euwest1-4hd8e2k9xw",
			layer: iam.LayerIdentity, reason: "covers arn:…:remotionlambda-useast1-4hd8e2k9xw, not arn:…:remotionlambda-euwest1-4hd8e2k9xw",
		},
		{
			name: "function of one region of two", regions: two, action: "lambda:InvokeFunction",
			policies: identity(t, allow(`"Action":"lambda:*","Resource":"arn:aws:lambda:us-east-1:*:function:remotion-render-*"`)),
			status:   audit.Partial, reason: "covers arn:…:us-east-1:…, not arn:…:eu-west-1:…",
		},
		{
			name: "a part is denied", regions: one, action: "s3:GetObject",
			policies: identity(t, allow(objectActions+`,"Resource":"arn:aws:s3:::remotionlambda-*"`), `{"Sid":"Prod","Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::remotionlambda-prod*"}`),
			status:   audit.Blocked, granted: "arn:aws:s3:::remotionlambda-useast1-4hd8e2k9xw/sites/my-video/index.html",
			notGrated: "arn:aws:s3:::remotionlambda-prod-4hd8e2k9xw/sites/my-video/index.html", layer: iam.LayerIdentity, reason: `Deny "Prod" in policy worker (a part of it)`,
		},
		{
			name: "a part is denied, but not the bucket in use", regions: one, bucket: "remotionlambda-useast1-abc", action: "s3:GetObject",
			policies: identity(t, allow(objectActions+`,"Resource":"arn:aws:s3:::remotionlambda-*"`), `{"Sid":"Prod","Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::remotionlambda-prod*"}`),
			status:   audit.Pass, scope: audit.ScopeEffective,
		},
		{
			name: "objects on objects", regions: one, action: "s3:PutObject",
			policies: identity(t, allow(objectActions+`,"Resource":"arn:aws:s3:::remotionlambda-*/*"`), allow(bucketActions+`,"Resource":"arn:aws:s3:::remotionlambda-*"`)),
			status:   audit.Pass, scope: audit.ScopeEffective,
		},
		{
			name: "buckets beside objects", regions: one, action: "s3:ListBucket",
			policies: identity(t, allow(objectActions+`,"Resource":"arn:aws:s3:::remotionlambda-*/*"`), allow(bucketActions+`,"Resource":"arn:aws:s3:::remotionlambda-*"`)),
			status:   audit.Pass, scope: audit.ScopeDocumented,
		},
		{
			name: "buckets on objects", regions: one, action: "s3:CreateBucket",
			policies: identity(t, allow(bucketActions+`,"Resource":"arn:aws:s3:::remotionlambda-*/*"`)),
			status:   audit.Fail, notGrated: "arn:aws:s3:::remotionlambda-useast1-4hd8e2k9xw", reason: "no statement grants it",
		},
		{
			name: "two halves make a whole", regions: two, action: "s3:CreateBucket",
			policies: identity(t, allow(bucketActions+`,"Resource":["arn:aws:s3:::remotionlambda-useast1-*","arn:aws:s3:::remotionlambda-euwest1-*"]`)),
			status:   audit.Pass, scope: audit.ScopeEffective,
		},
		{
			name: "all but some", regions: one, action: "lambda:InvokeFunction",
			policies: identity(t, allow(`"Action":"lambda:InvokeFunction","NotResource":"arn:aws:lambda:*:*:function:remotion-render-3-*"`)),
			status:   audit.Partial, granted: "arn:aws:lambda:us-east-1:123456789012:function:remotion-render-4-0-527-mem2048mb-disk2048mb-120sec",
			notGrated: "arn:aws:lambda:us-east-1:123456789012:function:remotion-render-3-3-101-mem3009mb-disk10240mb-900sec",
		},
		{
			name: "the function in use", regions: one, function: "remotion-render-4-0-1-mem2048mb-disk2048mb-120sec", action: "lambda:InvokeFunction",
			policies: identity(t, allow(`"Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:us-east-1:123456789012:function:remotion-render-4-0-1-mem2048mb-disk2048mb-120sec"`)),
			status:   audit.Pass, scope: audit.ScopeEffective,
		},
		{
			name: "another function", regions: one, function: "remotion-render-4-0-2-mem2048mb-disk2048mb-120sec", action: "lambda:InvokeFunction",
			policies: identity(t, allow(`"Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:us-east-1:123456789012:function:remotion-render-4-0-1-*"`)),
			status:   audit.Fail,
		},
		{
			name: "through the boundary", regions: one, action: "s3:GetObject",
			policies: limit(t, identity(t, allow(objectActions+`,"Resource":"*"`)), allow(`"Action":"s3:*","Resource":"arn:aws:s3:::remotionlambda-useast1-*/sites/*"`)),
			status:   audit.Blocked, granted: "arn:aws:s3:::remotionlambda-useast1-4hd8e2k9xw/sites/my-video/index.html",
			notGrated: "arn:aws:s3:::remotionlambda-useast1-4hd8e2k9xw/renders/8h3k2j9x1m/out.mp4", layer: iam.LayerBoundary,
		},
		{
			name: "a key that is not known", regions: one, action: "s3:GetObject",
			policies: identity(t, allow(objectActions+`,"Resource":"*","Condition":{"StringEquals":{"aws:SourceVpc":["vpc-1","vpc-2"]}}`)),
			status:   audit.Unknown, reason: "depends on aws:SourceVpc (Allow where StringEquals vpc-1, vpc-2)",
		},
		{
			name: "a key that is not known, for a part", regions: one, action: "s3:GetObject",
			policies: identity(t, allow(objectActions+`,"Resource":"*"`), `{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::*/renders/*","Condition":{"StringNotEquals":{"aws:SourceVpc":"vpc-1"}}}`),
			status:   audit.Unknown, reason: "depends on aws:SourceVpc (Deny where StringNotEquals vpc-1)",
		},
		{
			name: "a value that the deploy will tell", regions: one, action: "s3:GetObject",
			policies: identity(t, allow(objectActions+`,"Resource":"arn:aws:s3:::`+policy.Unknown("the bucket's name")+`/*"`)),
			status:   audit.Unknown, reason: "depends on the bucket's name, which is not known before the deploy",
		},
		{
			name: "a data perimeter", regions: one, action: "s3:GetObject",
			policies: identity(t, allow(`"Action":"*","Resource":"*"`), `{"Sid":"Perimeter","Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}}}`),
			status:   audit.Pass, scope: audit.ScopeDocumented,
		},
		{
			name: "a data perimeter, and layers of another account", regions: one, action: "lambda:GetLayerVersion",
			policies: identity(t, allow(`"Action":"*","Resource":"*"`), `{"Sid":"Perimeter","Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}}}`),
			status:   audit.Blocked, reason: `Deny "Perimeter" in policy worker`,
		},
		{
			name: "a key and its negation", regions: one, action: "s3:GetObject",
			policies: identity(t, allow(objectActions+`,"Resource":"*","Condition":{"StringEquals":{"aws:SourceVpc":"vpc-1"}}`), allow(objectActions+`,"Resource":"arn:aws:s3:::remotionlambda-*","Condition":{"StringNotEquals":{"aws:SourceVpc":"vpc-1"}}`)),
			status:   audit.Pass, scope: audit.ScopeDocumented,
		},
		{
			name: "a key and its negation, for a part", regions: one, action: "s3:GetObject",
			policies: identity(t, allow(objectActions+`,"Resource":"*","Condition":{"StringEquals":{"aws:SourceVpc":"vpc-1"}}`), allow(objectActions+`,"Resource":"arn:aws:s3:::remotionlambda-*/sites/*","Condition":{"StringNotEquals":{"aws:SourceVpc":"vpc-1"}}`)),
			status:   audit.Unknown, reason: "depends on aws:SourceVpc",
		},
		{
			name: "the branches of an Fn::If", regions: one, action: "s3:GetObject",
			policies: identity(t, allow(objectActions+`,"Resource":"*","Condition":{"StringEquals":{"`+policy.UnknownKey("condition Prod")+`":"known"}}`), allow(objectActions+`,"Resource":"arn:aws:s3:::remotionlambda-*","Condition":{"StringEquals":{"`+policy.UnknownKey(policy.Otherwise("condition Prod"))+`":"known"}}`)),
			status:   audit.Pass, scope: audit.ScopeDocumented,
		},
		{
			name: "region by condition", regions: two, action: "lambda:InvokeFunction",
			policies: identity(t, allow(`"Action":"lambda:*","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}`)),
			status:   audit.Partial, reason: "covers arn:…:us-east-1:…, not arn:…:eu-west-1:…",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			findings := judge(t, tt.policies, checks.Scope{Regions: tt.regions, Bucket: tt.bucket, Function: tt.function})
			i := slices.IndexFunc(findings, func(f audit.Finding) bool { return f.Action == tt.action })
			f := findings[i]
			if f.Status != tt.status || f.Scope != tt.scope || !strings.Contains(f.Reason, tt.reason) {
				t.Errorf("%s %s %q, want %s %s %q", f.Status, f.Scope, f.Reason, tt.status, tt.scope, tt.reason)
			}
			if tt.granted != "" && f.Granted != tt.granted || tt.notGrated != "" && f.NotGranted != tt.notGrated || tt.layer != "" && f.Layer != tt.layer {
				t.Errorf("granted %s, not granted %s by %s; want %s, %s by %s", f.Granted, f.NotGranted, f.Layer, tt.granted, tt.notGrated, tt.layer)
			}
		})
	}
}

// managed10 is ten AWS managed policies of one principal.
func managed10(t testing.TB) eval.Policies {
	t.Helper()
	data, err := os.ReadFile("../../fixtures/bench/inputs.json")
	if err != nil {
		t.Fatal(err)
	}
	var in struct {
		Sets map[string][]struct {
			Name   string           `json:"name"`
			Policy *policy.Document `json:"policy"`
		} `json:"sets"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		t.Fatal(err)
	}
	var p eval.Policies
	for _, d := range in.Sets["managed10"] {
		p.Identity = append(p.Identity, eval.Policy{Name: d.Name, Document: d.Policy})
	}
	return p
}

// BenchmarkCoverage is the whole analysis of the newest caller policy against a
// principal with ten managed policies: planning, classes, verdicts, judgement.
func BenchmarkCoverage(b *testing.B) {
	r, err := remotion.Pack().Required("caller", "", "aws")
	if err != nil {
		b.Fatal(err)
	}
	p := managed10(b)
	e := eval.NewEvaluator(worker, p)
	b.ReportAllocs()
	for b.Loop() {
		plan, err := r.Plan(iam.Principal{ARN: worker, AccountID: "123456789012"}, checks.Scope{Regions: []string{"us-east-1"}})
		if err != nil {
			b.Fatal(err)
		}
		proven := plan.Analyze(b.Context(), e)
		verdicts, err := e.Evaluate(b.Context(), plan.Probes())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := plan.Judge(verdicts, proven, checks.Doubts{}); err != nil {
			b.Fatal(err)
		}
	}
}
