package checks

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/policy"
)

// forceBucket puts a bucket of the user's in place of remotionlambda-*, unless
// it is one of those, and takes away the operation that creates buckets.
func (r *Requirement) forceBucket(name, partition string) {
	r.Operations = slices.DeleteFunc(r.Operations, func(o Operation) bool { return o.Name == "first-bucket" })
	if policy.MatchGlob("remotionlambda-*", name) {
		return
	}
	grants := r.Grants
	r.Grants = nil
	for _, g := range grants {
		if g.Resource != inPartition(bucketPattern, partition) && g.Resource != inPartition(objectPattern, partition) {
			r.Grants = append(r.Grants, g)
			continue
		}
		for _, resource := range bucketOrObjects(g.Action, name, partition) {
			if !slices.Contains(Unused, g.Action) {
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
		Code: "bucket-prefix", Severity: audit.SeverityWarning, Source: docs + "bucket-naming",
		Message: fmt.Sprintf("%s does not start with remotionlambda-: both documented policies cover only remotionlambda-* buckets and must be widened to it; getOrCreateBucket(), getSites() and `sites ls` do not see it, and deploySite() takes it only with bypassBucketNameValidation", name),
		Hint:    "`remotion-doctor policy show caller --bucket " + name + "` and `policy show renderer --bucket " + name + "` print both",
	})
}

// bucketOrObjects returns the bucket, its objects or both, whichever an action
// works on.
func bucketOrObjects(action, name, partition string) []string {
	bucket := "arn:" + partition + ":s3:::" + name
	a, ok := actions.Lookup(action)
	if !ok {
		return []string{bucket, bucket + "/*"}
	}
	// A star in the name would stand for a slash as well.
	sample := strings.ReplaceAll(bucket, "*", "x")
	var out []string
	if a.Takes(sample) {
		out = append(out, bucket)
	}
	if a.Takes(sample + "/key") {
		out = append(out, bucket+"/*")
	}
	return out
}

// used are the actions on a function that is there already: Remotion deploys
// functions under names of its own making only.
var used = []string{"lambda:InvokeFunction", "lambda:GetFunction", "lambda:DeleteFunction", "logs:CreateLogStream", "logs:PutLogEvents"}

// forceFunction puts a function of the user's in place of remotion-render-*,
// unless it is one of those.
func (r *Requirement) forceFunction(name string) {
	const any = "remotion-render-*"
	if policy.MatchGlob(any, name) {
		return
	}
	// Behind the star of the documented log groups are their streams.
	named := strings.NewReplacer("/"+any, "/"+name+":*", ":"+any, ":"+name)
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
		Code: "function-prefix", Severity: audit.SeverityWarning, Source: docs + "speculatefunctionname",
		Message: fmt.Sprintf("%s does not start with remotion-render-: both documented policies cover only remotion-render-* functions and must be widened to it, and getFunctions() does not list it", name),
		Hint:    "`remotion-doctor policy show caller --render-function " + name + "` and `policy show renderer --render-function " + name + "` print both",
	})
}
