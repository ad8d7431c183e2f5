package remotion

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/iam/policy"
)

// adapt makes a requirement that of the names in use, and takes away what
// Remotion never uses in the regions.
func adapt(r *checks.Requirement, d checks.Deployment, regions []string) {
	dropUnusedInsights(r, regions)
	if names := d.Values["bucket"]; len(names) > 0 {
		forceBucket(r, names[0], policy.PartitionOf(regions[0]))
	}
	if names := d.Values["render-function"]; len(names) > 0 {
		forceFunction(r, names[0])
	}
}

// values returns the layers of Lambda Insights, which follow from the regions.
func values(feature string, _ checks.Deployment, regions []string) ([]string, bool) {
	if feature != "insights" {
		return nil, false
	}
	var out []string
	for _, r := range regions {
		if arn, ok := insightsLayers[r]; ok {
			out = append(out, arn)
		}
	}
	return out, true
}

// dropUnusedInsights takes away the documented grant on Lambda Insights' layer
// where the layers of all the regions are another account's, or there are none:
// Remotion never uses it there.
func dropUnusedInsights(r *checks.Requirement, regions []string) {
	unused := func(pattern string) bool {
		return strings.Contains(pattern, ":layer:LambdaInsightsExtension") && !slices.ContainsFunc(regions, func(region string) bool {
			return policy.MatchResource(pattern, insightsLayers[region])
		})
	}
	r.Grants = slices.DeleteFunc(r.Grants, func(g checks.Grant) bool { return g.Feature == "" && unused(g.Resource) })
}

// forceBucket puts a bucket of the user's in place of remotionlambda-*, unless
// it is one of those, and takes away the operation that creates buckets.
func forceBucket(r *checks.Requirement, name, partition string) {
	r.Operations = slices.DeleteFunc(r.Operations, func(o checks.Operation) bool { return o.Name == "first-bucket" })
	if policy.MatchGlob(anyBucket, name) {
		return
	}
	grants := r.Grants
	r.Grants = nil
	for _, g := range grants {
		if g.Resource != checks.InPartition(bucketPattern, partition) && g.Resource != checks.InPartition(objectPattern, partition) {
			r.Grants = append(r.Grants, g)
			continue
		}
		for _, resource := range checks.BucketOrObjects(g.Action, name, partition) {
			if !slices.Contains(unused, g.Action) {
				g.Resource = resource
				r.Grants = append(r.Grants, g)
			}
		}
	}
	for i := range r.Operations {
		for j := range r.Operations[i].Needs {
			n := &r.Operations[i].Needs[j]
			n.Resource = strings.Replace(n.Resource, ":remotionlambda-*", ":"+name, 1)
		}
	}
	r.Facts = append(r.Facts, audit.Diagnosis{
		Code: "bucket-prefix", Bucket: name, Severity: audit.SeverityWarning, Source: docs + "bucket-naming",
		Message: fmt.Sprintf("%s does not start with remotionlambda-: both documented policies cover only remotionlambda-* buckets and must be widened to it; getOrCreateBucket(), getSites() and `sites ls` do not see it, and deploySite() takes it only with bypassBucketNameValidation", name),
		Hint:    "`remotion-doctor policy show caller --bucket " + name + "` and `policy show renderer --bucket " + name + "` print both",
	})
}

// used are the actions on a function that is there already: Remotion deploys
// functions under names of its own making only.
var used = []string{"lambda:InvokeFunction", "lambda:GetFunction", "lambda:DeleteFunction", "logs:CreateLogStream", "logs:PutLogEvents"}

// forceFunction puts a function of the user's in place of remotion-render-*,
// unless it is one of those.
func forceFunction(r *checks.Requirement, name string) {
	if policy.MatchGlob(functions, name) {
		return
	}
	// Behind the star of the documented log groups are their streams.
	named := strings.NewReplacer("/"+functions, "/"+name+":*", ":"+functions, ":"+name)
	for i := range r.Grants {
		if g := &r.Grants[i]; g.Feature == "" && slices.Contains(used, g.Action) {
			g.Resource = named.Replace(g.Resource)
		}
	}
	for i := range r.Operations {
		for j := range r.Operations[i].Needs {
			if n := &r.Operations[i].Needs[j]; slices.Contains(used, n.Action) {
				n.Resource = named.Replace(n.Resource)
			}
		}
	}
	r.Facts = append(r.Facts, audit.Diagnosis{
		Code: "function-prefix", Function: name, Severity: audit.SeverityWarning, Source: docs + "speculatefunctionname",
		Message: fmt.Sprintf("%s does not start with remotion-render-: both documented policies cover only remotion-render-* functions and must be widened to it, and getFunctions() does not list it", name),
		Hint:    "`remotion-doctor policy show caller --render-function " + name + "` and `policy show renderer --render-function " + name + "` print both",
	})
}
