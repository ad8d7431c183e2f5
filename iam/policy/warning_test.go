package policy

import (
	"strings"
	"testing"
)

func TestWarnings(t *testing.T) {
	statement := func(action, resource string) string {
		return "{\"Version\":\"2012-10-17\",\"Statement\":[\n {\"Effect\":\"Allow\",\"Action\":\"" + action + "\",\"Resource\":\"" + resource + "\"}]}"
	}
	for _, tt := range []struct{ src, want, at string }{
		{src: statement("*", "*")},
		{src: statement("s3:*", "arn:aws:s3:::b/*")},
		{src: statement("s3:*", "arn:aws:s3:us-east-1:123456789012:accesspoint/a")},
		{src: statement("s3:*", "arn:*:s3:::b")},
		{src: statement("lambda:*", "arn:aws:lambda:us-*:*:function:${aws:username}")},
		{src: statement("iam:*", "arn:aws:iam::aws:policy/*")},
		{src: statement("sqs:*", "arn:aws:sqs")},
		{src: statement("s3:*", "arn:aws::s3:*"), want: "has no service", at: "2:47"},
		{src: statement("s3:*", "arn:s3:::b"), want: `has the partition "s3"`},
		{src: statement("s3:*", "arn::s3:::b"), want: "has no partition"},
		{src: statement("s3:*", "remotionlambda-*"), want: "is no ARN"},
		{src: statement("s3:*", "arn:aws:s3:us-east-1::b"), want: "which buckets have not"},
		{src: statement("s3:*", "arn:aws:s3::123456789012:b"), want: "which buckets have not"},
		{src: statement("iam:*", "arn:aws:iam:us-east-1:123456789012:role/r"), want: "which iam has not"},
		{src: statement("lambda:*", "arn:aws:lambda:us-east-1:12345:function:f"), want: "no account id"},
		{src: statement("s3:*", "arn:aws:s*:::b"), want: "wildcard in the service"},
		{src: statement("s3:GetObject ", "*"), want: "ends with a blank", at: "2:29"},
		{src: statement("GetObject", "*"), want: "names no service"},
		{src: statement("s3:*", "arn:aws:s3:::${aws:username"), want: "closing brace"},
		{src: `{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${aws:username}"}}`, want: "plain text in a policy of Version"},
		{src: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:username":[]}}}}`, want: "has no values"},
	} {
		doc, err := Parse(tt.src)
		if err != nil {
			t.Fatal(err)
		}
		found := doc.Warnings()
		switch {
		case tt.want == "":
			if len(found) != 0 {
				t.Errorf("%s: %v", tt.src, found)
			}
		case len(found) != 1 || !strings.Contains(found[0].Msg, tt.want) || tt.at != "" && found[0].Pos.String() != tt.at:
			t.Errorf("%s: %v, want %s at %s", tt.src, found, tt.want, tt.at)
		}
	}
}
