package remotion

import (
	"strings"
	"testing"

	"remotion-doctor/checks"
)

// TestDeploymentValues holds what values of features are refused for.
func TestDeploymentValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		privacy, feature, value, want string // want is empty for a good value
	}{
		{"", "custom-role", "arn:aws:iam::123456789012:role/path/name", ""},
		{"", "custom-role", "my-role", "--custom-role \"my-role\" is not the ARN of a role"},
		{"", "custom-layer", "arn:aws:iam::123456789012:role/name", "is not the ARN of a layer"},
		{"", "kms-key", "arn:aws:kms:us-east-1:123456789012:alias/mine", "is not the ARN of a key"},
		{"", "output-account", "123456789012", "--output-account needs --output-bucket"},
		{"", "output-account", "acme", "--output-account \"acme\" is not an account"},
		{"", "output-bucket", "my-videos", ""},
		{"secret", "bucket", "my-videos", "--privacy \"secret\" is not one of public, private, no-acl"},
		{"no-acl", "bucket", "my-videos", ""},
	} {
		d := checks.Deployment{Privacy: c.privacy}
		d.Uses(c.feature, c.value)
		err := Pack().Valid(d)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s %q: %v, want %q", c.feature, c.value, err, c.want)
		}
	}
	var d checks.Deployment
	if err := Pack().Switch(&d, "nothing"); err == nil || Pack().Switch(&d, "webhook") != nil || !d.Has("webhook") {
		t.Errorf("switched: %v, %+v", err, d)
	}
}
