package remotion

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"remotion-doctor/checks"
	"remotion-doctor/iam/policy"
)

// layersOwner is the account that publishes Remotion's layers.
// Source: @remotion/lambda 4.0.527, dist/shared/get-layers.js.
const layersOwner = "678892195805"

// cures adds to a known error what only data can say: where a layer that could
// not be read exists.
func cures(code string, d checks.Denial) []string {
	a, ok := policy.ParseARN(d.Resource)
	if code != "layer-not-shared" || !ok || a.Type() != "layer" {
		return nil
	}
	name, version, _ := strings.Cut(strings.TrimPrefix(a.Resource, "layer:"), ":")
	if strings.HasPrefix(name, "LambdaInsightsExtension") {
		return insightsIn(a.Region)
	}
	if a.AccountID != layersOwner {
		return nil
	}
	return hostedIn(a.Region, name, version)
}

// hostedIn says which version of a layer Remotion uses in a Region, and which
// Regions have the one that was asked for: versions count up in each Region by
// itself.
func hostedIn(region, name, version string) []string {
	versions := map[string]string{}
	for r, h := range hostedLayers {
		for _, layer := range append(h.attached(), "remotion-binaries-emoji-apple-arm64:"+h.emojiApple) {
			if v, ok := strings.CutPrefix(layer, name+":"); ok {
				versions[r] = v
			}
		}
	}
	if len(versions) == 0 {
		return []string{fmt.Sprintf("Remotion %s has no layer named %s: update Remotion and deploy the function again", Newest, name)}
	}
	var out []string
	if v, ok := versions[region]; ok {
		out = append(out, fmt.Sprintf("in %s Remotion %s uses version %s of %s", region, Newest, v, name))
	} else {
		out = append(out, fmt.Sprintf("Remotion hosts no layers in %s: deploy the function in another Region, or pass customLayerArns", region))
	}
	asked, err := strconv.Atoi(version)
	if err != nil {
		return out
	}
	var have []string
	for _, r := range slices.Sorted(maps.Keys(versions)) {
		if v, err := strconv.Atoi(versions[r]); err == nil && v >= asked && r != region {
			have = append(have, r)
		}
	}
	if len(have) == 0 {
		return append(out, fmt.Sprintf("no Region has version %s of it yet (Remotion %s)", version, Newest))
	}
	return append(out, fmt.Sprintf("other Regions in which it has reached version %s: %s", version, strings.Join(have, ", ")))
}

// insightsIn says which layer of Lambda Insights is in a Region.
func insightsIn(region string) []string {
	if arn, ok := insightsLayers[region]; ok {
		return []string{fmt.Sprintf("in %s Remotion %s uses %s", region, Newest, arn)}
	}
	return []string{fmt.Sprintf("Lambda Insights has no layer for arm64 in %s: deploy without enableLambdaInsights. Regions with it: %s", region, strings.Join(slices.Sorted(maps.Keys(insightsLayers)), ", "))}
}
