package doctor_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/managed"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source/files"
)

// agreeKeys are conditions on keys of every origin: the principal, its tags, the
// request, what the SDK sends, and what nobody knows.
var agreeKeys = []string{
	`"StringEquals":{"aws:ResourceAccount":"123456789012"}`, `"StringNotEquals":{"aws:PrincipalAccount":"123456789012"}`,
	`"StringEquals":{"aws:RequestedRegion":"us-east-1"}`, `"Bool":{"aws:SecureTransport":"false"}`, `"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}`,
	`"DateLessThan":{"aws:TokenIssueTime":"2023-05-01T10:00:00Z"}`, `"StringEquals":{"aws:PrincipalTag/team":"video"}`, `"StringNotEquals":{"aws:PrincipalTag/team":"video"}`,
	`"Null":{"aws:PrincipalTag/team":"true"}`, `"NumericLessThan":{"s3:TlsVersion":"1.2"}`, `"NumericGreaterThanEquals":{"s3:TlsVersion":"1.2"}`, `"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}`, `"StringEquals":{"s3:prefix":"a"}`, `"StringEquals":{"aws:PrincipalType":"AssumedRole"}`,
	`"Null":{"aws:CalledVia":"true"}`, `"StringEquals":{"aws:SourceVpc":"vpc-1"}`, `"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/app"}`,
	`"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}`, `"StringEquals":{"aws:PrincipalOrgID":"o-1234567890"}`, `"StringEquals":{"kms:ViaService":"s3.us-east-1.amazonaws.com"}`,
}

var agreeAsks = [][2]string{
	{"s3:GetObject", "arn:aws:s3:::b/key"},
	{"lambda:InvokeFunction", "arn:aws:lambda:us-east-1:123456789012:function:f"},
	{"iam:GetRole", "arn:aws:iam::123456789012:role/r"},
	{"iam:PassRole", "arn:aws:iam::123456789012:role/r"},
	{"iam:PassRole", "arn:aws:iam::123456789012:role/remotion-lambda-role"},
	{"s3:ListBucket", "arn:aws:s3:::b"},
	{"sqs:SendMessage", "arn:aws:sqs:us-east-1:444455556666:q"},
	{"kms:Decrypt", "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"},
	{"sts:AssumeRole", "arn:aws:iam::123456789012:role/r"},
}

// statements draws a policy; principals says that it is a resource-based one.
func statements(t *rapid.T, label, resource string, principals bool) eval.Policy {
	var list []string
	for range rapid.IntRange(1, 3).Draw(t, label) {
		effect := rapid.SampledFrom([]string{"Allow", "Allow", "Deny"}).Draw(t, "effect")
		who, condition := "", ""
		if principals {
			who = rapid.SampledFrom([]string{
				`"Principal":"*",`, `"Principal":{"AWS":"arn:aws:iam::123456789012:role/app"},`, `"Principal":{"AWS":"123456789012"},`, `"Principal":{"AWS":"444455556666"},`,
			}).Draw(t, "principal")
			if effect == "Deny" && rapid.Bool().Draw(t, "not") {
				who = "Not" + strings.TrimPrefix(who, `"`)
				who = `"` + who
			}
		}
		if rapid.IntRange(0, 2).Draw(t, "conditional") > 0 {
			condition = `,"Condition":{` + rapid.SampledFrom(agreeKeys).Draw(t, "key") + `}`
		}
		list = append(list, fmt.Sprintf(`{"Effect":%q,%s"Action":"*","Resource":%q%s}`, effect, who, rapid.SampledFrom([]string{"*", resource}).Draw(t, "resource"), condition))
	}
	return eval.Policy{Name: label, Document: mustParse(t, `{"Version":"2012-10-17","Statement":[`+strings.Join(list, ",")+`]}`)}
}

// everyone draws a resource control policy: its Principal is always "*".
func everyone(t *rapid.T, label, resource string) eval.Policy {
	p := statements(t, label, resource, false)
	p.Document = mustParse(t, strings.ReplaceAll(p.Document.Source, `{"Effect":`, `{"Principal":"*","Effect":`))
	return p
}

// agreeOverlay draws the layers around a request on a resource.
func agreeOverlay(t *rapid.T, resource string) files.Overlay {
	var o files.Overlay
	maybe := func(label string) bool { return rapid.IntRange(0, 2).Draw(t, "with "+label) == 0 }
	o.Identity = []eval.Policy{statements(t, "identity", resource, false)}
	if maybe("boundary") {
		one := statements(t, "boundary", resource, false)
		o.Boundary = &one
	}
	if maybe("scps") {
		o.SCPs = [][]eval.Policy{{statements(t, "scp", resource, false)}}
	}
	if maybe("session policy") {
		one := statements(t, "session", resource, false)
		o.Session = &one
	}
	if maybe("rcps") {
		o.RCPs = [][]eval.Policy{{everyone(t, "rcp", resource)}}
	}
	if maybe("endpoint policy") {
		one := statements(t, "endpoint", resource, true)
		o.Endpoint = &one
	}
	if maybe("resource policy") {
		one := statements(t, "resource", resource, true)
		o.Resource = &one
		o.ResourceAccount = rapid.SampledFrom([]string{"", "123456789012", "444455556666"}).Draw(t, "owner")
	}
	return o
}

// TestCheckAndExplainAgree: of one request, check and explain say the same,
// whatever identity policies, boundary, SCPs, resource policy and tags there are.
func TestCheckAndExplainAgree(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	seen := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		ask := rapid.SampledFrom(agreeAsks).Draw(t, "ask")
		role := account.Role{RoleName: "app", Arn: "arn:aws:iam::123456789012:role/app"}
		if team := rapid.SampledFrom([]string{"", "video", "audio"}).Draw(t, "team"); team != "" {
			role.Tags = []account.Tag{{Key: "team", Value: team}}
		}
		held := &account.Snapshot{AccountID: "123456789012", AuthorizationDetails: account.AuthorizationDetails{Roles: []account.Role{role}}}
		source, err := files.Snapshot(held, agreeOverlay(t, ask[1]), managed.Embedded())
		if err != nil {
			t.Fatal(err)
		}
		need := mustParse(t, fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":%q,"Resource":%q}}`, ask[0], ask[1]))
		var given iam.Context
		if rapid.Bool().Draw(t, "passed") {
			given = iam.Context{{Key: "iam:PassedToService", Type: iam.String, Values: []string{"lambda.amazonaws.com"}}}
		}
		if rapid.Bool().Draw(t, "given") {
			given = append(given, iam.Context{{Key: "s3:prefix", Type: iam.String, Values: []string{"a"}}, {Key: "aws:SourceVpc", Type: iam.String, Values: []string{"vpc-1"}}}...)
		}
		target := doctor.Target{Target: audit.Target{Kind: audit.TargetRole, Name: "app"}, Requirements: []string{"need"}}
		o := doctor.Options{Source: source, Targets: []doctor.Target{target}, Regions: []string{"us-east-1"}, Context: given, Documents: map[string]*policy.Document{"need": need}}
		r, err := doctor.Check(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		trace, err := doctor.Explain(t.Context(), o, doctor.Request{Action: ask[0], Resource: ask[1], Region: "us-east-1", Context: given})
		if err != nil {
			t.Fatal(err)
		}
		finding := &r.Sections[0].Findings[0]
		if !sameAnswer(finding.Status, trace.Decision) {
			t.Fatalf("%s %s: check says %s (%s), explain %q (%s)", ask[0], ask[1], finding.Status, finding.Reason, trace.Decision, trace.Reason)
		}
		mu.Lock()
		defer mu.Unlock()
		seen[string(finding.Status)+" of "+ask[0]]++
	})
	t.Log(seen)
}

// sameAnswer compares a finding about one request with the request's decision. A
// layer that does not allow blocks, as one that denies does.
func sameAnswer(s audit.Status, d iam.Decision) bool {
	switch d {
	case iam.Allowed:
		return s == audit.Pass
	case iam.ExplicitDeny:
		return s == audit.Blocked
	case iam.ImplicitDeny:
		return s == audit.Fail || s == audit.Blocked
	}
	return s == audit.Unknown
}

func mustParse(t *rapid.T, text string) *policy.Document {
	doc, err := policy.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
