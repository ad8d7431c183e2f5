package remotion

import (
	"strings"
	"testing"
)

func TestLintName(t *testing.T) {
	t.Parallel()
	for resource, hint := range map[string]string{
		"arn:aws:s3:::remotionlambda-us-east-1-*":                      "remotionlambda-useast1-*",
		"arn:aws:s3:::remotionlamda-*":                                 "arn:aws:s3:::remotionlambda-*",
		"arn:aws:s3:::remotion-lambda-*/*":                             "arn:aws:s3:::remotionlambda-*/*",
		"arn:aws:lambda:*:*:function:remotion-rendr-*":                 "arn:aws:lambda:*:*:function:remotion-render-*",
		"arn:aws:logs:*:*:log-group:/aws/lambda/remotoin-render-*":     "arn:aws:logs:*:*:log-group:/aws/lambda/remotion-render-*",
		"arn:aws:iam::*:role/remotion-lamda-role":                      "arn:aws:iam::*:role/remotion-lambda-role",
		"arn:aws:s3:::remotionlambda-*":                                "",
		"arn:aws:s3:::remotionlambda-x/*":                              "",
		"arn:aws:lambda:*:*:function:remotion-render-4*":               "",
		"arn:aws:s3:::remotionlambda*":                                 "",
		"arn:aws:s3:::remotion*":                                       "",
		"arn:aws:s3:::*":                                               "",
		"arn:aws:s3:::remotion-lambda-outputs/*":                       "", // somebody's own bucket
		"arn:aws:s3:::remotion-lambda":                                 "",
		"arn:aws:lambda:us-east-1:111122223333:function:remotion-*":    "",
		"arn:aws:lambda:us-east-1:111122223333:function:video-*":       "",
		"arn:aws:iam::111122223333:role/remotion-lambda-role":          "",
		"arn:aws:iam::111122223333:role/remotion-*":                    "",
		"arn:aws:iam::111122223333:role/remotion-executionrole-policy": "",
		"*": "",
	} {
		f, ok := lintName(resource)
		if ok != (hint != "") || !strings.Contains(f.Hint, hint) {
			t.Errorf("%s: %v, hint %s, want %s", resource, ok, f.Hint, hint)
		}
	}
}
