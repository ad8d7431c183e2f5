package remotion

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"remotion-doctor/checks"
	"remotion-doctor/iam/policy"
)

// A Published is what a published npm package says, as
// checks/remotion/published/print.cjs prints it.
type Published struct {
	Version string
	// Policies are the documents by partition, of caller and renderer.
	Policies map[string]struct{ Caller, Renderer json.RawMessage }
	// Layers are the hosted layers, Insights those of Lambda Insights, by
	// region; an empty string says that there is none.
	Layers   map[string][]string
	Insights map[string]string
	Regions  []string
	// Calls are the operations of AWS that the packages call.
	Calls []string
}

// calls are the operations of AWS that Remotion calls. A new one may need an
// action that no operation here names; one that is gone may make a grant
// needless.
//
// Source: the …Command classes in @remotion/lambda and @remotion/lambda-client
// 4.0.527. AddLayerVersionPermission and PublishLayerVersion are of Remotion's
// own release scripts.
var calls = []string{
	"client-cloudwatch-logs:CreateLogGroup", "client-cloudwatch-logs:PutRetentionPolicy",
	"client-iam:SimulatePrincipalPolicy",
	"client-lambda:AddLayerVersionPermission", "client-lambda:CreateFunction", "client-lambda:DeleteFunction", "client-lambda:GetFunction",
	"client-lambda:GetFunctionConfiguration", "client-lambda:Invoke", "client-lambda:InvokeWithResponseStream", "client-lambda:ListFunctions",
	"client-lambda:PublishLayerVersion", "client-lambda:PutFunctionEventInvokeConfig", "client-lambda:PutRuntimeManagementConfig",
	"client-lambda:TagResource", "client-lambda:UpdateFunctionConfiguration",
	"client-s3:AbortMultipartUpload", "client-s3:CreateBucket", "client-s3:DeleteBucketLifecycle", "client-s3:DeleteBucketOwnershipControls",
	"client-s3:DeleteObject", "client-s3:DeletePublicAccessBlock", "client-s3:GetBucketLocation", "client-s3:GetObject", "client-s3:HeadObject",
	"client-s3:ListBuckets", "client-s3:ListObjectsV2", "client-s3:PutBucketAcl", "client-s3:PutBucketLifecycleConfiguration",
	"client-s3:PutBucketPolicy", "client-s3:PutObject",
	"client-service-quotas:GetAWSDefaultServiceQuota", "client-service-quotas:GetServiceQuota",
	"client-service-quotas:ListRequestedServiceQuotaChangeHistoryByQuota", "client-service-quotas:RequestServiceQuotaIncrease",
	"client-sts:GetCallerIdentity",
}

// ComparePublished returns what a published package says otherwise than the facts in
// this package, a sentence each.
func ComparePublished(p *Published) ([]string, error) {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if checks.CompareVersions(p.Version, Newest) != 0 {
		say("version: %s is published, %s is the newest known (Newest in checks/remotion/pack.go)", p.Version, Newest)
	}
	for _, partition := range slices.Sorted(maps.Keys(p.Policies)) {
		for name, text := range map[string]json.RawMessage{"caller": p.Policies[partition].Caller, "renderer": p.Policies[partition].Renderer} {
			differ, err := comparePolicy(name, partition, text)
			if err != nil {
				return nil, err
			}
			out = append(out, differ...)
		}
	}
	out = append(out, compareLayers(p)...)
	for _, d := range compareSets(slices.Sorted(maps.Keys(regionFacts)), p.Regions) {
		say("regions: %s (checks/remotion/diagnose_facts.go)", d)
	}
	for _, d := range compareSets(calls, p.Calls) {
		say("calls of AWS: %s (checks/remotion/published.go; see whether an operation in checks/remotion/operations.go needs another action)", d)
	}
	slices.Sort(out)
	return out, nil
}

func comparePolicy(name, partition string, text json.RawMessage) ([]string, error) {
	doc, err := policy.Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("the published %s policy for %s:%w", name, partition, err)
	}
	known, err := pack.GrantsOf(name, Newest, partition)
	if err != nil {
		return nil, err
	}
	published := checks.Pairs(doc)
	var out []string
	for _, g := range exactly(published, known) {
		out = append(out, fmt.Sprintf("%s policy, %s: %s on %s is published, and not known: add checks/remotion/data/%s-VERSION.json", name, partition, g.Action, g.Resource, name))
	}
	for _, g := range exactly(known, published) {
		out = append(out, fmt.Sprintf("%s policy, %s: %s on %s is known, and not published any more", name, partition, g.Action, g.Resource))
	}
	return out, nil
}

// exactly returns the grants of a that are not in b, word by word.
func exactly(a, b []checks.Grant) []checks.Grant {
	var out []checks.Grant
	for _, g := range a {
		if !slices.ContainsFunc(b, func(h checks.Grant) bool { return g.Action == h.Action && g.Resource == h.Resource }) {
			out = append(out, g)
		}
	}
	return out
}

func compareLayers(p *Published) []string {
	var out []string
	for _, d := range compareSets(slices.Sorted(maps.Keys(hostedLayers)), slices.Sorted(maps.Keys(p.Layers))) {
		out = append(out, "regions with hosted layers: "+d+" (checks/remotion/layers.go)")
	}
	for region, known := range hostedLayers {
		want := append(known.attached(), "remotion-binaries-emoji-apple-arm64:"+known.emojiApple)
		for _, w := range want {
			if len(p.Layers[region]) > 0 && !slices.ContainsFunc(p.Layers[region], func(l string) bool { return strings.HasSuffix(l, w) }) {
				out = append(out, fmt.Sprintf("hosted layers in %s: no layer ends in %s any more (checks/remotion/layers.go)", region, w))
			}
		}
	}
	for region, arn := range p.Insights {
		if insightsLayers[region] != arn {
			out = append(out, fmt.Sprintf("Lambda Insights layer in %s: %q is published, %q is known (checks/remotion/layers.go)", region, arn, insightsLayers[region]))
		}
	}
	return out
}

// compareSets says what is in one list and not in the other.
func compareSets(known, published []string) []string {
	var out []string
	for _, x := range published {
		if !slices.Contains(known, x) {
			out = append(out, x+" is published, and not known")
		}
	}
	for _, x := range known {
		if !slices.Contains(published, x) {
			out = append(out, x+" is known, and not published any more")
		}
	}
	return out
}
