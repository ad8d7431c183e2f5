package remotion

import "remotion-doctor/checks"

const threads = "https://github.com/remotion-dev/remotion/issues/"

// pains are the errors that users of Remotion Lambda report, by how often.
//
// Source: the threads and pages named, and the texts in @remotion/lambda
// 4.0.527.
var pains = []checks.Pain{
	{
		Code: "stale-policy", Patterns: []string{`InvalidBucketAclWithObjectOwnership|PARTIAL SUCCESS: The s3:PutBucketOwnershipControls|s3:PutBucket(OwnershipControls|PublicAccessBlock)|(Delete|Put)BucketOwnershipControls|DeletePublicAccessBlock`},
		Policy: "caller", Actions: []string{"s3:PutBucketOwnershipControls", "s3:PutBucketPublicAccessBlock"},
		Cause: "the caller's policy is older than Remotion 3.3.87: since April 2023 AWS makes new buckets private, and Remotion must be allowed to open the one that it creates",
		Cure:  "replace the policy by the one of your release (`remotion-doctor policy show caller`) and delete the half-created bucket before the next try",
		Check: "remotion-doctor check --for first-bucket", Source: threads + "2149",
	},
	{
		Code: "host-role", Patterns: []string{`not authorized to perform:? lambda:InvokeFunction`, `assumed-role/`},
		Policy: "caller", Actions: []string{"lambda:InvokeFunction"},
		Cause: "your code runs with the role of its host (a Lambda function, a container, a hosting platform), and that role may not invoke Remotion's function",
		Cure:  "set REMOTION_AWS_ACCESS_KEY_ID and REMOTION_AWS_SECRET_ACCESS_KEY where the code is deployed, or give the host's role the caller policy",
		Check: "remotion-doctor check --for render --function YOUR-FUNCTION", Source: threads + "4838",
	},
	{
		Code: "mixed-up-keys", Patterns: []string{`UnrecognizedClientException|credentials provided were probably mixed up`},
		Cause: "the access key, its secret and its session token do not belong together: AWS_ACCESS_KEY_ID of the host is picked up, or REMOTION_AWS_* is empty or not deployed, or a temporary key (ASIA…) lacks its session token",
		Cure:  "set all of REMOTION_AWS_ACCESS_KEY_ID, REMOTION_AWS_SECRET_ACCESS_KEY and, for temporary keys, REMOTION_AWS_SESSION_TOKEN where the code runs",
		Check: "remotion-doctor check --caller", Source: docs + "troubleshooting/unrecognizedclientexception",
	},
	{
		Code: "credentials-check", Patterns: []string{`have not set the environment variable (AWS|REMOTION_AWS)_`},
		Cause: "Remotion looks for credentials in variables and profiles only; those of an EC2 instance, an ECS task, a pod or an SSO profile are not seen",
		Cure:  "set REMOTION_SKIP_AWS_CREDENTIALS_CHECK=1 (Remotion 4.0.160 or newer), or name a profile in REMOTION_AWS_PROFILE",
		Check: "remotion-doctor check --caller", Source: threads + "1891",
	},
	{
		Code: "bucket-disallows-acl", Patterns: []string{`AccessControlListNotSupported|bucket does not allow ACLs`}, Policy: "renderer",
		Cause: "the bucket refuses ACLs (Object Ownership is BucketOwnerEnforced, the default since April 2023), and objects are sent with x-amz-acl unless privacy is no-acl",
		Cure:  "render with privacy: 'no-acl', or enable ACLs in the bucket's Object Ownership",
		Check: "remotion-doctor check --renderer --output-bucket NAME", Source: docs + "troubleshooting/bucket-disallows-acl",
	},
	{
		Code: "output-bucket", Patterns: []string{`Unable to access item|403 error when heading the file|Lambda role must have permission for both`},
		Policy: "renderer", Actions: []string{"s3:GetObject", "s3:ListBucket"},
		Cause: "the render function's own role (not the caller) lacks s3:GetObject or s3:ListBucket on the output bucket, the wrong role was edited, or the bucket is of another account",
		Cure:  "grant both to the renderer's role, or upgrade to 4.0.523, which needs neither; for a bucket of another account use s3OutputProvider",
		Check: "remotion-doctor check --renderer --output-bucket NAME", Source: "https://github.com/remotion-dev/remotion/pull/11161",
	},
	{
		Code: "trust-policy", Patterns: []string{`role defined for the function cannot be assumed by Lambda|does not exist in your AWS account or has the wrong policy assigned`}, Policy: "renderer",
		Cause: "the execution role is missing, is not called exactly remotion-lambda-role, has a path, or its trust policy does not let lambda.amazonaws.com assume it. Remotion's text blames the policy, but what the role may do has no part in this error",
		Cure:  "create the role remotion-lambda-role with the trust policy for lambda.amazonaws.com; if you have just done so, wait some seconds for IAM",
		Check: "remotion-doctor check --renderer", Source: docs + "troubleshooting/permissions",
	},
	{
		Code: "pass-role", Patterns: []string{`not authorized to perform:? iam:PassRole`}, Policy: "caller", Actions: []string{"iam:PassRole"},
		Cause: "whoever deploys the function may not hand it this role: the documented policy allows only role/remotion-lambda-role, without a path",
		Cure:  "grant iam:PassRole on exactly the role in the message",
		Check: "remotion-doctor check --for deploy-function --custom-role ARN", Source: "https://github.com/remotion-dev/remotion/pull/1016",
	},
	{
		Code: "multiple-buckets", Patterns: []string{`multiple buckets.*remotionlambda-`},
		Cause: "the region has several buckets whose names start with remotionlambda-, and Remotion cannot tell which is its own",
		Cure:  "delete all but one, or name one with forceBucketName",
		Check: "remotion-doctor check --renderer", Source: docs + "multiple-buckets",
	},
	{
		Code: "public-buckets-forbidden", Patterns: []string{`explicit deny in a (service|resource) control policy`, `s3:Put(BucketPolicy|BucketAcl|BucketPublicAccessBlock|BucketOwnershipControls)`}, Policy: "caller",
		Cause: "your organization forbids public buckets, and Remotion opens its bucket; no grant outweighs that",
		Cure:  "ask the administrator to except remotionlambda-* buckets, or use a bucket of your own with forceBucketName and privacy no-acl",
		Check: "remotion-doctor check --for first-bucket", Source: threads + "3839",
	},
	{
		Code: "block-public-access", Patterns: []string{`BlockPublicPolicy|BlockPublicAcls|Block Public Access`},
		Cause: "Block Public Access of the bucket or of the account refuses what Remotion does to make sites readable",
		Cure:  "switch it off for remotionlambda-* buckets, or render with privacy no-acl into a bucket of your own",
		Check: "remotion-doctor check --renderer", Source: docs + "s3-public-access",
	},
	{
		Code: "quota-increase", Patterns: []string{`DependencyAccessDeniedException|Service-linked role creation access denied|sub-account of another AWS account`},
		Policy: "caller", Actions: []string{"iam:CreateServiceLinkedRole"},
		Cause: "the first request to Service Quotas in an account creates its service-linked role, for which iam:CreateServiceLinkedRole is missing: no policy of Remotion grants it",
		Cure:  "let an administrator make the first request in the AWS console, or grant iam:CreateServiceLinkedRole for servicequotas.amazonaws.com once",
		Check: "remotion-doctor check --for quotas --feature quota-increase", Source: threads + "1941",
	},
	{
		Code: "security-token", Patterns: []string{`security token included in the request is invalid|InvalidClientTokenId`},
		Cause: "the region is not enabled in the account, or the access key is temporary (ASIA…) and its session token is not set, or the key is wrong. Remotion's remark that keys start with AKI is wrong for temporary ones",
		Cure:  "enable the region in the AWS console under Account, set REMOTION_AWS_SESSION_TOKEN, or make a new key",
		Check: "remotion-doctor check --caller --region REGION", Source: docs + "troubleshooting/security-token",
	},
	{
		Code: "expected-bucket-owner", Patterns: []string{`Access ?Denied|403`, `ExpectedBucketOwner`}, Policy: "renderer",
		Cause: "Remotion sends the function's own account as ExpectedBucketOwner with each upload: a bucket of another account refuses it whatever its policy says",
		Cure:  "use s3OutputProvider with keys of that account",
		Check: "remotion-doctor check --renderer --output-bucket NAME --output-account ID", Source: docs + "custom-destination",
	},
	{
		Code: "list-functions", Patterns: []string{`AccessDeniedException:? UnknownError`}, Policy: "caller", Actions: []string{"lambda:ListFunctions"},
		Cause: "AWS refused the call without saying why, which the SDK shows as UnknownError: for ListFunctions it is lambda:ListFunctions, or a service control policy that came since yesterday",
		Cure:  "check the caller; the report names the layer",
		Check: "remotion-doctor check --for deploy-function", Source: threads + "5001",
	},
	{
		Code: "no-compatible-function", Patterns: []string{`No (Lambda )?functions? (with|of) version|ResourceConflictException.*remotion-render-|Function already exist`}, Policy: "caller", Actions: []string{"lambda:InvokeFunction"},
		Cause: "without lambda:InvokeFunction Remotion cannot ask functions for their version and takes it that there is none: getFunctions({compatibleOnly: true}) returns nothing, and deployFunction() tries to create a function that exists",
		Cure:  "grant lambda:InvokeFunction on remotion-render-* functions; if it is granted, deploy a function of this version",
		Check: "remotion-doctor check --for deploy-function", Source: docs + "upgrading",
	},
	{
		Code: "truncated-policy", Patterns: []string{`MalformedPolicyDocument|unexpected end of (the )?(JSON|document)|Syntax errors in policy`},
		Cause: "the policy is not whole: it was cut off while it was copied",
		Cure:  "`remotion-doctor policy lint FILE` names the place, `remotion-doctor policy show caller` prints a whole one",
		Check: "remotion-doctor policy lint FILE", Source: "https://github.com/remotion-dev/template-next-pages-dir/issues/4",
	},
	{
		Code: "multipart", Patterns: []string{`s3:AbortMultipartUpload`}, Policy: "renderer", Actions: []string{"s3:AbortMultipartUpload"},
		Cause: "a part of an upload failed, and this error of the clean-up hides why: neither documented policy has s3:AbortMultipartUpload",
		Cure:  "grant s3:AbortMultipartUpload to see the error that was the cause, which is often s3:PutObject, s3:PutObjectAcl or a KMS key",
		Check: "remotion-doctor check --renderer --feature multipart", Source: "@remotion/lambda-client 4.0.527, lib-storage",
	},
	{
		Code: "kms", Patterns: []string{`kms:(GenerateDataKey|Decrypt)`}, Policy: "renderer", Actions: []string{"kms:GenerateDataKey", "kms:Decrypt"},
		Cause: "the bucket is encrypted with a KMS key, and neither of Remotion's policies has an action of KMS",
		Cure:  "grant kms:GenerateDataKey and kms:Decrypt on the key to the render function's role and to the caller",
		Check: "remotion-doctor check --renderer --kms-key ARN", Source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
	},
	{
		Code: "vpc", Patterns: []string{`ec2:(CreateNetworkInterface|DescribeNetworkInterfaces|DeleteNetworkInterface)|does not have permissions to call CreateNetworkInterface on EC2`}, Policy: "renderer", Actions: []string{"ec2:CreateNetworkInterface"},
		Cause: "a function in a VPC needs network interfaces, which Lambda makes as the function's role",
		Cure:  "attach AWSLambdaVPCAccessExecutionRole to the render function's role",
		Check: "remotion-doctor check --renderer --vpc", Source: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
	},
}
