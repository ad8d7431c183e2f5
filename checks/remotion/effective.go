package remotion

import (
	"strings"

	"remotion-doctor/checks"
	"remotion-doctor/iam/policy"
)

// Names as Remotion makes them: a bucket is remotionlambda-REGION-RANDOM, with
// the region's dashes left out and ten characters; a function has its version
// and size in its name.
// Source: @remotion/lambda 4.0.527, makeBucketName and speculateFunctionName.
const (
	anyBucket      = "remotionlambda-*"
	bucketSuffix   = "-4hd8e2k9xw"
	functions      = "remotion-render-*"
	sampleFunction = "remotion-render-4-0-527-mem2048mb-disk2048mb-120sec"
	otherFunction  = "remotion-render-3-3-101-mem3009mb-disk10240mb-900sec"
	// quota is Lambda's limit of concurrent executions.
	quota = "lambda/L-B99A9384"
)

// anyFunction is the functions that Remotion deploys. It names them without
// version or alias.
const anyFunction = "function:" + functions

// extents returns what Remotion touches of a grant. What is not of its making is
// left to the grant's resource itself.
func extents(u *checks.Use) ([]checks.Extent, bool) {
	a := u.ARN
	bucket, _, _ := strings.Cut(a.Resource, "/")
	switch {
	case u.Grant.Resource == "*":
		return anything(u)
	case a.Service == "s3" && bucket == anyBucket && u.Scope.Bucket == "":
		return []checks.Extent{u.Buckets(ownBuckets(a, u.Region))}, true
	case a.Service == "s3" && bucket == anyBucket && !policy.MatchGlob(bucket, u.Scope.Bucket):
		return []checks.Extent{u.Buckets(ownBuckets(a, u.Region))}, true
	case a.Service == "lambda" && strings.HasPrefix(a.Resource, "function:remotion-render-"):
		return []checks.Extent{functionExtent(u, a)}, true
	case a.Service == "lambda" && strings.HasPrefix(a.Resource, "layer:"):
		return layerExtents(a)
	case a.Service == "logs" && strings.HasPrefix(a.Resource, "log-group:"):
		return logExtents(u)
	}
	return nil, false
}

// anything is what Remotion asks of an action that is required on "*".
func anything(u *checks.Use) ([]checks.Extent, bool) {
	arn := policy.ARN{Partition: u.Partition, Service: u.Action.Service, Region: u.Region, AccountID: u.AccountID}
	var e checks.Extent
	switch {
	case !u.Known:
		return nil, false
	case u.Action.Service == "servicequotas":
		arn.Resource = quota
		e = checks.Exact(arn.String())
	case u.Action.String() == "lambda:GetFunction":
		arn.Resource = anyFunction
		e = functionExtent(u, arn)
	default:
		return nil, false
	}
	return []checks.Extent{e}, u.Action.Takes(e.Samples[0])
}

// ownBuckets are the buckets of a region. Remotion names them by it; a user may
// force any other name.
func ownBuckets(a policy.ARN, region string) checks.Extent {
	start := "arn:" + a.Partition + ":s3:::"
	own := start + "remotionlambda-" + strings.ReplaceAll(region, "-", "")
	return checks.Extent{Pattern: own + "-*", Samples: []string{own + bucketSuffix}, Reach: start + anyBucket}
}

// functionExtent is the functions of a pattern, or the one in use.
func functionExtent(u *checks.Use, a policy.ARN) checks.Extent {
	sample := a
	switch {
	case u.Scope.Function != "" && policy.MatchGlob(a.Resource, "function:"+u.Scope.Function):
		a.Resource = "function:" + u.Scope.Function
		return checks.Exact(a.String())
	case a.Resource == anyFunction:
		other := a
		sample.Resource, other.Resource = "function:"+sampleFunction, "function:"+otherFunction
		return checks.Extent{Pattern: a.String(), Samples: []string{sample.String()}, Others: []string{other.String()}}
	}
	sample.Resource = u.Plausible(a.Resource)
	return checks.Extent{Pattern: a.String(), Samples: []string{sample.String()}}
}

// logExtents are the log groups of the functions.
func logExtents(u *checks.Use) ([]checks.Extent, bool) {
	group, _, _ := strings.Cut(strings.TrimPrefix(u.ARN.Resource, "log-group:"), ":")
	of, found := strings.CutSuffix(group, functions)
	if !found {
		return nil, false
	}
	pattern, sample := u.ARN, u.ARN
	pattern.Resource, sample.Resource = "log-group:"+group, "log-group:"+of+sampleFunction
	if u.Scope.Function != "" {
		pattern.Resource = "log-group:" + of + u.Scope.Function
		sample = pattern
	}
	return u.LogGroups(pattern.String(), sample.String()), true
}

// layerExtents are the hosted layers that Remotion attaches, in the versions of
// the newest release and of others.
func layerExtents(a policy.ARN) ([]checks.Extent, bool) {
	name := strings.TrimPrefix(a.Resource, "layer:")
	switch {
	case strings.HasPrefix(name, "remotion-binaries-"):
		versions, ok := hostedLayers[a.Region]
		if !ok {
			return nil, true
		}
		var out []checks.Extent
		for _, layer := range versions.attached() {
			a.Resource = "layer:" + layer
			out = append(out, checks.Exact(a.String()))
		}
		return out, true
	case strings.HasPrefix(name, "LambdaInsightsExtension"):
		// A layer of another account is not of the pattern, and is dropped.
		if arn, ok := insightsLayers[a.Region]; ok {
			return []checks.Extent{checks.Exact(arn)}, true
		}
		return nil, true
	}
	return nil, false
}

// narrow returns the resources of a grant for the names that are known.
func narrow(n checks.Narrowing, g checks.Grant) ([]string, bool) {
	a, ok := policy.ParseARN(g.Resource)
	if !ok {
		return nil, false
	}
	a = n.InAccount(a)
	if a.Service == "s3" {
		return narrowBuckets(n, g, a), true
	}
	if n.Function == "" || !policy.MatchGlob(functions, n.Function) || !strings.HasSuffix(a.Resource, functions) {
		return nil, false
	}
	a.Resource = strings.TrimSuffix(a.Resource, functions) + n.Function
	if a.Service != "logs" {
		return n.InRegions(a), true
	}
	// A log group is named with and without ":*".
	var out []string
	for _, group := range n.InRegions(a) {
		out = append(out, group, group+":*")
	}
	return out, true
}

// narrowBuckets narrows remotionlambda-* to one bucket, or to those of the
// regions.
func narrowBuckets(n checks.Narrowing, g checks.Grant, a policy.ARN) []string {
	var names []string
	switch {
	case !strings.HasPrefix(a.Resource, anyBucket):
		return []string{a.String()}
	case n.Bucket != "":
		names = []string{n.Bucket}
	default:
		for _, r := range n.Regions {
			names = append(names, "remotionlambda-"+strings.ReplaceAll(r, "-", "")+"-*")
		}
	}
	var out []string
	for _, name := range names {
		out = append(out, checks.BucketOrObjects(g.Action, name, a.Partition)...)
	}
	if len(out) == 0 {
		return []string{a.String()}
	}
	return out
}
