package report

import (
	"fmt"
	"strings"
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

const secretPolicy = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "CanarySid",
      "Effect": "Deny",
      "NotPrincipal": { "AWS": "arn:aws:iam::555566667777:role/CanaryOther" },
      "Action": "s3:DeleteBucket",
      "Resource": [ "arn:aws:s3:::CanaryBucket/CanaryKey/*", "arn:aws:s3:::remotionlambda-useast1-CanarySuffix" ],
      "Condition": { "StringEquals": { "aws:PrincipalTag/CanaryTag": "CanaryTeam", "aws:RequestedRegion": "us-east-1" }, "IpAddress": { "aws:SourceIp": "203.0.113.7/32" } }
    }
  ]
}`

// secret is a report in which everything that tells whose it is holds the word
// Canary, 5555, an address or an id.
func secret(t testing.TB) *audit.Report {
	t.Helper()
	doc, err := policy.Parse(secretPolicy)
	if err != nil {
		t.Fatal(err)
	}
	ref := iam.StatementRef{Policy: "CanaryPolicy", Sid: "CanarySid", Index: 0, Effect: policy.Deny, File: "/home/Canary/infra/CanaryTemplate.yaml"}
	return newReport(audit.Section{
		Target:      audit.Target{Kind: audit.TargetInstance, Name: "i-0a1b2c3d4e5f67890"},
		Principal:   iam.Principal{ARN: "arn:aws:iam::555566667777:role/CanaryPath/CanaryRole", AccountID: "555566667777"},
		Requirement: audit.Requirement{Name: "Canary.json", Digest: "sha256:Canary"}, Regions: []string{"us-east-1"},
		Modules:  []audit.Module{{Name: "canary", Title: "CanaryModule", Sid: "CanaryModule"}},
		Location: &iam.Location{File: "/home/Canary/infra/CanaryTemplate.yaml", Position: policy.Position{Line: 3, Column: 1}},
		Notes:    []string{"CanaryRole of account 555566667777 in vpc-0123456789abcdef0 was read from /home/Canary/package.json; ask Canary.Owner@example.org"},
		Findings: []audit.Finding{{
			Module: "canary", Sid: "CanaryModule", Action: "s3:DeleteBucket", Resource: "arn:aws:s3:::CanaryBucket", Status: audit.Blocked, Layer: iam.LayerIdentity,
			NotGranted: "arn:aws:lambda:us-east-1:555566667777:function:CanaryFunction:CanaryAlias", Reason: `Deny "CanarySid" in policy CanaryPolicy stops CanaryRole`,
			Statements: []iam.StatementRef{ref}, MissingContext: []string{"aws:PrincipalTag/CanaryTag"},
			Evidence: []audit.Evidence{{
				Resource: "arn:aws:s3:::CanaryBucket", Context: iam.Context{{Key: "aws:SourceVpc", Type: iam.String, Values: []string{"vpc-0123456789abcdef0"}}, {Key: "aws:PrincipalTag/CanaryTag", Type: iam.String, Values: []string{"CanaryTeam"}}},
				Verdict: &iam.Verdict{Decision: iam.ExplicitDeny, Matched: []iam.StatementRef{ref}, Problem: "request 01234567-89ab-cdef-0123-456789abcdef to https://Canary.internal:4566/ failed"},
			}},
			Muted: &audit.Muted{By: audit.MutedByWaiver, Reason: "Canary reason", Owner: "Canary owner", Expires: "2027-01-01"},
		}},
		Obstacles:   []audit.Obstacle{{Actions: []string{"s3:DeleteBucket"}, Resource: "arn:aws:s3:::CanaryBucket", Reason: `Deny "CanarySid"`, Advice: "ask who owns CanaryPolicy", Statements: []iam.StatementRef{ref}}},
		Remediation: doc,
		Policies:    []audit.PolicyRecord{{Name: "CanaryPolicy", Layer: iam.LayerIdentity, Digest: "sha256:Canary", File: "Canary.json", Statements: []audit.Quote{{Sid: "CanarySid", Text: doc.Text(&doc.Statements[0])}}}},
		Excess:      []iam.Excess{{Statement: ref, Action: "iam:PassRole", Resource: "*", Example: "arn:aws:iam::555566667777:role/CanaryAdmin", Why: "hands on arn:aws:iam::555566667777:role/CanaryAdmin"}},
	}, audit.Section{
		Target: audit.Target{Kind: audit.TargetFunction, Name: "CanaryFunction"}, Requirement: audit.Requirement{Name: "caller"},
		Error: &audit.Problem{Message: "looking up the function CanaryFunction: arn:aws:sts::555566667777:assumed-role/CanaryRole/CanarySession may not", Hint: "ask Canary.Owner@example.org"},
	})
}

func TestRedact(t *testing.T) {
	r := secret(t)
	r.Caller = "arn:aws:sts::555566667777:assumed-role/CanaryRole/Canary.Owner@example.org"
	out, err := Redact(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range Formats() {
		text := render(t, out, f)
		for _, word := range []string{"canary", "5555", "0a1b2c3d", "0123456789abcdef", "01234567-89ab", "203.0.113", "example.org"} {
			if i := strings.Index(strings.ToLower(text), word); i >= 0 {
				t.Errorf("%s tells %q: %s", f, word, text[max(0, i-80):min(len(text), i+80)])
			}
		}
	}
	golden(t, "testdata/redacted.json.golden", []byte(render(t, out, FormatJSON)))
	if state, err := Verify([]byte(render(t, out, FormatJSON))); state != Intact || err != nil {
		t.Errorf("%v, %v", state, err)
	}
}

// TestRedactIsConsistent: what is the same stays the same, what differs stays
// different, and what is published stays readable.
func TestRedactIsConsistent(t *testing.T) {
	out, err := Redact(secret(t))
	if err != nil {
		t.Fatal(err)
	}
	s := &out.Sections[0]
	role := s.Principal.Name()
	if !strings.Contains(s.Findings[0].Reason, role) || !strings.Contains(s.Notes[0], role) || !strings.Contains(out.Sections[1].Error.Message, role) {
		t.Errorf("the role %s has other names in sentences: %q, %q, %q", role, s.Findings[0].Reason, s.Notes[0], out.Sections[1].Error.Message)
	}
	if f := s.Findings[0]; f.Statements[0].Policy != s.Policies[0].Name || f.Statements[0].File != s.Location.File || !strings.Contains(f.Reason, f.Statements[0].Sid) {
		t.Errorf("%+v, %+v", f.Statements[0], s.Policies[0])
	}
	if !strings.Contains(out.Sections[1].Target.Name, "function-") || !strings.Contains(s.Findings[0].NotGranted, ":"+out.Sections[1].Target.Name+":") {
		t.Errorf("%s, %s", out.Sections[1].Target.Name, s.Findings[0].NotGranted)
	}
	demo := readReport(t, "testdata/demo.json")
	again, err := Redact(demo)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for i := range demo.Sections {
		for j := range demo.Sections[i].Findings {
			a, b := &demo.Sections[i].Findings[j], &again.Sections[i].Findings[j]
			if a.Action != b.Action || a.Status != b.Status || a.Resource != b.Resource {
				t.Fatalf("%s on %s became %s on %s", a.Action, a.Resource, b.Action, b.Resource)
			}
		}
		arn, to := demo.Sections[i].Principal.ARN, again.Sections[i].Principal.ARN
		if seen[to] != "" && seen[to] != arn {
			t.Errorf("%s and %s are both %s", arn, seen[to], to)
		}
		seen[to] = arn
		if _, err := iam.NewPrincipal(to); err != nil {
			t.Errorf("%s became %s: %v", arn, to, err)
		}
	}
}

func TestRedactKeeps(t *testing.T) {
	red := newRedactor()
	for _, public := range []string{
		"arn:aws:s3:::remotionlambda-*", "arn:aws:s3:::remotionlambda-useast1-*", "arn:aws:lambda:*:678892195805:layer:remotion-binaries-*",
		"arn:aws:lambda:*:580247275435:layer:LambdaInsightsExtension*", "arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::*:role/remotion-lambda-role",
		"arn:aws:logs:*:*:log-group:/aws/lambda/remotion-render-*", "arn:aws:lambda:*:*:function:remotion-render-*", "lambda.amazonaws.com", "us-east-1",
	} {
		if got := red.treat(public, full); got != public {
			t.Errorf("%s became %s", public, got)
		}
	}
	for _, private := range []string{
		"arn:aws:s3:::remotionlambda-useast1-a1b2c3", "arn:aws:iam::123456789012:role/x7", "123456789012", "o-a1b2c3d4e5", "AKIAIOSFODNN7EXAMPLE",
		"arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef", `C:\Users\me\x.json`, "10.0.0.1",
	} {
		if got := red.treat(private, full); got == private {
			t.Errorf("%s stayed", private)
		}
	}
	if got := fmt.Sprint(red.treat("account 123456789012", full), red.treat("arn:aws:iam::123456789012:role/x7", full)); strings.Count(got, "000000000001") != 2 {
		t.Errorf("the account has several placeholders: %s", got)
	}
}
