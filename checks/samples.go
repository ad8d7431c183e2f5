package checks

import (
	"strings"

	"remotion-doctor/actions"
	"remotion-doctor/audit"
	"remotion-doctor/policy"
)

// Names as Remotion makes them: a bucket is remotionlambda-REGION-RANDOM, with
// the region's dashes left out and ten characters; a function tells its
// version and size.
// Source: @remotion/lambda 4.0.527, makeBucketName and speculateFunctionName.
const (
	bucketSuffix   = "-4hd8e2k9xw"
	sampleFunction = "remotion-render-4-0-527-mem2048mb-disk2048mb-120sec"
	sampleSite     = "/sites/my-video/index.html"
	sampleRender   = "/renders/8h3k2j9x1m/out.mp4"
	sampleStream   = ":log-stream:2026/11/23/[$LATEST]0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	// quota is Lambda's limit of concurrent executions.
	quota = "lambda/L-B99A9384"
)

// samplesOf returns resources that Remotion will use under a grant in one
// region: of the type that the action works on, in the principal's partition
// and account. Every sample is of the required pattern.
func samplesOf(g Grant, p audit.Principal, region string, s *Scope) []string {
	var out []string
	action, known := actions.Lookup(g.Action)
	for _, arn := range candidates(g, p, region, s) {
		if policy.MatchResource(g.Resource, arn) && (!known || action.Takes(arn)) {
			out = append(out, arn)
		}
	}
	return out
}

func candidates(g Grant, p audit.Principal, region string, s *Scope) []string {
	action, known := actions.Lookup(g.Action)
	if g.Resource == "*" {
		return []string{starSample(action, known, p, region, s)}
	}
	a, ok := policy.ParseARN(policy.CompleteARN(g.Resource))
	if !ok {
		return []string{g.Resource}
	}
	a.Partition = fill(a.Partition, p.Partition())
	a.Region = fill(a.Region, region)
	a.AccountID = fill(a.AccountID, p.AccountID)
	switch {
	case a.Service == "s3":
		return s3Samples(a, action, known, region, s)
	case a.Service == "lambda" && strings.HasPrefix(a.Resource, "layer:"):
		return layerSamples(a)
	case a.Service == "lambda" && strings.HasPrefix(a.Resource, "function:remotion-render-"):
		a.Resource = "function:" + s.function()
	case a.Service == "logs" && strings.HasPrefix(a.Resource, "log-group:"):
		a = logSample(a, action, known, s)
	default:
		a.Resource = plausible(a.Resource)
	}
	return []string{a.String()}
}

// starSample is what an action that is required on "*" will be asked about.
func starSample(a actions.Action, known bool, p audit.Principal, region string, s *Scope) string {
	arn := policy.ARN{Partition: p.Partition(), Service: a.Service, Region: region, AccountID: p.AccountID}
	switch {
	case !known:
		return "*"
	case a.String() == "iam:SimulatePrincipalPolicy":
		return p.ARN
	case a.Service == "servicequotas":
		arn.Resource = quota
	case a.String() == "lambda:GetFunction":
		arn.Resource = "function:" + s.function()
	}
	if arn.Resource == "" || !a.Takes(arn.String()) {
		return "*"
	}
	return arn.String()
}

// fill returns value for a field that a pattern leaves open.
func fill(field, value string) string {
	if strings.ContainsAny(field, "*?") {
		return value
	}
	return field
}

// plausible replaces the wildcards of the rest of a resource.
func plausible(resource string) string {
	return strings.NewReplacer("*", "remotion", "?", "r").Replace(resource)
}

// s3Samples are a bucket, or objects in it, whichever the action works on.
func s3Samples(a policy.ARN, action actions.Action, known bool, region string, s *Scope) []string {
	bucket, key, hasKey := strings.Cut(a.Resource, "/")
	switch {
	case s.Bucket != "" && policy.MatchGlob(bucket, s.Bucket):
		bucket = s.Bucket
	case bucket == "remotionlambda-*":
		bucket = "remotionlambda-" + strings.ReplaceAll(region, "-", "") + bucketSuffix
	default:
		bucket = plausible(bucket)
	}
	a.Region, a.AccountID = "", ""
	arn := a.String()[:len(a.String())-len(a.Resource)] + bucket
	switch {
	case hasKey:
		return []string{arn + "/" + plausible(key)}
	case known && action.Takes(arn):
		return []string{arn}
	}
	return []string{arn + sampleSite, arn + sampleRender}
}

// logSample is a log group, or a stream in it for actions on streams and for
// patterns that speak of what is in the group.
func logSample(a policy.ARN, action actions.Action, known bool, s *Scope) policy.ARN {
	group, inside, _ := strings.Cut(strings.TrimPrefix(a.Resource, "log-group:"), ":")
	group = strings.Replace(group, "remotion-render-*", s.function(), 1)
	a.Resource = "log-group:" + plausible(group)
	if inside != "" || known && !action.Takes(a.String()) {
		a.Resource += sampleStream
	}
	return a
}

// layerSamples are the versions of hosted layers that Remotion attaches.
func layerSamples(a policy.ARN) []string {
	name := strings.TrimPrefix(a.Resource, "layer:")
	switch {
	case strings.HasPrefix(name, "remotion-binaries-"):
		versions, ok := hostedLayers[a.Region]
		if !ok {
			return nil
		}
		chromium, fonts := a, a
		chromium.Resource = "layer:remotion-binaries-chromium-arm64:" + versions.chromium
		fonts.Resource = "layer:remotion-binaries-fonts-arm64:" + versions.fonts
		return []string{chromium.String(), fonts.String()}
	case strings.HasPrefix(name, "LambdaInsightsExtension"):
		// A layer of another account is not of the pattern, and is dropped.
		if arn, ok := insightsLayers[a.Region]; ok {
			return []string{arn}
		}
		return nil
	default:
		a.Resource = plausible(a.Resource)
		if strings.Count(a.Resource, ":") == 1 {
			a.Resource += ":1"
		}
	}
	return []string{a.String()}
}
