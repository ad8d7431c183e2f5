package doctor

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/checks/remotion"
	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
)

// lookAtBuckets reads the buckets that the functions use: those that Remotion
// finds by their name, the forced one, and the one of the outputs.
func (j *job) lookAtBuckets(ctx context.Context, t task, req *checks.Requirement, p iam.Principal, regions []string, out *around) {
	if len(t.functions) > 0 {
		regions = nil
		for _, f := range t.functions {
			if r := functionRegion(f, ""); r != "" && !slices.Contains(regions, r) {
				regions = append(regions, r)
			}
		}
	}
	forced := j.scope.Bucket
	names, err := j.source.BucketNames(ctx)
	if err != nil {
		out.diagnoses = append(out.diagnoses, audit.Diagnosis{Code: "buckets-unknown", Severity: audit.SeverityWarning, Message: "the buckets and their policies were not looked at: " + messageOf(err)})
	} else {
		out.diagnoses = append(out.diagnoses, remotion.Buckets(names, regions, forced)...)
	}
	used := map[string]string{} // region by bucket
	if forced != "" {
		used[forced] = regions[0]
	} else {
		for _, r := range regions {
			for _, n := range remotion.BucketsIn(names, r) {
				used[n] = r
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(used)) {
		j.lookAtBucket(ctx, name, checks.BucketUse{Region: used[name], Privacy: "private"}, req, p, out)
	}
	for _, name := range j.Deployment.Values["output-bucket"] {
		if j.Deployment.Has("s3-output-provider") || j.Deployment.Has("output-account") {
			continue // not written with this role, or not to be read
		}
		j.lookAtBucket(ctx, name, checks.BucketUse{Output: true, Region: regions[0], Privacy: cmp.Or(j.Deployment.Privacy, "public")}, req, p, out)
	}
}

func (j *job) lookAtBucket(ctx context.Context, name string, use checks.BucketUse, req *checks.Requirement, p iam.Principal, out *around) {
	b, err := j.source.Bucket(ctx, name, use.Region)
	if err != nil {
		out.diagnoses = append(out.diagnoses, audit.Diagnosis{Code: "bucket-unknown", Bucket: name, Severity: audit.SeverityWarning, Message: "the settings of the bucket " + name + " are not known: " + messageOf(err)})
	} else {
		out.diagnoses = append(out.diagnoses, remotion.CheckBucket(b, use)...)
	}
	own, problem := j.bucketPolicy(ctx, name, cmp.Or(b.Region, use.Region))
	var doc *policy.Document
	if own != nil {
		doc = own.Document
	}
	out.modules = append(out.modules, remotion.BucketModule(name))
	out.findings = append(out.findings, req.BucketPolicy(name, p.Partition(), doc, problem, withBucketPolicy(ctx, p.ARN, own))...)
}

// bucketPolicy reads a bucket's policy; problem says why it is not known.
func (j *job) bucketPolicy(ctx context.Context, bucket, region string) (own *eval.Policy, problem string) {
	own, err := j.source.BucketPolicy(ctx, bucket, region)
	if err != nil {
		return nil, "the bucket's policy could not be read: " + messageOf(err)
	}
	return own, ""
}

// withBucketPolicy decides requests of a principal that is granted everything,
// so that what is denied is denied by the bucket's policy.
func withBucketPolicy(ctx context.Context, arn string, own *eval.Policy) func(iam.Probe) (iam.Verdict, error) {
	all := &policy.Document{Version: policy.Version2012, Statements: []policy.Statement{{Effect: policy.Allow, Actions: []string{"*"}, Resources: []string{"*"}}}}
	p := eval.Policies{Identity: []eval.Policy{{Name: "everything", Document: all}}, Resource: own}
	evaluator := eval.NewEvaluator(arn, p)
	return func(probe iam.Probe) (iam.Verdict, error) {
		verdicts, err := evaluator.Evaluate(ctx, []iam.Probe{probe})
		if err != nil {
			return iam.Verdict{}, err
		}
		return verdicts[0], nil
	}
}
