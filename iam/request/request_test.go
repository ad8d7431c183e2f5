package request

import (
	"slices"
	"strings"
	"testing"
	"time"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
)

func principal(t *testing.T, arn string) iam.Principal {
	t.Helper()
	p, err := iam.NewPrincipal(arn)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const (
	function = "arn:aws:lambda:us-east-1:123456789012:function:api"
	role     = "arn:aws:iam::123456789012:role/app"
	object   = "arn:aws:s3:::films/a"
)

// say writes an entry as key=value, key=a|b for one of several, key- for
// absent, and nothing for what is not known.
func say(ctx iam.Context, key string) string {
	for _, e := range ctx {
		if !strings.EqualFold(e.Key, key) {
			continue
		}
		if len(e.Values) == 0 {
			return "-"
		}
		if e.OneOf {
			return strings.Join(e.Values, "|")
		}
		return strings.Join(e.Values, ",")
	}
	return ""
}

func TestContext(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 1, 2, 3, 0, time.UTC)
	app := principal(t, role)
	for _, tt := range []struct {
		name             string
		facts            Facts
		action, resource string
		want             map[string]string
	}{
		{"any request", Facts{Principal: app, Region: "eu-west-1"}, "s3:GetObject", object, map[string]string{
			"aws:SecureTransport": "true", "aws:ViaAWSService": "false", "aws:PrincipalIsAWSService": "false", "aws:CalledVia": "-", "aws:SourceArn": "-",
			"aws:ResourceAccount": "123456789012", "s3:ResourceAccount": "123456789012", "aws:RequestedRegion": "eu-west-1",
			"s3:TlsVersion": "1.2|1.3", "s3:signatureversion": "AWS4-HMAC-SHA256",
			"aws:SourceVpc": "", "aws:SourceIp": "", "aws:MultiFactorAuthPresent": "", "aws:TokenIssueTime": "", "aws:PrincipalTag/*": "", "aws:PrincipalOrgID": "",
			sourceFunction: "",
		}},
		{"role", Facts{Principal: app, UniqueID: "AROA1", Now: now}, "lambda:InvokeFunction", function, map[string]string{
			"aws:PrincipalArn": role, "aws:PrincipalType": "AssumedRole", "aws:username": "-", "aws:userid": "", "aws:TokenIssueTime": "2026-11-26T01:02:03Z",
			"aws:RequestedRegion": "us-east-1", "s3:TlsVersion": "",
		}},
		{"session of a function", Facts{Principal: app.In(iam.Host{Kind: iam.HostFunction, ARN: function + ":live"}, "api"), UniqueID: "AROA1", Tags: map[string]string{"team": "video"}, Organization: Organization{ID: "o-1"}}, "s3:GetObject", object, map[string]string{
			"aws:userid": "AROA1:api", "aws:PrincipalTag/team": "video", "aws:PrincipalTag/*": "-", "aws:MultiFactorAuthPresent": "false", "aws:MultiFactorAuthAge": "-",
			sourceFunction: function, sourceInstance: "-", "aws:PrincipalOrgID": "o-1", "aws:ResourceOrgID": "o-1", "aws:SourceIdentity": "-",
		}},
		{"instance", Facts{Principal: app.In(iam.Host{Kind: iam.HostInstance, ARN: "arn:aws:ec2:us-east-1:123456789012:instance/i-1"}, "i-1")}, "s3:GetObject", object, map[string]string{
			sourceInstance: "arn:aws:ec2:us-east-1:123456789012:instance/i-1", sourceFunction: "-", "aws:Ec2InstanceSourceVpc": "",
		}},
		{"pod", Facts{Principal: app.In(iam.Host{Kind: iam.HostPod}, ""), Tags: map[string]string{}}, "s3:GetObject", object, map[string]string{
			"aws:PrincipalTag/*": "", "aws:MultiFactorAuthPresent": "", sourceFunction: "-",
		}},
		{"user", Facts{Principal: principal(t, "arn:aws:iam::123456789012:user/x/ann"), UniqueID: "AIDA1", Tags: map[string]string{}, Organization: Organization{None: true}, Now: now}, "iam:PassRole", role, map[string]string{
			"aws:username": "ann", "aws:userid": "AIDA1", "aws:PrincipalType": "User", "aws:PrincipalTag/*": "-", "aws:PrincipalOrgID": "-", "aws:MultiFactorAuthPresent": "",
			"aws:TokenIssueTime": "", "aws:RequestedRegion": "us-east-1",
		}},
		{"federated user", Facts{Principal: principal(t, "arn:aws:sts::123456789012:federated-user/bob")}, "s3:GetObject", object, map[string]string{"aws:userid": "123456789012:bob", "aws:PrincipalType": "FederatedUser"}},
		{"root", Facts{Principal: principal(t, "arn:aws:iam::123456789012:root")}, "s3:GetObject", object, map[string]string{"aws:userid": "123456789012", "aws:PrincipalType": "Account"}},
		{"service", Facts{Principal: principal(t, "lambda.amazonaws.com")}, "sts:AssumeRole", role, map[string]string{
			"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": "lambda.amazonaws.com", "aws:SourceArn": "", "aws:PrincipalArn": "", "aws:ResourceAccount": "123456789012",
		}},
		{"China", Facts{Principal: principal(t, "arn:aws-cn:iam::123456789012:role/app")}, "iam:PassRole", "arn:aws-cn:iam::123456789012:role/app", map[string]string{"aws:RequestedRegion": "cn-north-1"}},
	} {
		ctx := tt.facts.Context(tt.action, tt.resource, "")
		for key, want := range tt.want {
			if got := say(ctx, key); got != want {
				t.Errorf("%s: %s is %q, want %q", tt.name, key, got, want)
			}
		}
		for i, e := range ctx {
			if slices.ContainsFunc(ctx[i+1:], func(o iam.ContextEntry) bool { return strings.EqualFold(o.Key, e.Key) }) {
				t.Errorf("%s: %s is told twice", tt.name, e.Key)
			}
		}
	}
	if got := say((&Facts{Principal: app}).Context("s3:GetObject", object, "999988887777"), "aws:ResourceAccount"); got != "999988887777" {
		t.Errorf("the owner is %s", got)
	}
	if got := say((&Facts{Principal: iam.Principal{ARN: role, AccountID: iam.UnknownAccount}}).Context("s3:GetObject", object, ""), "aws:ResourceAccount"); got != "" {
		t.Errorf("the owner of nobody is %s", got)
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	if got := Tags([]account.Tag{{Key: "team", Value: "video"}}); got["team"] != "video" || len(got) != 1 {
		t.Errorf("the tags are %v", got)
	}
	if got := Tags([]account.Tag{}); got == nil {
		t.Error("no tags are taken for tags that are not known")
	}
	if got := Tags(nil); got != nil {
		t.Errorf("tags that are not known are %v", got)
	}
}
