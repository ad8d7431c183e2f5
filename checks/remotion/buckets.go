package remotion

import (
	"fmt"
	"regexp"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/iam/account"
)

// bucketRegion is the part of a bucket's name that says its region.
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
				Code: "no-bucket", Region: region, Severity: audit.SeverityWarning, Source: docs + "region-selection",
				Message: fmt.Sprintf("there is no remotionlambda-%s-* bucket: function and site must be in the same region, and a render there makes the function create a bucket, which the renderer policy does not let it configure, so that the render fails and a half-configured bucket stays", strings.ReplaceAll(region, "-", "")),
				Hint:    fmt.Sprintf("deploy the site to %s first (`npx remotion lambda sites create --region=%s`)", region, region),
			})
		default:
			out = append(out, audit.Diagnosis{
				Code: "multiple-buckets", Region: region, Severity: audit.SeverityError, Source: docs + "multiple-buckets",
				Message: fmt.Sprintf("there are several buckets in %s that Remotion considers its own, %s: it stops with \"You have multiple buckets … starting with remotionlambda-\"", region, checks.JoinWords(found)),
				Hint:    "delete all but one, or name one with forceBucketName (--bucket)",
			})
		}
	}
	return out
}

// CheckBucket says what of a bucket's settings stops Remotion.
// Source: @remotion/lambda-client 4.0.527, src/write-file.ts; Amazon S3 User
// Guide, "Controlling ownership of objects and disabling ACLs for your bucket":
// BucketOwnerEnforced, the default since April 2023, refuses ACLs.
func CheckBucket(b account.Bucket, use checks.BucketUse) []audit.Diagnosis {
	var out []audit.Diagnosis
	if b.Region != "" && use.Region != "" && b.Region != use.Region {
		out = append(out, audit.Diagnosis{
			Code: "bucket-region", Bucket: b.Name, Region: use.Region, Severity: audit.SeverityError, Source: docs + "region-selection",
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
			Code: "bucket-disallows-acl", Bucket: b.Name, Severity: audit.SeverityError, Source: docs + "troubleshooting/bucket-disallows-acl",
			Message: fmt.Sprintf("the bucket %s does not allow ACLs (Object Ownership is BucketOwnerEnforced), and outputs are sent with %s: S3 answers \"AccessControlListNotSupported: The bucket does not allow ACLs\"", b.Name, acl),
			Hint:    "render with privacy: 'no-acl' (--privacy no-acl), or set Object Ownership to BucketOwnerPreferred",
		})
	case b.ObjectOwnership == "BucketOwnerEnforced":
		out = append(out, audit.Diagnosis{
			Code: "bucket-disallows-acl", Bucket: b.Name, Severity: audit.SeverityWarning, Source: docs + "troubleshooting/bucket-disallows-acl",
			Message: fmt.Sprintf("the bucket %s does not allow ACLs (Object Ownership is BucketOwnerEnforced): sites are uploaded with x-amz-acl: public-read unless privacy is no-acl, and S3 answers \"AccessControlListNotSupported\"", b.Name),
			Hint:    "set Object Ownership to BucketOwnerPreferred, as Remotion does for buckets that it creates",
		})
	}
	if p := b.PublicAccessBlock; p != nil && !use.Output && (p.BlockPublicPolicy || p.RestrictPublicBuckets || p.IgnorePublicAcls) {
		out = append(out, audit.Diagnosis{
			Code: "bucket-blocks-public", Bucket: b.Name, Severity: audit.SeverityWarning, Source: docs + "s3-public-access",
			Message: fmt.Sprintf("Block Public Access is on for the bucket %s: sites in it cannot be opened by their URL, which the render function does", b.Name),
			Hint:    "switch it off for this bucket, or serve the site from elsewhere and give its URL as serveUrl",
		})
	}
	if p := b.PublicAccessBlock; p != nil && p.BlockPublicAcls && use.Privacy != "private" {
		out = append(out, audit.Diagnosis{
			Code: "bucket-blocks-public-acls", Bucket: b.Name, Severity: audit.SeverityError, Source: docs + "s3-public-access",
			Message: fmt.Sprintf("Block Public Access of the bucket %s refuses public ACLs: objects sent with x-amz-acl: public-read end in AccessDenied, whatever the role is granted", b.Name),
			Hint:    "render with privacy: 'no-acl' or 'private', or switch BlockPublicAcls off for this bucket",
		})
	}
	return out
}
