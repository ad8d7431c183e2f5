package remotion

import (
	"slices"
	"strings"
	"testing"

	"remotion-doctor/checks"
)

// TestLayerRegions: a layer that is not shared is looked for in the Regions that
// have it.
func TestLayerRegions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		resource string
		want     []string // each in some line
		never    string
	}{
		{"arn:aws:lambda:us-west-2:678892195805:layer:remotion-binaries-chromium-arm64:15", []string{"in us-west-2 Remotion " + Newest + " uses version 30", "eu-central-1, "}, "ap-southeast-4"},
		{"arn:aws:lambda:us-east-1:678892195805:layer:remotion-binaries-fonts-arm64:64", []string{"uses version 31", "other Regions in which it has reached version 64: eu-central-1"}, "us-west-2"},
		{"arn:aws:lambda:us-east-1:678892195805:layer:remotion-binaries-fonts-arm64:640", []string{"no Region has version 640"}, "eu-central-1"},
		{"arn:aws:lambda:me-south-1:678892195805:layer:remotion-binaries-chromium-arm64:15", []string{"hosts no layers in me-south-1", "eu-central-1"}, "in me-south-1 Remotion " + Newest + " uses"},
		{"arn:aws:lambda:us-east-1:678892195805:layer:remotion-binaries-ffmpeg-x64:1", []string{"has no layer named remotion-binaries-ffmpeg-x64"}, "uses version"},
		{"arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension:55", []string{insightsLayers["us-east-1"]}, "no layer"},
		{"arn:aws:lambda:ap-southeast-4:580247275435:layer:LambdaInsightsExtension:55", []string{"no layer for arm64 in ap-southeast-4", "us-east-1"}, "uses"},
	} {
		got := cures("layer-not-shared", checks.Denial{Resource: tt.resource})
		text := strings.Join(got, "\n")
		if slices.ContainsFunc(tt.want, func(w string) bool { return !strings.Contains(text, w) }) || strings.Contains(text, tt.never) {
			t.Errorf("%s: %q", tt.resource, got)
		}
	}
	for _, resource := range []string{"arn:aws:lambda:us-east-1:111122223333:layer:mine:1", "*", "arn:aws:s3:::x"} {
		if got := cures("layer-not-shared", checks.Denial{Resource: resource}); got != nil {
			t.Errorf("%s: %q", resource, got)
		}
	}
}
