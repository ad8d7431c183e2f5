package checks

import (
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/policy"
)

// bucketModule returns the name of the module of the findings about one bucket's
// policy.
func bucketModule(bucket string) string { return "bucket-policy-" + bucket }

// BucketPolicy judges whether a bucket's own policy denies what a requirement
// has granted on it: one finding for each action. decide answers for the
// principal with the policy as the resource's. Without doc the bucket has no
// policy or, where unread says why, one that could not be read: the findings are
// unknown then.
func (r *Requirement) BucketPolicy(name, partition string, doc *policy.Document, unread *iam.Gap, decide func(iam.Probe) (iam.Verdict, error)) []audit.Finding {
	var out []audit.Finding
	for _, g := range r.Grants {
		bucket, ok := r.deniableBy(g)
		if !ok || !policy.MatchGlob(bucket, name) {
			continue
		}
		for _, resource := range BucketOrObjects(g.Action, name, partition) {
			if slices.ContainsFunc(out, func(f audit.Finding) bool { return f.Action == g.Action && f.Resource == resource }) {
				continue
			}
			f := bucketFinding(bucketModule(name), g.Action, resource)
			judgeBucket(&f, r.Pack().bucketSamples(resource), doc, unread, decide)
			out = append(out, f)
		}
	}
	return out
}

// UnreadBuckets returns the findings about the policies of buckets that could
// not be listed: all are unknown, for any bucket's policy may deny what a
// requirement has granted.
func (r *Requirement) UnreadBuckets(unread *iam.Gap) []audit.Finding {
	var out []audit.Finding
	for _, g := range r.Grants {
		if _, ok := r.deniableBy(g); !ok || slices.ContainsFunc(out, func(f audit.Finding) bool { return f.Action == g.Action && f.Resource == g.Resource }) {
			continue
		}
		f := bucketFinding(unreadBuckets, g.Action, g.Resource)
		unknownFor(&f, unread)
		out = append(out, f)
	}
	return out
}

// unreadBuckets is the name of the module of these findings.
const unreadBuckets = "bucket-policies"

func bucketFinding(module, action, resource string) audit.Finding {
	return audit.Finding{
		Module: module, Action: action, Resource: resource,
		Statements: []iam.StatementRef{}, MissingContext: []string{}, Evidence: []audit.Evidence{},
	}
}

// deniableBy returns the pattern of the buckets whose policies may deny a grant;
// false where none may. A bucket that is created has no policy yet, and the list
// of all buckets belongs to none.
func (r *Requirement) deniableBy(g Grant) (bucket string, ok bool) {
	a, ok := policy.ParseARN(g.Resource)
	bucket, _, _ = strings.Cut(a.Resource, "/")
	if !ok || a.Service != "s3" || g.Action == "s3:CreateBucket" || slices.Contains(r.Pack().Unused, g.Action) {
		return "", false
	}
	return bucket, len(BucketOrObjects(g.Action, "any", a.Partition)) > 0
}

func judgeBucket(f *audit.Finding, samples []string, doc *policy.Document, unread *iam.Gap, decide func(iam.Probe) (iam.Verdict, error)) {
	f.Status = audit.Unknown
	switch {
	case unread != nil:
		unknownFor(f, unread)
		return
	case doc == nil:
		f.Status, f.Scope, f.Reason = audit.Pass, audit.ScopeDocumented, "the bucket has no policy"
		return
	}
	for _, sample := range samples {
		v, err := decide(iam.Probe{Action: f.Action, Resource: sample})
		if err != nil {
			f.Reason = err.Error()
			return
		}
		f.Evidence = append(f.Evidence, audit.Evidence{Resource: sample, Verdict: &v})
		switch {
		case len(v.MissingContext) > 0:
			f.MissingContext = v.MissingContext
			f.Reason = "the bucket's policy " + dependsOn(&v)
			return
		case v.Problem != "":
			f.Reason = v.Problem
			return
		case v.Decision == iam.ExplicitDeny:
			f.Status, f.Layer, f.NotGranted, f.Statements = audit.Blocked, iam.LayerResource, sample, v.Matched
			f.Reason = "the bucket's own policy denies it"
			if len(v.Matched) > 0 {
				f.Reason = DenyTitle(v.Matched[0])
			}
			return
		}
	}
	f.Status, f.Scope, f.Granted, f.Reason = audit.Pass, audit.ScopeDocumented, f.Resource, "the bucket's policy does not deny it"
}

// bucketSamples are the bucket, or keys as the product makes them.
func (p *Pack) bucketSamples(resource string) []string {
	bucket, ok := strings.CutSuffix(resource, "/*")
	if !ok {
		return []string{resource}
	}
	var out []string
	for _, key := range slices.Concat(p.Samples.keys(), p.Samples.OtherKeys) {
		out = append(out, bucket+key)
	}
	return out
}

// BucketOrObjects returns the bucket, its objects or both, whichever an action
// works on.
func BucketOrObjects(action, name, partition string) []string {
	bucket := "arn:" + partition + ":s3:::" + name
	a, ok := actions.Lookup(action)
	if !ok {
		return []string{bucket, bucket + "/*"}
	}
	// A star in the name would represent a slash as well.
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
