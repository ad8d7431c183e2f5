package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// reports are the values that every format is rendered from: the demo; hostile
// text; every status, layer, long names, non-ASCII and what else a report can
// hold; no findings at all; a target that could not be checked. Each comes out
// of JSON, since every format must be possible from that alone.
func reports(t testing.TB) map[string]*audit.Report {
	t.Helper()
	out := map[string]*audit.Report{
		"every": every(t), "none": newReport(), "nothing": newReport(audit.Section{Target: audit.Target{Kind: audit.TargetRole, Name: "idle"}, Requirement: audit.Requirement{Name: "empty.json"}}),
		"error": newReport(audit.Section{
			Target: audit.Target{Kind: audit.TargetFunction, Name: "gone"}, Requirement: audit.Requirement{Name: "caller"},
			Error: &audit.Problem{Message: "looking up the function gone: Lambda knows no such function", Hint: "look at the name and the region", ExitCode: 3},
		}),
	}
	for name, r := range out {
		out[name] = reread(t, r)
	}
	out["demo"] = readReport(t, "testdata/demo.json")
	out["hostile"] = readReport(t, "testdata/hostile.json")
	return out
}

func newReport(sections ...audit.Section) *audit.Report {
	r := &audit.Report{
		SchemaVersion: audit.SchemaVersion, Tool: audit.Tool{Name: "remotion-doctor", Version: "1.2.3"}, Engine: audit.EngineLocal,
		GeneratedAt: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), OK: true, Sections: []audit.Section{},
	}
	for _, s := range sections {
		s.Summary = audit.Summarize(s.Findings)
		r.OK = r.OK && s.Error == nil && s.Summary.Pass == s.Summary.Total()
		r.Sections = append(r.Sections, filled(s))
	}
	return r
}

// filled gives a section the empty lists that the JSON form wants.
func filled(s audit.Section) audit.Section {
	s.Regions = append([]string{}, s.Regions...)
	s.Modules = append([]audit.Module{}, s.Modules...)
	s.Findings = append([]audit.Finding{}, s.Findings...)
	s.Operations = append([]audit.Operation{}, s.Operations...)
	s.Obstacles = append([]audit.Obstacle{}, s.Obstacles...)
	for i := range s.Findings {
		f := &s.Findings[i]
		f.Statements = append([]iam.StatementRef{}, f.Statements...)
		f.MissingContext = append([]string{}, f.MissingContext...)
		f.Evidence = append([]audit.Evidence{}, f.Evidence...)
	}
	return s
}

// reread passes a report through its JSON form.
func reread(t testing.TB, r *audit.Report) *audit.Report {
	t.Helper()
	if err := Seal(r); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	out, err := ReadJSON(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const guard = `{
  "Version": "2012-10-17",
  "Statement": [
    { "Effect": "Allow", "Action": "s3:*", "Resource": "*" },
    {
      "Sid": "NoDeletes",
      "Effect": "Deny",
      "Action": "s3:DeleteBucket",
      "Resource": "*"
    }
  ]
}`

// ref points at a statement of guard.
func ref(t testing.TB, index int, layer iam.Layer, file string) iam.StatementRef {
	t.Helper()
	doc, err := policy.Parse(guard)
	if err != nil {
		t.Fatal(err)
	}
	s := &doc.Statements[index]
	lines := policy.NewLines(guard)
	return iam.StatementRef{Policy: "guard", Sid: s.Sid, Index: index, Effect: s.Effect, Layer: layer, File: file, Start: lines.At(s.Span.Start), End: lines.At(s.Span.End)}
}

func record(t testing.TB) audit.PolicyRecord {
	t.Helper()
	doc, err := policy.Parse(guard)
	if err != nil {
		t.Fatal(err)
	}
	out := audit.PolicyRecord{Name: "guard", Layer: iam.LayerIdentity, Digest: "sha256:1111111111111111111111111111111111111111111111111111111111111111"}
	for i := range doc.Statements {
		s := &doc.Statements[i]
		out.Statements = append(out.Statements, audit.Quote{Sid: s.Sid, Index: i, Start: policy.NewLines(guard).At(s.Span.Start), Text: doc.Text(s)})
	}
	return out
}

// every is a report that has everything.
func every(t testing.TB) *audit.Report {
	t.Helper()
	allow, deny := ref(t, 0, iam.LayerIdentity, ""), ref(t, 1, iam.LayerIdentity, "")
	inFile := ref(t, 1, iam.LayerIdentity, "infra/template.yaml")
	long := "lambda:" + strings.Repeat("AReallyLongActionName", 5)
	bucket := "arn:aws:s3:::remotionlambda-*"
	layers := []iam.Layer{iam.LayerRCP, iam.LayerSCP, iam.LayerResource, iam.LayerIdentity, iam.LayerBoundary, iam.LayerSession}
	s := audit.Section{
		Target:      audit.Target{Kind: audit.TargetFunction, Name: "video-api"},
		Principal:   iam.Principal{ARN: "arn:aws:iam::123456789012:role/service-role/video-api-role-x7", AccountID: "123456789012"},
		Requirement: audit.Requirement{Name: "caller", Version: "4.0.527", VersionFrom: "package-lock.json", Digest: "sha256:2222222222222222222222222222222222222222222222222222222222222222"},
		Regions:     []string{"us-east-1", "eu-west-1"}, Coverage: audit.CoverageProven, Usage: audit.Usage{Calls: 7, Probes: 99},
		Location: &iam.Location{File: "infra/template.yaml", Position: policy.Position{Line: 42, Column: 3}},
		Notes:    []string{"no region was given: us-east-1 is checked; name yours with --region"},
		Modules: []audit.Module{
			{Name: "storage", Title: "Storage", Sid: "Storage", Why: "Renders and sites live in a bucket.", Breaks: "deploySite() cannot upload."},
			{Name: "function-management", Title: "Function management", Why: "The functions that render.", Breaks: "Without lambda:InvokeFunction nothing renders."},
			{Name: "layers", Title: "名前 Ünïcode", Why: "Every layer.", Breaks: "Nothing works."},
			{Name: "quotas", Title: "Quotas", Why: "Quotas.", Breaks: "Only `quotas` fails."},
		},
		Findings: []audit.Finding{
			{Module: "storage", Sid: "Storage", Action: "s3:GetObject", Resource: bucket, Status: audit.Pass, Scope: audit.ScopeDocumented, Reason: "granted as documented", Statements: []iam.StatementRef{allow}},
			{Module: "storage", Sid: "Storage", Action: "s3:ListBucket", Resource: bucket, Status: audit.Pass, Scope: audit.ScopeEffective, Reason: "granted for this account and these regions", Effective: []string{"arn:aws:s3:::remotionlambda-useast1-*", "arn:aws:s3:::remotionlambda-euwest1-*"}},
			{
				Module: "storage", Sid: "Storage", Action: "s3:PutObject", Resource: bucket, Status: audit.Partial, Layer: iam.LayerIdentity, Reason: "granted in part",
				Granted: "arn:aws:s3:::remotionlambda-useast1-a1b2c3d4e5/sites/x", NotGranted: "arn:aws:s3:::remotionlambda-euwest1-a1b2c3d4e5/sites/x",
				Effective: []string{"arn:aws:s3:::remotionlambda-useast1-*/*", "arn:aws:s3:::remotionlambda-euwest1-*/*"},
				Evidence: []audit.Evidence{
					{Resource: bucket, Documented: true, Context: iam.Context{{Key: "aws:RequestedRegion", Type: iam.String, Values: []string{"us-east-1"}}}, Verdict: &iam.Verdict{Decision: iam.ImplicitDeny}},
					{Resource: "arn:aws:s3:::remotionlambda-useast1-a1b2c3d4e5/sites/x", Region: "us-east-1", Verdict: &iam.Verdict{Decision: iam.Allowed, Matched: []iam.StatementRef{allow}, Layers: []iam.LayerDecision{{Layer: iam.LayerSCP, Decision: iam.Allowed}, {Layer: iam.LayerIdentity, Decision: iam.Allowed}}}},
					{Resource: "arn:aws:s3:::remotionlambda-euwest1-a1b2c3d4e5/sites/x", Region: "eu-west-1", Verdict: &iam.Verdict{Problem: "throttled"}},
				},
			},
			{Module: "storage", Sid: "Storage", Action: "s3:DeleteBucket", Resource: bucket, Status: audit.Blocked, Layer: iam.LayerIdentity, NotGranted: bucket, Reason: `Deny "NoDeletes" in policy guard`, Statements: []iam.StatementRef{deny}, Evidence: []audit.Evidence{{Resource: bucket, Documented: true, Verdict: &iam.Verdict{Decision: iam.ExplicitDeny, Matched: []iam.StatementRef{deny}, BlockedBy: []iam.Layer{iam.LayerIdentity}}}}},
			{Module: "storage", Sid: "Storage", Action: "s3:PutBucketPolicy", Resource: bucket, Status: audit.Blocked, Layer: iam.LayerIdentity, Reason: `Deny "NoDeletes" in policy guard`, Statements: []iam.StatementRef{inFile}},
			{Module: "storage", Sid: "Storage", Action: "s3:PutBucketTagging", Resource: bucket, Status: audit.Fail, Layer: iam.LayerIdentity, Reason: "no statement grants it", NotGranted: bucket},
			{Module: "function-management", Sid: "Fns", Action: "lambda:TagResource", Resource: "arn:aws:lambda:*:*:function:remotion-render-*", Status: audit.Fail, Layer: iam.LayerIdentity, Reason: "no statement grants it", NotGranted: "arn:aws:lambda:us-east-1:123456789012:function:remotion-render-x"},
			{Module: "function-management", Sid: "Fns", Action: long, Resource: "arn:aws:lambda:*:*:function:" + strings.Repeat("long-", 40) + "*", Status: audit.Unknown, Reason: "depends on aws:SourceVpc: give it with --context", MissingContext: []string{"aws:SourceVpc"}, Evidence: []audit.Evidence{{Resource: "*", Verdict: &iam.Verdict{Decision: iam.Allowed, MissingContext: []string{"aws:SourceVpc"}, UnknownAction: true}}}},
			{Module: "quotas", Sid: "Quotas", Action: "servicequotas:GetServiceQuota", Resource: "*", Status: audit.Fail, Layer: iam.LayerIdentity, Reason: "no statement grants it", Muted: &audit.Muted{By: audit.MutedByWaiver, Reason: "quotas are raised by hand", Owner: "video team", Expires: "2027-01-31"}},
			{Module: "quotas", Sid: "Quotas", Action: "servicequotas:ListServices", Resource: "*", Status: audit.Fail, Layer: iam.LayerIdentity, Reason: "no statement grants it", Muted: &audit.Muted{By: audit.MutedByBaseline, Since: "2026-10-01"}},
		},
		Operations: []audit.Operation{
			{Name: "render", Status: audit.Works},
			{Name: "progress", Status: audit.Works},
			{Name: "download", Status: audit.Works},
			{Name: "deploy-function", Title: "deploy function", Status: audit.Degraded, Because: []string{"lambda:TagResource"}, Causes: []audit.Cause{{Action: "lambda:TagResource", Call: "TagResource in deployFunction()", Consequence: "the function has no tags", Soft: true}}},
			{Name: "deploy-site", Title: "deploy site", Status: audit.Fails, Because: []string{"s3:PutObject", "s3:PutBucketPolicy"}, Causes: []audit.Cause{
				{Action: "s3:PutObject", Call: "PutObject in deploySite()", Consequence: "the site is not uploaded", NotGranted: "arn:aws:s3:::remotionlambda-euwest1-a1b2c3d4e5/sites/x"},
				{Action: "s3:PutBucketPolicy", Call: "PutBucketPolicy in createBucket()", Consequence: "an ACL is set instead", Soft: true, Undecided: true},
			}},
			{Name: "quotas", Status: audit.Undecided, Because: []string{"servicequotas:GetServiceQuota"}},
		},
		Remediation: &policy.Document{Version: policy.Version2012, Statements: []policy.Statement{{Sid: "Storage", Effect: policy.Allow, Actions: []string{"s3:PutBucketTagging", "s3:PutObject"}, Resources: []string{bucket}}}},
		Verified:    true,
		Obstacles: []audit.Obstacle{
			{Actions: []string{"s3:DeleteBucket", "s3:PutBucketPolicy"}, Resource: bucket, Layer: iam.LayerIdentity, Statements: []iam.StatementRef{deny}, Reason: `Deny "NoDeletes" in policy guard`, Advice: `remove or narrow the statement "NoDeletes"; no grant outweighs a Deny`},
			{Actions: []string{"s3:Byscp"}, Resource: "*", Layer: iam.LayerSCP, Statements: []iam.StatementRef{}, Reason: "a service control policy denies it", Advice: "ask", Owner: "the administrator of the organization", Change: &audit.PolicyChange{Kind: "narrow", Policy: "scp", Index: 0, Text: `except the role in statement "Guard"`, Verified: true}},
		},
		Diagnoses: []audit.Diagnosis{
			{Code: "trust-policy", Severity: audit.SeverityError, Message: "the trust policy keeps Lambda out: The role defined for the function cannot be assumed by Lambda", Hint: "let lambda.amazonaws.com assume the role", Source: "https://www.remotion.dev/docs/lambda/troubleshooting", Statement: &deny},
			{Code: "old-name", Severity: audit.SeverityError, Message: "the role has another name", Muted: &audit.Muted{By: audit.MutedByWaiver, Reason: "known", Owner: "video team", Expires: "2027-01-31"}},
			{Code: "stale-policy", Severity: audit.SeverityWarning, Message: "this is the caller policy of Remotion 3.3.54", Hint: "replace it", Actions: []string{"lambda:TagResource"}},
			{Code: "unused-actions", Severity: audit.SeverityNote, Message: "s3:DeleteBucket is never called"},
		},
		Policies: []audit.PolicyRecord{record(t)},
		Excess: []iam.Excess{
			{Statement: allow, Action: "iam:PassRole", Resource: "*", Example: "arn:aws:iam::123456789012:role/admin", Why: "hands any role to a function that it can create", Dangerous: true},
			{Statement: allow, Action: "s3:*", Resource: "*", Example: "arn:aws:s3:::payroll", Why: "reads and writes every bucket of the account"},
		},
	}
	for i := range s.Operations {
		s.Operations[i].Because = append([]string{}, s.Operations[i].Because...)
	}
	for _, l := range layers {
		s.Findings = append(s.Findings, audit.Finding{Module: "layers", Action: "s3:By" + string(l), Resource: "arn:aws:s3:::日本語-ü|`x`</script>", Status: audit.Blocked, Layer: l, Reason: "the " + l.Title() + " does not allow it"})
	}
	fine := audit.Section{
		Target: audit.Target{Kind: audit.TargetUser, Name: "deployer"}, Principal: iam.Principal{ARN: "arn:aws:iam::123456789012:user/deployer", AccountID: "123456789012"},
		Requirement: audit.Requirement{Name: "renderer", Version: "4.0.527"}, Regions: []string{"us-east-1"}, Coverage: audit.CoverageSampled,
		Modules:  []audit.Module{{Name: "render", Title: "Rendering"}},
		Findings: []audit.Finding{{Module: "render", Action: "s3:GetObject", Resource: "*", Status: audit.Pass, Scope: audit.ScopeDocumented, Reason: "granted as documented"}},
	}
	waived := fine
	waived.Target.Name, waived.Requirement = "waived", audit.Requirement{Name: "mine.json", Digest: "sha256:3333333333333333333333333333333333333333333333333333333333333333"}
	waived.Findings = []audit.Finding{{Module: "render", Action: "s3:GetObject", Resource: "*", Status: audit.Unknown, Reason: "AWS was busy", Muted: &audit.Muted{By: audit.MutedByWaiver, Reason: "r", Owner: "o", Expires: "2027-01-01"}}}
	r := newReport(s, fine, waived, audit.Section{
		Target: audit.Target{Kind: audit.TargetInstance, Name: "i-0a1b2c3d4e5f67890"}, Requirement: audit.Requirement{Name: "caller"},
		Error: &audit.Problem{Message: "looking up the instance: not found", Hint: "look at the region", ExitCode: 3},
	})
	r.Engine, r.Caller = audit.EngineBoth, "arn:aws:sts::123456789012:assumed-role/auditor/session"
	r.Notes = []string{"the waiver of video team for logs:* expired on 2026-11-01"}
	return r
}

// many is a report of n findings in sections of 100, with evidence as check
// makes it.
func many(t testing.TB, n int) *audit.Report {
	t.Helper()
	statuses := []audit.Status{audit.Pass, audit.Fail, audit.Pass, audit.Blocked, audit.Pass, audit.Partial, audit.Pass, audit.Unknown, audit.Pass, audit.Pass}
	deny := ref(t, 1, iam.LayerIdentity, "")
	var sections []audit.Section
	for i := 0; i < n; i += 100 {
		s := audit.Section{
			Target:      audit.Target{Kind: audit.TargetRole, Name: fmt.Sprintf("role-%d", i)},
			Principal:   iam.Principal{ARN: fmt.Sprintf("arn:aws:iam::123456789012:role/role-%d", i), AccountID: "123456789012"},
			Requirement: audit.Requirement{Name: "caller", Version: "4.0.527", Digest: "sha256:2222222222222222222222222222222222222222222222222222222222222222"}, Regions: []string{"us-east-1"},
			Policies: []audit.PolicyRecord{record(t)},
		}
		for m := range 9 {
			s.Modules = append(s.Modules, audit.Module{Name: fmt.Sprintf("m%d", m), Title: fmt.Sprintf("Module %d", m), Why: "why", Breaks: "what breaks without it"})
		}
		for j := range min(100, n-i) {
			f := audit.Finding{
				Module: fmt.Sprintf("m%d", j%9), Sid: "S", Action: fmt.Sprintf("s3:Action%d", j), Resource: fmt.Sprintf("arn:aws:s3:::remotionlambda-%d-*", i+j),
				Status: statuses[j%len(statuses)], Reason: "no statement grants it", Statements: []iam.StatementRef{deny},
			}
			for k := range 3 {
				f.Evidence = append(f.Evidence, audit.Evidence{
					Resource: fmt.Sprintf("arn:aws:s3:::remotionlambda-useast1-%d/sites/%d", i+j, k), Region: "us-east-1",
					Context: iam.Context{{Key: "aws:RequestedRegion", Type: iam.String, Values: []string{"us-east-1"}}, {Key: "aws:SecureTransport", Type: iam.Boolean, Values: []string{"true"}}},
					Verdict: &iam.Verdict{Decision: iam.ImplicitDeny, Matched: []iam.StatementRef{deny}, Layers: []iam.LayerDecision{{Layer: iam.LayerIdentity, Decision: iam.ImplicitDeny}}},
				})
			}
			s.Findings = append(s.Findings, f)
		}
		sections = append(sections, s)
	}
	return newReport(sections...)
}

// fleet is a report of n roles with the same names in six accounts, every third
// of which fails.
func fleet(t testing.TB, n int) *audit.Report {
	t.Helper()
	accounts := []string{"111122223333", "123456789012", "210987654321", "333344445555", "444455556666", "999988887777"}
	demo := readReport(t, "testdata/demo.json")
	var sections []audit.Section
	for i := range n {
		s := demo.Sections[i%3]
		s.Principal.AccountID = accounts[i%len(accounts)]
		s.Principal.ARN = fmt.Sprintf("arn:aws:iam::%s:role/role-%d", s.Principal.AccountID, i/len(accounts))
		s.Target = audit.Target{Kind: audit.TargetRole, Name: fmt.Sprintf("role-%d", i/len(accounts))}
		sections = append(sections, s)
	}
	return newReport(sections...)
}
