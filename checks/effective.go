package checks

import (
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/policy"
)

// Names as Remotion makes them: a bucket is remotionlambda-REGION-RANDOM, with
// the region's dashes left out and ten characters; a function tells its
// version and size.
// Source: @remotion/lambda 4.0.527, makeBucketName and speculateFunctionName.
const (
	anyBucket      = "remotionlambda-*"
	bucketSuffix   = "-4hd8e2k9xw"
	sampleFunction = "remotion-render-4-0-527-mem2048mb-disk2048mb-120sec"
	otherFunction  = "remotion-render-3-3-101-mem3009mb-disk10240mb-900sec"
	sampleSite     = "/sites/my-video/index.html"
	sampleRender   = "/renders/8h3k2j9x1m/out.mp4"
	sampleStream   = ":log-stream:2026/11/23/[$LATEST]0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	// quota is Lambda's limit of concurrent executions.
	quota = "lambda/L-B99A9384"
)

// A need is what Remotion uses of a grant in one region: resources of the type
// that the action works on, in the principal's partition and account.
type need struct {
	// pattern is a typed one, see [policy.TypedNames].
	pattern string
	// samples are names of the pattern as Remotion makes them, one at least;
	// others are further ones, not asked about unless they are treated in
	// another way.
	samples, others []string
	// reach is a wider pattern, of names that a user may force; empty where
	// there are none. It need not be granted, but a Deny within it stops whoever
	// uses such a name.
	reach string
}

func (n *need) names() policy.Names {
	if len(n.samples) == 1 && n.samples[0] == n.pattern {
		return policy.NameOf(n.pattern)
	}
	return policy.TypedNames(n.pattern)
}

// needsOf returns what Remotion uses of a grant in one region. All of it is of
// the required pattern.
func needsOf(g Grant, p iam.Principal, region string, s *Scope) []need {
	var out []need
	action, known := actions.Lookup(g.Action)
	for _, n := range candidates(g, action, known, p, region, s) {
		text := n.names().String()
		if policy.MatchResource(g.Resource, text) && (!known || action.Takes(text)) {
			out = append(out, n)
		}
	}
	return out
}

func candidates(g Grant, action actions.Action, known bool, p iam.Principal, region string, s *Scope) []need {
	if g.Resource == "*" {
		return []need{starNeed(action, known, p, region, s)}
	}
	a, ok := policy.ParseARN(policy.CompleteARN(g.Resource))
	if !ok {
		return []need{exact(g.Resource)}
	}
	a.Partition = fill(a.Partition, p.Partition())
	a.Region = fill(a.Region, region)
	a.AccountID = fill(a.AccountID, p.AccountID)
	switch {
	case a.Service == "s3":
		return []need{s3Need(a, action, known, region, s)}
	case a.Service == "lambda" && strings.HasPrefix(a.Resource, "layer:"):
		return layerNeeds(a)
	case a.Service == "lambda" && strings.HasPrefix(a.Resource, "function:remotion-render-"):
		return []need{functionNeed(a, s)}
	case a.Service == "logs" && strings.HasPrefix(a.Resource, "log-group:"):
		return logNeeds(a, action, known, s)
	}
	return []need{openNeed(a.String())}
}

// exact is a need of one resource.
func exact(arn string) need { return need{pattern: arn, samples: []string{arn}} }

// openNeed is a need whose wildcards stand for anything.
func openNeed(pattern string) need {
	return need{pattern: strings.ReplaceAll(pattern, "*", "***"), samples: []string{plausible(pattern)}}
}

// starNeed is what an action that is required on "*" will be asked about.
func starNeed(a actions.Action, known bool, p iam.Principal, region string, s *Scope) need {
	arn := policy.ARN{Partition: p.Partition(), Service: a.Service, Region: region, AccountID: p.AccountID}
	n := exact("*")
	switch {
	case !known:
	case a.String() == "iam:SimulatePrincipalPolicy":
		return exact(p.ARN)
	case a.Service == "servicequotas":
		arn.Resource = quota
		n = exact(arn.String())
	case a.String() == "lambda:GetFunction":
		arn.Resource = anyFunction
		n = functionNeed(arn, s)
	}
	if !a.Takes(n.samples[0]) {
		return exact("*")
	}
	return n
}

// fill returns value for a field that a pattern leaves open.
func fill(field, value string) string {
	if strings.ContainsAny(field, "*?") {
		return value
	}
	return field
}

// plausible replaces the wildcards of a resource.
func plausible(resource string) string {
	return strings.NewReplacer("*", "remotion", "?", "r").Replace(resource)
}

// anyFunction is the functions that Remotion deploys. It names them without
// version or alias.
const anyFunction = "function:remotion-render-*"

// functionNeed is the functions of a pattern, or the one in use.
func functionNeed(a policy.ARN, s *Scope) need {
	sample := a
	switch {
	case s.Function != "" && policy.MatchGlob(a.Resource, "function:"+s.Function):
		a.Resource = "function:" + s.Function
		return exact(a.String())
	case a.Resource == anyFunction:
		other := a
		sample.Resource, other.Resource = "function:"+sampleFunction, "function:"+otherFunction
		return need{pattern: a.String(), samples: []string{sample.String()}, others: []string{other.String()}}
	}
	sample.Resource = plausible(a.Resource)
	return need{pattern: a.String(), samples: []string{sample.String()}}
}

// s3Need is buckets, or the objects in them, whichever the action works on.
// Remotion names buckets by their region; a user may force any other name.
func s3Need(a policy.ARN, action actions.Action, known bool, region string, s *Scope) need {
	bucket, key, hasKey := strings.Cut(a.Resource, "/")
	a.Region, a.AccountID = "", ""
	start := a.String()[:len(a.String())-len(a.Resource)]
	n := need{pattern: start + bucket, samples: []string{start + plausible(bucket)}}
	switch {
	case s.Bucket != "" && policy.MatchGlob(bucket, s.Bucket):
		n = exact(start + s.Bucket)
	case bucket == anyBucket:
		own := start + "remotionlambda-" + strings.ReplaceAll(region, "-", "") + "-"
		n = need{pattern: own + "*", samples: []string{strings.TrimSuffix(own, "-") + bucketSuffix}, reach: start + anyBucket}
	}
	switch {
	case hasKey:
		n.inside("/"+strings.ReplaceAll(key, "*", "***"), "/"+plausible(key))
	case !known || !action.Takes(n.samples[0]):
		n.inside("/***", sampleSite, sampleRender)
	}
	return n
}

// inside makes a need of buckets one of their objects.
func (n *need) inside(pattern string, keys ...string) {
	n.pattern += pattern
	if n.reach != "" {
		n.reach += pattern
	}
	bucket := n.samples[0]
	n.samples = nil
	for _, key := range keys {
		n.samples = append(n.samples, bucket+key)
	}
}

// logNeeds are the log groups of the functions, or streams in them for actions
// on streams and for patterns that speak of what is in a group. A log group is
// granted with and without ":*": CloudWatch Logs names it both ways.
// Source: CloudWatch Logs User Guide, "CloudWatch Logs resources and
// operations".
func logNeeds(a policy.ARN, action actions.Action, known bool, s *Scope) []need {
	group, inside, _ := strings.Cut(strings.TrimPrefix(a.Resource, "log-group:"), ":")
	const functions = "remotion-render-*"
	sample, pattern := a, a
	switch of, found := strings.CutSuffix(group, functions); {
	case found && s.Function != "":
		pattern.Resource = "log-group:" + of + s.Function
		sample = pattern
	case found:
		pattern.Resource = "log-group:" + group
		sample.Resource = "log-group:" + of + sampleFunction
	default:
		pattern.Resource = "log-group:" + strings.ReplaceAll(group, "*", "**")
		sample.Resource = "log-group:" + plausible(group)
	}
	whole := need{pattern: pattern.String(), samples: []string{sample.String()}}
	within := need{pattern: pattern.String() + ":**", samples: []string{sample.String() + ":*"}}
	switch {
	case known && !action.Takes(sample.String()):
		return []need{{pattern: pattern.String() + ":log-stream:**", samples: []string{sample.String() + sampleStream}}}
	case inside != "":
		return []need{within}
	}
	return []need{whole, within}
}

// layerNeeds are the hosted layers that Remotion attaches, in the versions of
// the newest release and of others.
func layerNeeds(a policy.ARN) []need {
	name := strings.TrimPrefix(a.Resource, "layer:")
	switch {
	case strings.HasPrefix(name, "remotion-binaries-"):
		versions, ok := hostedLayers[a.Region]
		if !ok {
			return nil
		}
		var out []need
		for _, layer := range versions.attached() {
			a.Resource = "layer:" + layer
			out = append(out, exact(a.String()))
		}
		return out
	case strings.HasPrefix(name, "LambdaInsightsExtension"):
		// A layer of another account is not of the pattern, and is dropped.
		if arn, ok := insightsLayers[a.Region]; ok {
			return []need{exact(arn)}
		}
		return nil
	}
	if strings.Count(a.Resource, ":") == 1 {
		a.Resource += ":*"
	}
	if !strings.ContainsAny(a.Resource, "*?") {
		return []need{exact(a.String())} // one version
	}
	return []need{{pattern: a.String(), samples: []string{strings.TrimSuffix(plausible(a.String()), ":remotion") + ":1"}}}
}
