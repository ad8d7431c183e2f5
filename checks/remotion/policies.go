package remotion

import "remotion-doctor/checks"

// policies are the required policies, oldest first.
//
// Where a change is known only as an interval of releases, Since is the end of
// it that requires more: 3.3.9 to 3.3.12 dropped s3:PutBucketWebsite, 4.0.48 to
// 4.0.51 added lambda:TagResource.
// Source: @remotion/lambda, dist/api/iam-validation/user-permissions.js and
// role-permissions.js, at the releases named; the pages feb-2023-incident
// (3.3.54), s3-public-access (3.3.87), autodelete (4.0.32), insights (4.0.61),
// bucket-security (4.0.418) and aws-china-regions (4.0.510) of Remotion's
// documentation.
var policies = []checks.Policy{
	since(Caller, "aws", "3.0.0"),
	since(Caller, "aws", "3.3.8"),
	since(Caller, "aws", "3.3.12"),
	since(Caller, "aws", "3.3.54"),
	since(Caller, "aws", "3.3.87"),
	since(Caller, "aws", "4.0.32"),
	since(Caller, "aws", "4.0.48"),
	since(Caller, "aws", "4.0.61"),
	since(Caller, "aws", "4.0.418"),
	since(Caller, "aws-cn", "4.0.510"),
	since(Renderer, "aws", "3.0.0"),
	since(Renderer, "aws", "4.0.61"),
	since(Renderer, "aws-cn", "4.0.510"),
}

// since is a policy in the file data/NAME-SINCE.json.
func since(name, partition, release string) checks.Policy {
	suffix := ""
	if partition != "aws" {
		suffix = "-" + partition
	}
	return checks.Policy{Name: name, Partition: partition, Since: release, File: "data/" + name + "-" + release + suffix + ".json"}
}
