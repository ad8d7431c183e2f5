package checks

// A Change is what a release of Remotion changed about a required policy.
type Change struct {
	Since   string
	Policy  string // caller or renderer
	Added   []string
	Removed []string
	// Why says what Remotion does since then, Without what happens where it is
	// not granted.
	Why, Without string
	Source       string
}

// docs is where Remotion's documentation of Lambda is.
const docs = "https://www.remotion.dev/docs/lambda/"

// History is every change to the policies from 3.0.0 to [Newest], oldest first.
//
// Source: @remotion/lambda, dist/api/iam-validation/user-permissions.js and
// role-permissions.js, compared from release to release; the releases named on
// the pages in Source. See [sets] for changes known as an interval.
var History = []Change{
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

// Unused are the actions of the documented caller policy that Remotion never
// calls.
// Source: no InvokeAsyncCommand and no DeleteBucketCommand in
// @remotion/lambda, @remotion/lambda-client and @remotion/serverless 4.0.527.
var Unused = []string{"lambda:InvokeAsync", "s3:DeleteBucket"}

// An Ungranted is something that Remotion does and no documented policy grants.
type Ungranted struct {
	Policy  string
	Actions []string
	When    string // as the end of "needed when …"
	Feature string // the feature that demands it; empty for an error's path
}

// NeverGranted are the actions that Remotion uses and does not document.
// Source: operations of 4.0.527 against its policies.
var NeverGranted = []Ungranted{
	{"caller", []string{"lambda:GetFunctionConfiguration", "lambda:UpdateFunctionConfiguration"}, "a function that exists is deployed again with customLayerArns", "custom-layer"},
	{"caller", []string{"iam:CreateServiceLinkedRole"}, "the first `quotas increase` of an account is made", "quota-increase"},
	{"caller", []string{"ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"}, "a function is deployed into a VPC", "vpc"},
	{"caller", []string{"s3:AbortMultipartUpload"}, "a multipart upload fails: without it the error that is shown is AccessDenied, and not the one that was the cause", "multipart"},
	{"renderer", []string{"s3:AbortMultipartUpload"}, "a multipart upload fails: without it the error that is shown is AccessDenied, and not the one that was the cause", "multipart"},
	{"renderer", []string{"logs:CreateLogGroup"}, "the function was deployed without its log group (createCloudWatchLogGroup off, or made by a template): without it there are no logs", "no-log-group"},
	{"renderer", []string{"s3:PutBucketOwnershipControls", "s3:PutBucketPublicAccessBlock"}, "the function has to create the bucket itself, because its region has none: the bucket is created and stays half-configured", "role-creates-bucket"},
}
