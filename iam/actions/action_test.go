package actions

import (
	"slices"
	"strings"
	"testing"
)

func TestLookup(t *testing.T) {
	a, ok := Lookup("S3:gEtObJeCt")
	if !ok || a.String() != "s3:GetObject" || a.AccessLevel != "Read" || len(a.ResourceTypes) == 0 {
		t.Errorf("S3:gEtObJeCt is %+v, %v", a, ok)
	}
	for _, name := range []string{"s3:UploadPart", "madeup:Action", "s3", "", "s3:*"} {
		if a, ok := Lookup(name); ok {
			t.Errorf("%s is known: %+v", name, a)
		}
	}
	if a, _ := Lookup("iam:PassRole"); !slices.Contains(a.ConditionKeys, "iam:PassedToService") {
		t.Errorf("iam:PassRole has the keys %v", a.ConditionKeys)
	}
}

func TestTakes(t *testing.T) {
	for _, tt := range []struct {
		action, resource   string
		takes, inSimulator bool
	}{
		{"s3:GetObject", "*", true, true},
		{"s3:GetObject", "arn:aws:s3:::bucket/key", true, true},
		{"s3:GetObject", "arn:aws:s3:::bucket", false, true},
		{"s3:ListBucket", "arn:aws:s3:::bucket", true, true},
		{"s3:ListBucket", "arn:aws:s3:::bucket/key", false, true},
		{"s3:GetObject", "arn:aws:s3:us-east-1:123456789012:accesspoint/ap/object/key", true, true},
		{"s3:ListAllMyBuckets", "arn:aws:s3:::bucket", false, false},
		{"s3:ListAllMyBuckets", "arn:aws:s3:::*", true, false},
		{"sns:ListTopics", "arn:aws:sns:us-*:123456789012:*", true, false},
		{"sns:ListTopics", "arn:aws:sns:us-east-1:123456789012:topic", false, false},
		{"s3:ListBucket", "arn:aws:s3:::films-${aws:PrincipalTag/team}", true, true},
		{"s3:GetObject", "arn:aws:s3:::films-${aws:PrincipalTag/team}", true, true},
		{"s3:ListBucket", "arn:aws:s3:::films/${aws:username}/*", false, true},
		{"logs:CreateLogGroup", "arn:aws:logs:*:*:log-group:*", true, true},
		{"s3:GetObject", "arn:aws:sqs:us-east-1:123456789012:q", false, false},
		{"s3:PutObject", "arn:unknown:s3:::name/key", true, true},
		{"lambda:InvokeFunction", "arn:aws:lambda:us-east-1:123456789012:function:f", true, true},
		{"lambda:InvokeFunction", "arn:aws:lambda:us-east-1:123456789012:function:f:live", true, true},
		{"lambda:InvokeFunction", "arn:aws:lambda:*:*:function:remotion-render-*", true, true},
		{"lambda:InvokeFunction", "arn:aws:lambda:us-east-1:123456789012:layer:l", false, false},
		{"lambda:GetLayerVersion", "arn:aws:lambda:us-east-1:678892195805:layer:remotion-binaries-chromium-arm64:39", true, true},
		{"lambda:GetLayerVersion", "arn:aws:lambda:*:678892195805:layer:remotion-binaries-*", true, true},
		{"s3:PutObject", "arn:aws:s3:::remotionlambda-*", true, true},
		{"s3:PutObject", "arn:aws:s3:region:account:name", false, true},
		{"lambda:GetLayerVersion", "arn:aws:lambda:*:1:function:remotion-*", false, false},
		{"lambda:ListFunctions", "arn:aws:lambda:us-east-1:123456789012:function:f", false, false},
		{"logs:CreateLogGroup", "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/f", true, true},
		{"logs:CreateLogGroup", "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/f:*", true, true},
		{"iam:PassRole", "arn:aws:iam::123456789012:role/path/name", true, true},
		// Templates with several forms, and with a star.
		{"apigateway:GET", "arn:aws:apigateway:us-east-1::/apis/a/authorizers/b", true, true},
		{"amplifybackend:GetBackendAPI", "arn:aws:amplifybackend:us-east-1:123456789012:/backend/app/api/x", true, true},
		{"iam:PassRole", "arn:aws:iam::123456789012:user/name", false, false},
		{"iam:GetUser", "arn:aws:iam::123456789012:role/name", false, false},
		{"servicequotas:GetServiceQuota", "arn:aws:servicequotas:us-east-1:123456789012:lambda/L-B99A9384", true, true},
		{"servicequotas:GetAWSDefaultServiceQuota", "arn:aws:servicequotas:us-east-1:123456789012:lambda/L-B99A9384", false, false},
	} {
		a, ok := Lookup(tt.action)
		if !ok {
			t.Errorf("%s is not known", tt.action)
			continue
		}
		if got := a.Takes(tt.resource); got != tt.takes {
			t.Errorf("%s takes %s: %v", tt.action, tt.resource, got)
		}
		if got := a.TakesInSimulator(tt.resource); got != tt.inSimulator {
			t.Errorf("%s takes %s in the simulator: %v", tt.action, tt.resource, got)
		}
	}
}

func TestExpand(t *testing.T) {
	got := Expand("S3:getbucketl*")
	want := []string{"s3:GetBucketLocation", "s3:GetBucketLogging"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := Expand("*:InvokeFunction"); !slices.Equal(got, []string{"lambda:InvokeFunction"}) {
		t.Errorf("got %v", got)
	}
	if n := len(Expand("*")); n < 20_000 {
		t.Errorf("* expands to %d actions", n)
	}
}

func TestIsList(t *testing.T) {
	for key, want := range map[string][2]bool{
		"aws:TagKeys": {true, true}, "AWS:tagkeys": {true, true}, "aws:PrincipalArn": {false, true},
		"aws:RequestTag/team": {false, true}, "madeup:key": {false, false},
	} {
		if list, known := IsList(key); list != want[0] || known != want[1] {
			t.Errorf("%s: list %v, known %v", key, list, known)
		}
	}
}

// TestData reads every block, so that a broken line in the data is found.
func TestData(t *testing.T) {
	if !strings.Contains(Source(), "iam-data") {
		t.Errorf("source is %q", Source())
	}
	for _, s := range Services() {
		for _, name := range Names(s) {
			a, ok := Lookup(s + ":" + name)
			if !ok || a.AccessLevel == "" {
				t.Errorf("%s:%s is %+v, %v", s, name, a, ok)
			}
		}
	}
}
