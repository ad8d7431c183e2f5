package checks

import (
	"strings"
	"testing"

	"remotion-doctor/iam/policy"
)

func TestLintConditions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, statement, code, says string
	}{
		{"a misspelt global key", `"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"aws:SourceVcp":"vpc-1"}}`, "unknown-key", "aws:SourceVpc"},
		{"a key that the action never carries", `"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"lambda:FunctionArn":"x"}}`, "key-never-carried", "s3:GetObject"},
		{"a Deny may mean it", `"Effect":"Deny","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"lambda:FunctionArn":"x"}}`, "", ""},
		{"IfExists holds without the key", `"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEqualsIfExists":{"lambda:FunctionArn":"x"}}`, "", ""},
		{"a negated operator holds without the key", `"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringNotEquals":{"lambda:FunctionArn":"x"}}`, "", ""},
		{"ForAllValues holds without values", `"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"ForAllValues:StringEquals":{"lambda:Layer":"x"}}`, "", ""},
		{"Null true asks for its absence", `"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"Null":{"lambda:FunctionArn":"true"}}`, "", ""},
		{"Null false needs it", `"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"Null":{"lambda:FunctionArn":"false"}}`, "key-never-carried", "s3:GetObject"},
		{"one of two actions carries it", `"Effect":"Allow","Action":["s3:ListBucket","s3:GetObject"],"Resource":"*","Condition":{"StringLike":{"s3:prefix":"a/*"}}`, "key-never-carried", "requests of s3:GetObject never"},
		{"a pattern of which some action carries it", `"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringLike":{"s3:prefix":"a/*"}}`, "", ""},
		{"a pattern of which none does", `"Effect":"Allow","Action":"s3:GetObject*","Resource":"*","Condition":{"StringLike":{"s3:prefix":"a/*"}}`, "key-never-carried", "s3:GetObject*"},
		{"a global key", `"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}`, "", ""},
		{"a tag of the principal", `"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"video"}}`, "", ""},
		{"a value that only the deploy tells", `"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"` + policy.UnknownKey("Stage being prod") + `":"known"}}`, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			doc, err := policy.Parse(`{"Version":"2012-10-17","Statement":[{` + tt.statement + `}]}`)
			if err != nil {
				t.Fatal(err)
			}
			faults := (&Pack{}).Lint(doc, LintScope{})
			switch {
			case tt.code == "" && len(faults) > 0:
				t.Errorf("faults %+v, want none", faults)
			case tt.code != "" && (len(faults) != 1 || faults[0].Code != tt.code || !strings.Contains(faults[0].Message, tt.says)):
				t.Errorf("faults %+v, want one of code %s that says %q", faults, tt.code, tt.says)
			}
		})
	}
}
