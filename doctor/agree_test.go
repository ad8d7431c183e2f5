package doctor_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/managed"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source/files"
)

// TestCheckAndExplainAgree: of one request, check and explain say the same,
// whatever the policies ask of it.
func TestCheckAndExplainAgree(t *testing.T) {
	t.Parallel()
	keys := []string{
		`"StringEquals":{"aws:ResourceAccount":"123456789012"}`, `"StringNotEquals":{"aws:PrincipalAccount":"123456789012"}`,
		`"StringEquals":{"aws:RequestedRegion":"us-east-1"}`, `"Bool":{"aws:SecureTransport":"false"}`, `"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}`,
		`"DateLessThan":{"aws:TokenIssueTime":"2023-05-01T10:00:00Z"}`, `"StringEquals":{"aws:PrincipalTag/team":"video"}`, `"NumericLessThan":{"s3:TlsVersion":"1.2"}`,
		`"StringEquals":{"aws:PrincipalType":"AssumedRole"}`, `"Null":{"aws:CalledVia":"true"}`, `"StringEquals":{"aws:SourceVpc":"vpc-1"}`, `"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/app"}`,
	}
	asks := [][2]string{{"s3:GetObject", "arn:aws:s3:::b/key"}, {"lambda:InvokeFunction", "arn:aws:lambda:us-east-1:123456789012:function:f"}, {"iam:GetRole", "arn:aws:iam::123456789012:role/r"}}
	rapid.Check(t, func(t *rapid.T) {
		var list []string
		for range rapid.IntRange(1, 4).Draw(t, "statements") {
			list = append(list, fmt.Sprintf(`{"Effect":%q,"Action":"*","Resource":"*","Condition":{%s}}`,
				rapid.SampledFrom([]string{"Allow", "Allow", "Deny"}).Draw(t, "effect"), rapid.SampledFrom(keys).Draw(t, "key")))
		}
		ask := rapid.SampledFrom(asks).Draw(t, "ask")
		doc := mustParse(t, `{"Version":"2012-10-17","Statement":[`+strings.Join(list, ",")+`]}`)
		need := mustParse(t, fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":%q,"Resource":%q}}`, ask[0], ask[1]))
		source, err := files.Policies(files.Overlay{Identity: []eval.Policy{{Name: "p", Document: doc}}}, managed.Embedded(), "arn:aws:iam::123456789012:role/app", "")
		if err != nil {
			t.Fatal(err)
		}
		target := doctor.Target{Target: audit.Target{Kind: audit.TargetFile, Name: "p"}, Requirements: []string{"need"}}
		o := doctor.Options{Source: source, Targets: []doctor.Target{target}, Regions: []string{"us-east-1"}, Documents: map[string]*policy.Document{"need": need}}
		r, err := doctor.Check(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		trace, err := doctor.Explain(t.Context(), o, doctor.Request{Action: ask[0], Resource: ask[1], Region: "us-east-1"})
		if err != nil {
			t.Fatal(err)
		}
		explained := "unknown"
		switch {
		case trace.Decision == "":
		case trace.Decision == iam.Allowed:
			explained = "pass"
		case trace.Decision == iam.ExplicitDeny:
			explained = "blocked"
		case trace.Decision == iam.ImplicitDeny:
			explained = "fail"
		}
		if got := string(r.Sections[0].Findings[0].Status); got != explained {
			t.Fatalf("%s %s under %s: check says %s (%s), explain %s", ask[0], ask[1], doc.Source, got, r.Sections[0].Findings[0].Reason, explained)
		}
	})
}

func mustParse(t *rapid.T, text string) *policy.Document {
	doc, err := policy.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
