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

// requirementOf makes a requirement of statements.
func requirementOf(t *testing.T, statements string) *Requirement {
	t.Helper()
	doc, err := policy.Parse(`{"Version":"2012-10-17","Statement":[` + statements + `]}`)
	if err != nil {
		t.Fatal(err)
	}
	r, err := FromDocument("mine.json", doc)
	if err != nil {
		t.Fatal(err)
	}
	return r
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

// answers judges one grant with the given verdicts: of the documented pattern,
// and of the samples in turn.
func answers(t *testing.T, strict bool, documented iam.Verdict, samples ...iam.Verdict) audit.Finding {
	t.Helper()
	doc, err := policy.Parse(`{"Version":"2012-10-17","Statement":{"Sid":"F","Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:*:*:function:worker-*"}}`)
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
	findings, err := plan.Judge(append([]iam.Verdict{documented}, samples...), Sampled{Why: "a test"}, Doubts{})
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
