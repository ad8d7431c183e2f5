package remotion

import "remotion-doctor/checks"

// history is every change to the policies from 3.0.0 to [Newest], oldest first.
//
// Source: @remotion/lambda, dist/api/iam-validation/user-permissions.js and
// role-permissions.js, compared from release to release; the releases named on
// the pages in Source. See [policies] for changes known as an interval.
var history = []checks.Change{
	{
		Since: "3.3.8", Policy: "caller", Removed: []string{"iam:GetUser"},
		Why:     "`policies validate` asks STS who is calling instead of IAM, so that it works for roles",
		Without: "`policies validate` of Remotion up to 3.3.7 fails; nothing else does",
		Source:  docs + "permissions",
	},
	{
		Since: "3.3.12", Policy: "caller", Removed: []string{"s3:PutBucketWebsite", "s3:DeleteBucketWebsite"},
		Why:     "buckets are no longer turned into websites",
		Without: "Remotion up to 3.3.11 cannot turn the bucket into a website",
		Source:  docs + "permissions",
	},
	{
		Since: "3.3.54", Policy: "caller", Added: []string{"lambda:PutRuntimeManagementConfig"},
		Why:     "deployFunction() pins the function's Node.js runtime, since an update by AWS broke renders in February 2023",
		Without: "a deploy prints a warning, and AWS may change the function's runtime",
		Source:  docs + "feb-2023-incident",
	},
	{
		Since: "3.3.87", Policy: "caller", Added: []string{"s3:PutBucketOwnershipControls", "s3:PutBucketPublicAccessBlock"},
		Why:     "since April 2023 AWS makes every new bucket private, and Remotion has to open it for its sites",
		Without: "creating a bucket fails (InvalidBucketAclWithObjectOwnership, AccessDenied or PARTIAL SUCCESS) and leaves one half-configured: delete it before the next try",
		Source:  docs + "s3-public-access",
	},
	{
		Since: "4.0.32", Policy: "caller", Added: []string{"s3:PutLifecycleConfiguration"},
		Why:     "renders can be deleted after a time (deleteAfter, enableFolderExpiry), by lifecycle rules of the bucket",
		Without: "enableFolderExpiry fails, and so do `sites rm` and `sites rmall`, which remove the rules",
		Source:  docs + "autodelete",
	},
	{
		Since: "4.0.48", Policy: "caller", Added: []string{"lambda:TagResource"},
		Why:     "deployFunction() tags the function with its version, memory, disk and timeout",
		Without: "the function gets no tags; nothing else changes",
		Source:  "https://github.com/remotion-dev/remotion/issues/3017",
	},
	{
		Since: "4.0.61", Policy: "caller", Added: []string{"lambda:GetLayerVersion"},
		Why:     "deployFunction({enableLambdaInsights: true}) attaches the Lambda Insights layer",
		Without: "deploying with enableLambdaInsights fails; without it, nothing changes",
		Source:  docs + "insights",
	},
	{
		Since: "4.0.61", Policy: "renderer", Added: []string{"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"},
		Why:     "Lambda Insights, where it is enabled, writes to the log group /aws/lambda-insights",
		Without: "Lambda Insights reports nothing; renders work",
		Source:  docs + "insights",
	},
	{
		Since: "4.0.418", Policy: "caller", Added: []string{"s3:PutBucketPolicy"},
		Why:     "a new bucket is opened by a bucket policy that does not let strangers list it",
		Without: "Remotion warns and opens the bucket by a public-read ACL instead, so that anyone can list it",
		Source:  docs + "bucket-security",
	},
}

// unused are the actions of the documented caller policy that Remotion never
// calls.
// Source: no InvokeAsyncCommand and no DeleteBucketCommand in
// @remotion/lambda, @remotion/lambda-client and @remotion/serverless 4.0.527.
var unused = []string{"lambda:InvokeAsync", "s3:DeleteBucket"}

// undocumented are the actions that Remotion uses and does not document.
// Source: operations of 4.0.527 against its policies.
var undocumented = []checks.Undocumented{
	{Policy: "caller", Actions: []string{"lambda:GetFunctionConfiguration", "lambda:UpdateFunctionConfiguration"}, When: "a function that exists is deployed again with customLayerArns", Feature: "custom-layer"},
	{Policy: "caller", Actions: []string{"iam:CreateServiceLinkedRole"}, When: "the first `quotas increase` of an account is made", Feature: "quota-increase"},
	{Policy: "caller", Actions: []string{"ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"}, When: "a function is deployed into a VPC", Feature: "vpc"},
	{Policy: "caller", Actions: []string{"s3:AbortMultipartUpload"}, When: "a multipart upload fails: without it the error that is shown is AccessDenied, and not the one that was the cause", Feature: "multipart"},
	{Policy: "renderer", Actions: []string{"s3:AbortMultipartUpload"}, When: "a multipart upload fails: without it the error that is shown is AccessDenied, and not the one that was the cause", Feature: "multipart"},
	{Policy: "renderer", Actions: []string{"logs:CreateLogGroup"}, When: "the function was deployed without its log group (createCloudWatchLogGroup off, or made by a template): without it there are no logs", Feature: "no-log-group"},
	{Policy: "renderer", Actions: []string{"s3:PutBucketOwnershipControls", "s3:PutBucketPublicAccessBlock"}, When: "the function has to create the bucket itself, because its region has none: the bucket is created and stays half-configured", Feature: "role-creates-bucket"},
}
