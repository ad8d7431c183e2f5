package report

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"role arn:aws:iam::123456789012:role/service-role/app-x7": "https://console.aws.amazon.com/iam/home#/roles/details/app-x7",
		"arn:aws-cn:iam::123456789012:user/it's":                  "https://console.amazonaws.cn/iam/home#/users/details/it",
		"arn:aws:lambda:eu-west-1:123456789012:function:video":    "https://eu-west-1.console.aws.amazon.com/lambda/home?region=eu-west-1#/functions/video",
		"  s3:PutBucketPolicy  arn:aws:s3:::remotionlambda-*":     "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html",
		"see https://www.remotion.dev/docs/lambda/permissions.":   "https://www.remotion.dev/docs/lambda/permissions",
		"arn:aws:lambda:*:*:function:remotion-render-*":           "",
		"https://www.remotion.dev.example.com/x":                  "",
		"unknown:Thing":                                           "",
		"https://example.com/docs":                                "",
		"arn:aws:s3:::remotionlambda-useast1-abc and 4:0":         "",
	} {
		var b strings.Builder
		if n, err := (linker{&b}).Write([]byte(text)); n != len(text) || err != nil {
			t.Fatal(n, err)
		}
		if ansi.Strip(b.String()) != text {
			t.Errorf("%q became %q", text, b.String())
		}
		got := ""
		if _, rest, ok := strings.Cut(b.String(), "\x1b]8;;"); ok {
			got, _, _ = strings.Cut(rest, "\x1b\\")
		}
		if got != want {
			t.Errorf("%q links to %q, want %q", text, got, want)
		}
	}
}
