package remotion

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// published is the package as it is known.
func published(t *testing.T) *Published {
	t.Helper()
	p := &Published{Version: Newest, Policies: map[string]struct{ Caller, Renderer json.RawMessage }{}, Layers: map[string][]string{}, Insights: maps.Clone(insightsLayers), Regions: Regions(), Calls: slices.Clone(calls)}
	for _, partition := range []string{"aws", "aws-cn"} {
		var texts [2]json.RawMessage
		for i, name := range []string{"caller", "renderer"} {
			r, err := pack.Required(name, "", partition)
			if err != nil {
				t.Fatal(err)
			}
			texts[i] = json.RawMessage(r.Document.Indent())
		}
		p.Policies[partition] = struct{ Caller, Renderer json.RawMessage }{texts[0], texts[1]}
	}
	for region, l := range hostedLayers {
		p.Layers[region] = []string{"x:remotion-binaries-emoji-apple-arm64:" + l.emojiApple}
		for _, layer := range l.attached() {
			p.Layers[region] = append(p.Layers[region], "x:"+layer)
		}
	}
	return p
}

func TestComparePublished(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Published)
		want   string
	}{
		{"nothing", func(*Published) {}, ""},
		{"a newer version", func(p *Published) { p.Version = "4.0.600" }, "version: 4.0.600 is published"},
		{"a new action", func(p *Published) {
			x := p.Policies["aws"]
			x.Caller = json.RawMessage(strings.Replace(string(x.Caller), `"s3:GetObject"`, `"s3:GetObject", "s3:PutBucketTagging"`, 1))
			p.Policies["aws"] = x
		}, "caller policy, aws: s3:PutBucketTagging on arn:aws:s3:::remotionlambda-* is published, and not known"},
		{"an action that is gone", func(p *Published) {
			x := p.Policies["aws-cn"]
			x.Renderer = json.RawMessage(strings.Replace(string(x.Renderer), `"s3:GetBucketLocation"`, `"s3:GetObject"`, 1))
			p.Policies["aws-cn"] = x
		}, "renderer policy, aws-cn: s3:GetBucketLocation on arn:aws-cn:s3:::remotionlambda-* is known, and not published any more"},
		{"a new layer version", func(p *Published) { p.Layers["us-east-1"][1] = "x:remotion-binaries-chromium-arm64:40" }, "hosted layers in us-east-1: no layer ends in remotion-binaries-chromium-arm64:39"},
		{"a new Insights layer", func(p *Published) { p.Insights["us-east-1"] = "arn:x" }, "Lambda Insights layer in us-east-1"},
		{"a new region", func(p *Published) { p.Regions = append(p.Regions, "mx-central-1") }, "regions: mx-central-1 is published"},
		{"a new call", func(p *Published) { p.Calls = append(p.Calls, "client-s3:CopyObject") }, "calls of AWS: client-s3:CopyObject is published"},
	} {
		p := published(t)
		tt.change(p)
		got, err := ComparePublished(p)
		if err != nil || strings.Join(got, "\n") != "" != (tt.want != "") || tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)) {
			t.Errorf("%s: %q, %v; want %q", tt.name, got, err, tt.want)
		}
	}
}
