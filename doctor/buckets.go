package doctor

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
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
	j.lookAtOwnBuckets(ctx, t, req, p, regions, out)
	for _, name := range j.Deployment.Values["output-bucket"] {
		if j.Deployment.Has("s3-output-provider") || j.Deployment.Has("output-account") {
			continue // not written with this role, or not to be read
		}
		j.lookAtBucket(ctx, t, name, checks.BucketUse{Output: true, Region: regions[0], Privacy: cmp.Or(j.Deployment.Privacy, "public")}, req, p, out)
	}
}

// lookAtOwnBuckets looks at the buckets that the product takes for its own, or
// the one that the user named.
func (j *job) lookAtOwnBuckets(ctx context.Context, t task, req *checks.Requirement, p iam.Principal, regions []string, out *around) {
	hooks, forced := &j.pack().Hooks, j.scope.Bucket
	names, err := j.source.BucketNames(ctx)
	switch {
	case err != nil:
		j.bucketsUnread(req, forced, err, out)
	case hooks.Buckets != nil:
		out.diagnoses = append(out.diagnoses, hooks.Buckets(names, regions, forced)...)
	}
	used := map[string]string{} // region by bucket
	if forced != "" {
		used[forced] = regions[0]
	} else if hooks.BucketsIn != nil {
		for _, r := range regions {
			for _, n := range hooks.BucketsIn(names, r) {
				used[n] = r
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(used)) {
		j.lookAtBucket(ctx, t, name, checks.BucketUse{Region: used[name], Privacy: "private"}, req, p, out)
	}
}

// bucketsUnread: without the list it is not known which buckets there are, and
// any of their policies may deny what the role is granted. A bucket that the
// user named is looked at by its name.
func (j *job) bucketsUnread(req *checks.Requirement, forced string, err error, out *around) {
	g := gapOf("s3:ListBuckets", "the list of buckets, and so their policies", iam.MayDeny, err)
	g.Layer, g.Actions = iam.LayerResource, []string{"s3:*"}
	if g.Kind == iam.GapUnread {
		g.Hint = "allow s3:ListAllMyBuckets to the credentials that run the check, or name the bucket with --bucket"
	}
	if forced == "" && j.unread(out, g) {
		out.modules = append(out.modules, j.pack().BucketsModule())
		out.findings = append(out.findings, req.UnreadBuckets(&g)...)
		return
	}
	out.diagnoses = append(out.diagnoses, audit.Diagnosis{Code: "buckets-unknown", Severity: audit.SeverityWarning, Message: "the buckets and their policies were not looked at: " + messageOf(err)})
}

func (j *job) lookAtBucket(ctx context.Context, t task, name string, use checks.BucketUse, req *checks.Requirement, p iam.Principal, out *around) {
	b, err := j.source.Bucket(ctx, name, use.Region)
	if err != nil {
		j.settingsUnread(name, gapOf("s3:GetBucketLocation "+name, "the settings of the bucket "+name, iam.MayDeny, err), use, out)
	} else if hook := j.pack().Hooks.Bucket; hook != nil {
		out.diagnoses = append(out.diagnoses, hook(b, use)...)
	}
	for _, g := range b.Gaps {
		j.settingsUnread(name, g, use, out)
	}
	own, err := j.source.BucketPolicy(ctx, name, cmp.Or(b.Region, use.Region))
	var doc *policy.Document
	var unread *iam.Gap
	if err != nil {
		g := gapOf("s3:GetBucketPolicy "+name, "the policy of the bucket "+name, iam.MayDeny, err)
		g.Layer, unread = iam.LayerResource, &g
		out.gaps = append(out.gaps, g)
	}
	if own != nil {
		doc = own.Document
	}
	out.modules = append(out.modules, j.pack().BucketModule(name))
	out.findings = append(out.findings, req.BucketPolicy(name, p.Partition(), doc, unread, j.withBucketPolicy(ctx, sessions(p, t.functions), cmp.Or(b.Region, use.Region), own))...)
}

// settingsUnread reports settings of a bucket that were not read. It counts as
// not met where a setting may refuse what the product sends: the uploads of
// outputs that carry an ACL.
func (j *job) settingsUnread(name string, g iam.Gap, use checks.BucketUse, out *around) {
	severity := audit.SeverityWarning
	if j.unread(out, g) && use.Output && use.Privacy != "no-acl" {
		severity = audit.SeverityError
	}
	out.diagnoses = append(out.diagnoses, audit.Diagnosis{Code: "bucket-unknown", Bucket: name, Subject: g.Where, Severity: severity, Message: "whether the settings of the bucket " + name + " refuse a request is not known: " + g.String(), Hint: g.Hint})
}

// sessions are those of a role that functions have, and the role's own where no
// function is known.
func sessions(p iam.Principal, functions []account.Function) []iam.Principal {
	var out []iam.Principal
	for _, f := range functions {
		out = append(out, p.In(iam.Host{Kind: iam.HostFunction, ARN: f.FunctionArn}, f.FunctionName))
	}
	if len(out) == 0 {
		out = []iam.Principal{p}
	}
	return out
}

// withBucketPolicy decides requests of principals that are granted everything, so
// that what is denied is denied by the bucket's policy. What it denies to one of
// them is denied, what is open for one is open.
func (j *job) withBucketPolicy(ctx context.Context, list []iam.Principal, region string, own *eval.Policy) func(iam.Probe) (iam.Verdict, error) {
	all := &policy.Document{Version: policy.Version2012, Statements: []policy.Statement{{Effect: policy.Allow, Actions: []string{"*"}, Resources: []string{"*"}}}}
	var evaluators []*eval.Evaluator
	for _, p := range list {
		base := eval.Policies{}
		if read, err := j.source.Policies(ctx, p); err == nil {
			base.Facts = read.Facts
		}
		base.Facts.Region, base.Identity, base.Resource = region, []eval.Policy{{Name: "everything", Document: all}}, own
		evaluators = append(evaluators, eval.NewEvaluator(p.ARN, base.As(p)))
	}
	return func(probe iam.Probe) (iam.Verdict, error) {
		var out iam.Verdict
		probe.Context = probe.Context.With(j.scope.Context)
		for i, e := range evaluators {
			verdicts, err := e.Evaluate(ctx, []iam.Probe{probe})
			if err != nil {
				return iam.Verdict{}, err
			}
			if i == 0 || stricter(&verdicts[0], &out) {
				out = verdicts[0]
			}
		}
		return out, nil
	}
}

// stricter reports whether a verdict says less than another: denied before open,
// open before allowed.
func stricter(v, than *iam.Verdict) bool {
	rank := func(v *iam.Verdict) int {
		switch {
		case v.Decision == iam.ExplicitDeny && len(v.MissingContext) == 0:
			return 0
		case v.Decision == "" || len(v.MissingContext) > 0:
			return 1
		}
		return 2
	}
	return rank(v) < rank(than)
}
