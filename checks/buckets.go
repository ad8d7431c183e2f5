package checks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// bucketRegion is the part of a bucket's name that tells its region.
var bucketRegion = regexp.MustCompile(`^remotionlambda-([a-z]+[0-9])-`)

// BucketsIn returns those of an account's buckets that Remotion takes for its
// own in a region: by their names, as getOrCreateBucket() does.
func BucketsIn(names []string, region string) []string {
	var out []string
	for _, n := range names {
		m := bucketRegion.FindStringSubmatch(n)
		if m != nil && m[1] == strings.ReplaceAll(region, "-", "") {
			out = append(out, n)
		}
	}
	return out
}

// Buckets says what is wrong with the number of buckets in the regions of the
// functions. forced is the bucket of forceBucketName, or empty.
// Source: @remotion/serverless-client 4.0.527, get-or-create-bucket.js.
func Buckets(names, regions []string, forced string) []audit.Diagnosis {
	if forced != "" {
		return nil
	}
	var out []audit.Diagnosis
	for _, region := range regions {
		switch found := BucketsIn(names, region); len(found) {
		case 1:
		case 0:
			out = append(out, audit.Diagnosis{
				Code: "no-bucket", Severity: audit.SeverityWarning, Source: docs + "region-selection",
				Message: fmt.Sprintf("there is no remotionlambda-%s-* bucket: function and site must be in the same region, and a render there makes the function create a bucket, which the renderer policy does not let it configure, so that the render fails and a half-configured bucket stays", strings.ReplaceAll(region, "-", "")),
				Hint:    fmt.Sprintf("deploy the site to %s first (`npx remotion lambda sites create --region=%s`)", region, region),
			})
		default:
			out = append(out, audit.Diagnosis{
				Code: "multiple-buckets", Severity: audit.SeverityError, Source: docs + "multiple-buckets",
				Message: fmt.Sprintf("there are several buckets in %s that Remotion takes for its own, %s: it stops with \"You have multiple buckets … starting with remotionlambda-\"", region, joinWords(found)),
				Hint:    "delete all but one, or name one with forceBucketName (--bucket)",
			})
		}
	}
	return out
}

// A BucketUse says what a bucket is for.
type BucketUse struct {
	Output  bool   // of --output-bucket, else the bucket of the sites
	Region  string // of the functions
	Privacy string // of the outputs
}

// CheckBucket says what of a bucket's settings stops Remotion.
// Source: @remotion/lambda-client 4.0.527, src/write-file.ts; Amazon S3 User
// Guide, "Controlling ownership of objects and disabling ACLs for your bucket":
// BucketOwnerEnforced, the default since April 2023, refuses ACLs.
func CheckBucket(b account.Bucket, use BucketUse) []audit.Diagnosis {
	var out []audit.Diagnosis
	if b.Region != "" && use.Region != "" && b.Region != use.Region {
		out = append(out, audit.Diagnosis{
			Code: "bucket-region", Severity: audit.SeverityError, Source: docs + "region-selection",
			Message: fmt.Sprintf("the bucket %s is in %s, the function in %s: they must be in the same region", b.Name, b.Region, use.Region),
			Hint:    "use a bucket in " + use.Region + ", or s3OutputProvider with its region for outputs",
		})
	}
	if use.Output && use.Privacy == "no-acl" {
		return out
	}
	acl := "x-amz-acl: " + map[string]string{"private": "private"}[use.Privacy]
	if use.Privacy != "private" {
		acl = "x-amz-acl: public-read"
	}
	switch {
	case b.ObjectOwnership == "BucketOwnerEnforced" && use.Output:
		out = append(out, audit.Diagnosis{
			Code: "bucket-disallows-acl", Severity: audit.SeverityError, Source: docs + "troubleshooting/bucket-disallows-acl",
			Message: fmt.Sprintf("the bucket %s does not allow ACLs (Object Ownership is BucketOwnerEnforced), and outputs are sent with %s: S3 answers \"AccessControlListNotSupported: The bucket does not allow ACLs\"", b.Name, acl),
			Hint:    "render with privacy: 'no-acl' (--privacy no-acl), or set Object Ownership to BucketOwnerPreferred",
		})
	case b.ObjectOwnership == "BucketOwnerEnforced":
		out = append(out, audit.Diagnosis{
			Code: "bucket-disallows-acl", Severity: audit.SeverityWarning, Source: docs + "troubleshooting/bucket-disallows-acl",
			Message: fmt.Sprintf("the bucket %s does not allow ACLs (Object Ownership is BucketOwnerEnforced): sites are uploaded with x-amz-acl: public-read unless privacy is no-acl, and S3 answers \"AccessControlListNotSupported\"", b.Name),
			Hint:    "set Object Ownership to BucketOwnerPreferred, as Remotion does for buckets that it creates",
		})
	}
	if p := b.PublicAccessBlock; p != nil && !use.Output && (p.BlockPublicPolicy || p.RestrictPublicBuckets || p.IgnorePublicAcls) {
		out = append(out, audit.Diagnosis{
			Code: "bucket-blocks-public", Severity: audit.SeverityWarning, Source: docs + "s3-public-access",
			Message: fmt.Sprintf("Block Public Access is on for the bucket %s: sites in it cannot be opened by their URL, which the render function does", b.Name),
			Hint:    "switch it off for this bucket, or serve the site from elsewhere and give its URL as serveUrl",
		})
	}
	if p := b.PublicAccessBlock; p != nil && p.BlockPublicAcls && use.Privacy != "private" {
		out = append(out, audit.Diagnosis{
			Code: "bucket-blocks-public-acls", Severity: audit.SeverityError, Source: docs + "s3-public-access",
			Message: fmt.Sprintf("Block Public Access of the bucket %s refuses public ACLs: objects sent with x-amz-acl: public-read end in AccessDenied, whatever the role is granted", b.Name),
			Hint:    "render with privacy: 'no-acl' or 'private', or switch BlockPublicAcls off for this bucket",
		})
	}
	return out
}

// BucketModule is the module of the findings about one bucket's policy.
func BucketModule(name string) audit.Module {
	return audit.Module{
		Name: "bucket-policy-" + name, Title: "Policy of " + name,
		Why:    "A bucket's own policy may deny what the role is granted.",
		Breaks: "Renders that use the bucket end in AccessDenied although the role is granted all of S3.",
	}
}

// BucketPolicy judges whether a bucket's own policy denies what a requirement
// has granted on it: one finding for each action. decide answers for the
// principal with the policy as the resource's; a nil doc with a problem is a
// policy that could not be read, without one a bucket that has none.
func (r *Requirement) BucketPolicy(name, partition string, doc *policy.Document, problem string, decide func(iam.Probe) (iam.Verdict, error)) []audit.Finding {
	var out []audit.Finding
	for _, g := range r.Grants {
		a, ok := policy.ParseARN(g.Resource)
		bucket, _, _ := strings.Cut(a.Resource, "/")
		if !ok || a.Service != "s3" || !policy.MatchGlob(bucket, name) || slices.Contains(Unused, g.Action) || g.Action == "s3:CreateBucket" {
			continue
		}
		for _, resource := range bucketOrObjects(g.Action, name, partition) {
			if slices.ContainsFunc(out, func(f audit.Finding) bool { return f.Action == g.Action && f.Resource == resource }) {
				continue
			}
			f := audit.Finding{
				Module: BucketModule(name).Name, Action: g.Action, Resource: resource,
				Statements: []iam.StatementRef{}, MissingContext: []string{}, Evidence: []audit.Evidence{},
			}
			judgeBucket(&f, name, doc, problem, decide)
			out = append(out, f)
		}
	}
	return out
}

func judgeBucket(f *audit.Finding, name string, doc *policy.Document, problem string, decide func(iam.Probe) (iam.Verdict, error)) {
	f.Status = audit.Unknown
	if doc == nil {
		f.Reason = problem
		if problem == "" {
			f.Status, f.Scope, f.Reason = audit.Pass, audit.ScopeDocumented, "the bucket has no policy"
		}
		return
	}
	for _, sample := range samplesOfBucket(f.Resource) {
		v, err := decide(iam.Probe{Action: f.Action, Resource: sample, Context: iam.Context{{Key: "aws:SecureTransport", Type: iam.Boolean, Values: []string{"true"}}}})
		if err != nil {
			f.Reason = err.Error()
			return
		}
		f.Evidence = append(f.Evidence, audit.Evidence{Resource: sample, Verdict: v})
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

// samplesOfBucket are the bucket, or keys as Remotion makes them.
func samplesOfBucket(resource string) []string {
	bucket, ok := strings.CutSuffix(resource, "/*")
	if !ok {
		return []string{resource}
	}
	return []string{bucket + "/renders/8h3k2j9x1m/out.mp4", bucket + "/renders/8h3k2j9x1m/progress.json", bucket + "/sites/my-video/index.html"}
}
