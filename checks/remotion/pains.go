package remotion

import (
	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/iam"
)

const threads = "https://github.com/remotion-dev/remotion/issues/"

// granted are the layers of a denial that a grant cures.
var granted = []iam.Layer{iam.LayerIdentity}

// pains are the errors that users of Remotion Lambda report, by how often.
//
// Source: the threads and pages named, and the texts in @remotion/lambda
// 4.0.527.
var pains = []checks.Pain{
	{
		Code: "stale-policy", Patterns: []string{`InvalidBucketAclWithObjectOwnership|PARTIAL SUCCESS: The s3:PutBucketOwnershipControls|s3:PutBucket(OwnershipControls|PublicAccessBlock)|(Delete|Put)BucketOwnershipControls|DeletePublicAccessBlock`},
		About: []string{"s3:PutBucketOwnershipControls", "s3:PutBucketPublicAccessBlock"}, Layers: granted,
		Policy: "caller", Actions: []string{"s3:PutBucketOwnershipControls", "s3:PutBucketPublicAccessBlock"},
		Cause: "the caller's policy is older than Remotion 3.3.87: since April 2023 AWS makes new buckets private, and Remotion must be allowed to open the bucket that it creates",
		Cure:  "replace the policy by the one of your release (`remotion-doctor policy show caller`) and delete the half-created bucket before the next try",
		Check: audit.Command{Name: "check", Requirement: []audit.Flag{{Name: "for", Value: "first-bucket"}}}, Source: threads + "2149",
	},
	{
		Code: "host-role", About: []string{"lambda:InvokeFunction"}, Principal: `:assumed-role/`, Resource: `:function:remotion-render-|^$`, Layers: granted,
		Policy: "caller", Actions: []string{"lambda:InvokeFunction"},
		Cause: "your code runs with the role of its host (a Lambda function, a container, a hosting platform), and that role has no grant to invoke Remotion's function",
		Cure:  "set REMOTION_AWS_ACCESS_KEY_ID and REMOTION_AWS_SECRET_ACCESS_KEY where the code is deployed, or give the host's role the caller policy",
		Check: audit.Command{Name: "check", Requirement: []audit.Flag{{Name: "for", Value: "render"}}}, Source: threads + "4838",
	},
	{
		Code: "mixed-up-keys", Patterns: []string{`UnrecognizedClientException|credentials provided were probably mixed up`}, NoDenial: true,
		Cause: "the access key, its secret and its session token do not belong together: AWS_ACCESS_KEY_ID of the host is picked up, or REMOTION_AWS_* is empty or not deployed, or a temporary key (ASIA…) lacks its session token",
		Cure:  "set all of REMOTION_AWS_ACCESS_KEY_ID, REMOTION_AWS_SECRET_ACCESS_KEY and, for temporary keys, REMOTION_AWS_SESSION_TOKEN where the code runs",
		Check: audit.Command{Name: "check"}, Source: docs + "troubleshooting/unrecognizedclientexception",
	},
	{
		Code: "credentials-check", Patterns: []string{`have not set the environment variable (AWS|REMOTION_AWS)_`}, NoDenial: true,
		Cause: "Remotion looks for credentials in variables and profiles only; those of an EC2 instance, an ECS task, a pod or an SSO profile are not seen",
		Cure:  "set REMOTION_SKIP_AWS_CREDENTIALS_CHECK=1 (Remotion 4.0.160 or newer), or name a profile in REMOTION_AWS_PROFILE",
		Check: audit.Command{Name: "check"}, Source: threads + "1891",
	},
	{
		Code: "bucket-disallows-acl", Patterns: []string{`AccessControlListNotSupported|bucket does not allow ACLs`}, Policy: "renderer",
		Cause: "the bucket refuses ACLs (Object Ownership is BucketOwnerEnforced, the default since April 2023), and objects are sent with x-amz-acl unless privacy is no-acl",
		Cure:  "render with privacy: 'no-acl', or enable ACLs in the bucket's Object Ownership",
		Check: audit.Command{Name: "check", Target: []audit.Flag{{Name: "renderer"}}}, Source: docs + "troubleshooting/bucket-disallows-acl",
	},
	{
		Code: "output-bucket", Patterns: []string{`Unable to access item|403 error when heading the file|Lambda role must have permission for both`},
		Layers: granted,
		Policy: "renderer", Actions: []string{"s3:GetObject", "s3:ListBucket"},
		Cause: "the render function's own role (not the caller) lacks s3:GetObject or s3:ListBucket on the output bucket, the wrong role was edited, or the bucket belongs to another account",
		Cure:  "grant both to the renderer's role, or upgrade to 4.0.523, which needs neither; for a bucket of another account use s3OutputProvider",
		Check: audit.Command{Name: "check", Target: []audit.Flag{{Name: "renderer"}}}, Source: "https://github.com/remotion-dev/remotion/pull/11161",
	},
	{
		Code: "trust-policy", Patterns: []string{`role defined for the function cannot be assumed by Lambda|does not exist in your AWS account or has the wrong policy assigned`}, Policy: "renderer",
		Cause: "the execution role is missing, is not called exactly remotion-lambda-role, has a path, or its trust policy does not let lambda.amazonaws.com assume it. Remotion's text blames the policy, but what the role may do has no part in this error",
		Cure:  "create the role remotion-lambda-role with the trust policy for lambda.amazonaws.com; if you have just done so, wait some seconds for IAM",
		Check: audit.Command{Name: "check", Target: []audit.Flag{{Name: "renderer"}}}, Source: docs + "troubleshooting/permissions",
	},
	{
		Code: "pass-role-of-another-account", Patterns: []string{`Cross-account pass role is not allowed`},
		Cause:  "the execution role belongs to another account than the function; a role can only be passed within its own account, and no policy changes that",
		Cure:   "create the execution role in the account of the function, and name that one (customRoleArn)",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
	},
	{
		Code: "pass-role", About: []string{"iam:PassRole"}, Layers: granted, Policy: "caller", Actions: []string{"iam:PassRole"},
		Cause: "the principal that deploys the function has no grant to pass this role: the documented policy allows only role/remotion-lambda-role, without a path",
		Cure:  "grant iam:PassRole on exactly the role in the message",
		Check: audit.Command{Name: "check", Requirement: []audit.Flag{{Name: "for", Value: "deploy-function"}}}, Source: "https://github.com/remotion-dev/remotion/pull/1016",
	},
	{
		Code: "multiple-buckets", Patterns: []string{`multiple buckets.*remotionlambda-`}, NoDenial: true,
		Cause: "the region has several buckets whose names start with remotionlambda-, and Remotion cannot choose one",
		Cure:  "delete all but one, or name one with forceBucketName",
		Check: audit.Command{Name: "check", Target: []audit.Flag{{Name: "renderer"}}}, Source: docs + "multiple-buckets",
	},
	{
		Code: "public-buckets-forbidden", About: []string{"s3:PutBucketPolicy", "s3:PutBucketAcl", "s3:PutBucketPublicAccessBlock", "s3:PutBucketOwnershipControls", "s3:PutObjectAcl"},
		Layers: []iam.Layer{iam.LayerSCP, iam.LayerRCP}, Policy: "caller",
		Cause: "your organization forbids public buckets, and Remotion opens its bucket; no grant outweighs that",
		Cure:  "ask the administrator to except remotionlambda-* buckets, or use a bucket of your own with forceBucketName and privacy no-acl",
		Check: audit.Command{Name: "check", Requirement: []audit.Flag{{Name: "for", Value: "first-bucket"}}}, Source: threads + "3839",
	},
	{
		Code: "block-public-access", Patterns: []string{`BlockPublicPolicy|BlockPublicAcls|Block Public Access`},
		Cause: "Block Public Access of the bucket or of the account refuses what Remotion does to make sites readable",
		Cure:  "switch it off for remotionlambda-* buckets, or render with privacy no-acl into a bucket of your own",
		Check: audit.Command{Name: "check", Target: []audit.Flag{{Name: "renderer"}}}, Source: docs + "s3-public-access",
	},
	{
		Code: "quota-increase", Patterns: []string{`DependencyAccessDeniedException|Service-linked role creation access denied|sub-account of another AWS account`},
		About: []string{"iam:CreateServiceLinkedRole"}, Layers: granted,
		Policy: "caller", Actions: []string{"iam:CreateServiceLinkedRole"},
		Cause: "the first request to Service Quotas in an account creates its service-linked role, for which iam:CreateServiceLinkedRole is missing: no policy of Remotion grants it",
		Cure:  "ask an administrator to make the first request in the AWS console, or grant iam:CreateServiceLinkedRole for servicequotas.amazonaws.com once",
		Check: audit.Command{Name: "check", Requirement: []audit.Flag{{Name: "for", Value: "quotas"}, {Name: "feature", Value: "quota-increase"}}}, Source: threads + "1941",
	},
	{
		Code: "security-token", Patterns: []string{`security token included in the request is invalid|InvalidClientTokenId`}, NoDenial: true,
		Cause: "the region is not enabled in the account, or the access key is temporary (ASIA…) and its session token is not set, or the key is wrong. Remotion's remark that keys start with AKI is wrong for temporary ones",
		Cure:  "enable the region in the AWS console under Account, set REMOTION_AWS_SESSION_TOKEN, or make a new key",
		Check: audit.Command{Name: "check"}, Source: docs + "troubleshooting/security-token",
	},
	{
		Code: "expected-bucket-owner", Patterns: []string{`Access ?Denied|403`, `ExpectedBucketOwner`}, Policy: "renderer",
		Cause: "Remotion sends the function's own account as ExpectedBucketOwner with each upload: a bucket of another account refuses it whatever its policy says",
		Cure:  "use s3OutputProvider with keys of that account",
		Check: audit.Command{Name: "check", Target: []audit.Flag{{Name: "renderer"}}}, Source: docs + "custom-destination",
	},
	{
		Code: "list-functions", Patterns: []string{`AccessDeniedException:? UnknownError`}, Layers: granted, Policy: "caller", Actions: []string{"lambda:ListFunctions"},
		Cause: "AWS refused the call without saying why, which the SDK shows as UnknownError: for ListFunctions it is lambda:ListFunctions, or a new service control policy",
		Cure:  "check the caller; the report names the layer",
		Check: audit.Command{Name: "check", Requirement: []audit.Flag{{Name: "for", Value: "deploy-function"}}}, Source: threads + "5001",
	},
	{
		Code: "no-compatible-function", Patterns: []string{`No (Lambda )?functions? (with|of) version|ResourceConflictException.*remotion-render-|Function already exist`}, Layers: granted, Policy: "caller", Actions: []string{"lambda:InvokeFunction"},
		Cause: "without lambda:InvokeFunction Remotion cannot ask functions for their version and assumes that none exists: getFunctions({compatibleOnly: true}) returns nothing, and deployFunction() tries to create a function that exists",
		Cure:  "grant lambda:InvokeFunction on remotion-render-* functions; if it is granted, deploy a function of this version",
		Check: audit.Command{Name: "check", Requirement: []audit.Flag{{Name: "for", Value: "deploy-function"}}}, Source: docs + "upgrading",
	},
	{
		Code: "truncated-policy", Patterns: []string{`MalformedPolicyDocument|unexpected end of (the )?(JSON|document)|Syntax errors in policy`}, NoDenial: true,
		Cause:  "the policy is incomplete: it was cut off when it was copied",
		Cure:   "`remotion-doctor policy lint FILE` names the place, `remotion-doctor policy show caller` prints a whole one",
		Source: "https://github.com/remotion-dev/template-next-pages-dir/issues/4",
	},
	{
		Code: "multipart", Patterns: []string{`s3:AbortMultipartUpload`}, About: []string{"s3:AbortMultipartUpload"}, Layers: granted, Policy: "renderer", Actions: []string{"s3:AbortMultipartUpload"},
		Cause: "a part of an upload failed, and this error of the clean-up hides why: neither documented policy has s3:AbortMultipartUpload",
		Cure:  "grant s3:AbortMultipartUpload to see the error that was the cause, which is often s3:PutObject, s3:PutObjectAcl or a KMS key",
		Check: audit.Command{Name: "check", Target: []audit.Flag{{Name: "renderer"}}, Requirement: []audit.Flag{{Name: "feature", Value: "multipart"}}}, Source: "@remotion/lambda-client 4.0.527, lib-storage",
	},
	{
		Code: "kms", About: []string{"kms:GenerateDataKey*", "kms:Decrypt"}, Layers: granted, Policy: "renderer", Actions: []string{"kms:GenerateDataKey", "kms:Decrypt"},
		Cause: "the bucket is encrypted with a KMS key, and neither of Remotion's policies has an action of KMS",
		Cure:  "grant kms:GenerateDataKey and kms:Decrypt on the key to the render function's role and to the caller",
		Check: audit.Command{Name: "check", Target: []audit.Flag{{Name: "renderer"}}}, Source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
	},
	{
		Code: "kms-environment", Patterns: []string{`unable to (decrypt|encrypt) (the|your) environment variables|KMS\w*Exception.{0,80}environment variables`},
		Principal: `.`, Layers: []iam.Layer{iam.LayerIdentity, iam.LayerResource},
		Cause:  "Lambda could not decrypt the function's environment variables: the function's role may not use the KMS key that encrypts them. The key is the function's own setting (KMSKeyArn)",
		Cure:   "grant kms:Decrypt on the key in the message to the function's role, in the key policy as well where the key is in another account; or remove the key from the function's configuration",
		Source: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html",
	},
	{
		Code: "layer-not-shared", About: []string{"lambda:GetLayerVersion"}, Layers: []iam.Layer{iam.LayerResource},
		Cause:  "the layer's own policy does not allow it: the layer version does not exist in this Region, or its owner has not shared it with this account. A function and its layers must be in the same Region",
		Cure:   "use the layer that Remotion publishes in the function's Region (`npx remotion lambda functions deploy --region REGION` picks it; REGION is one of remotion.dev/docs/lambda/region-selection), or ask the layer's owner to share it",
		Source: "https://docs.aws.amazon.com/lambda/latest/dg/permissions-layer-cross-account.html",
	},
	{
		Code: "web-identity", About: []string{"sts:AssumeRoleWithWebIdentity"}, Layers: []iam.Layer{iam.LayerIdentity, iam.LayerResource},
		Cause:  "the role's trust policy rejects the token: its provider, its audience (aud) or its subject (sub) does not match the statement",
		Cure:   "compare the trust policy with the token's claims. GitHub: aud sts.amazonaws.com, sub repo:OWNER/REPO:ref:refs/heads/BRANCH or :environment:NAME. GitLab: sub project_path:GROUP/PROJECT:ref_type:branch:ref:BRANCH. Vercel: aud https://vercel.com/TEAM, sub owner:TEAM:project:PROJECT:environment:production. EKS: aud sts.amazonaws.com, sub system:serviceaccount:NAMESPACE:NAME",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html",
	},
	{
		Code: "vpc", Patterns: []string{`ec2:(CreateNetworkInterface|DescribeNetworkInterfaces|DeleteNetworkInterface)|does not have permissions to call CreateNetworkInterface on EC2`}, About: []string{"ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"}, Layers: granted,
		Policy: "renderer", Actions: []string{"ec2:CreateNetworkInterface"},
		Cause: "a function in a VPC needs network interfaces, which Lambda makes as the function's role",
		Cure:  "attach AWSLambdaVPCAccessExecutionRole to the render function's role",
		Check: audit.Command{Name: "check", Target: []audit.Flag{{Name: "renderer"}}, Requirement: []audit.Flag{{Name: "vpc"}}}, Source: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
	},
}
