package remotion

import "remotion-doctor/checks"

// features without a flag of their own are asked for with --feature NAME.
var switched = []checks.Feature{
	{
		Name: "no-log-group", Title: "No log group",
		Why:    "Without createCloudWatchLogGroup nobody creates the function's log group but Lambda itself, as the function's role.",
		Breaks: "There are no logs.",
		Source: "@remotion/lambda 4.0.527, dist/api/create-function.js",
		Needs:  []checks.FeatureNeed{{Policy: "renderer", Action: "logs:CreateLogGroup", Resource: logGroupPattern, Operation: "logs", Call: "CreateLogGroup by Lambda", Without: "renders work, but leave no log"}},
		Drops: []checks.FeatureNeed{
			{Policy: "caller", Action: "logs:CreateLogGroup", Resource: logGroupPattern},
			{Policy: "caller", Action: "logs:PutRetentionPolicy", Resource: logGroupPattern},
		},
		Facts: []checks.Fact{{Policy: "renderer", Message: "neither Remotion's renderer policy nor the function's deploy creates the log group: without logs:CreateLogGroup a function that was deployed with --disable-cloudwatch, or by a template, writes no logs"}},
	},
	{
		Name: "delete-after", Title: "Delete after", Since: "4.0.32", Source: docs + "autodelete",
		Facts: []checks.Fact{{Message: "deleteAfter makes no call of AWS: it only puts the time into the name of the render, and the bucket's lifecycle rules delete it. The rules are made by enableFolderExpiry", Hint: "check for those with --feature folder-expiry"}},
	},
	{
		Name: "folder-expiry", Title: "Folder expiry", Since: "4.0.32",
		Why:    "enableFolderExpiry puts lifecycle rules on the bucket.",
		Breaks: "getOrCreateBucket() and deploySite() with enableFolderExpiry fail.",
		Source: docs + "autodelete",
		Needs:  []checks.FeatureNeed{{Policy: "caller", Action: "s3:PutLifecycleConfiguration", Resource: bucketPattern, Operation: "deploy-site", Call: "PutBucketLifecycleConfiguration in getOrCreateBucket()", Without: "enableFolderExpiry fails; deleteAfter deletes nothing"}},
		Facts:  []checks.Fact{{Policy: "caller", Severity: "warning", Message: "enableFolderExpiry: true replaces all lifecycle rules of the bucket, false deletes them, and `sites rm` deletes them as well; it reports no error but AccessDenied"}},
	},
	{
		Name: "large-props", Title: "Large input props",
		Why:    "Input props above about 194 kB (5 MB for stills) do not fit into the call and are uploaded to the bucket by the caller.",
		Breaks: "renderMediaOnLambda() fails as soon as the input props grow.",
		Source: "@remotion/serverless-client 4.0.527, compress-props.js",
		Needs: []checks.FeatureNeed{
			{Policy: "caller", Action: "s3:ListAllMyBuckets", Resource: "*", Operation: "render", Call: "ListBuckets in getOrCreateBucket()", Without: largeProps},
			{Policy: "caller", Action: "s3:PutObject", Resource: objectPattern, Operation: "render", Call: "PutObject of the input props", Without: largeProps},
			{Policy: "caller", Action: "s3:PutObjectAcl", Resource: objectPattern, Operation: "render", Call: "PutObject of the input props (x-amz-acl: private)", Without: largeProps},
		},
		Facts: []checks.Fact{{Policy: "caller", Message: "input props above about 194 kB (5 MB for stills) are uploaded by the caller before the render starts, into the bucket that is found by its name unless forceBucketName is given"}},
	},
	{
		Name: "cancellation", Title: "Cancellation", Since: "4.0.515",
		Why:    "cancelRenderOnLambda() reads progress.json and writes cancel.json, for which the function looks every second.",
		Breaks: "cancelRenderOnLambda() fails.",
		Source: "@remotion/lambda-client 4.0.527, src/cancel-render-on-lambda.ts",
		Needs: []checks.FeatureNeed{
			{Policy: "caller", Action: "s3:GetObject", Resource: objectPattern, Operation: "render", Level: checks.InSomeCases, Call: "GetObject in cancelRenderOnLambda()", Without: noCancel},
			{Policy: "caller", Action: "s3:PutObject", Resource: objectPattern, Operation: "render", Level: checks.InSomeCases, Call: "PutObject in cancelRenderOnLambda()", Without: noCancel},
			{Policy: "caller", Action: "s3:PutObjectAcl", Resource: objectPattern, Operation: "render", Level: checks.InSomeCases, Call: "PutObject in cancelRenderOnLambda() (x-amz-acl: private)", Without: noCancel},
			{Policy: "renderer", Action: "s3:GetObject", Resource: objectPattern, Operation: "render", Call: "HeadObject of cancel.json", Without: "the function logs a 403 each second and never stops"},
			{Policy: "renderer", Action: "s3:ListBucket", Resource: bucketPattern, Operation: "render", Call: "HeadObject of cancel.json", Without: "the function logs a 403 each second and never stops"},
		},
		Facts: []checks.Fact{{Message: "a render with enableCancellation looks for cancel.json each second: the function's role needs s3:GetObject and s3:ListBucket for it, and a 403 is only logged, so that the render goes on"}},
	},
	{
		Name: "quota-increase", Title: "First quota increase",
		Why:    "The first request to Service Quotas in an account creates its service-linked role.",
		Breaks: "`quotas increase` fails with DependencyAccessDeniedException: Service-linked role creation access denied, which Remotion reads as an account of an organization.",
		Source: "https://github.com/remotion-dev/remotion/issues/1941",
		Needs: []checks.FeatureNeed{
			{Policy: "caller", Action: "servicequotas:RequestServiceQuotaIncrease", Resource: "*", Operation: "quotas", Call: "RequestServiceQuotaIncrease in `quotas increase`", Without: "`quotas increase` fails"},
			{Policy: "caller", Action: "iam:CreateServiceLinkedRole", Resource: "arn:aws:iam::*:role/aws-service-role/servicequotas.amazonaws.com/AWSServiceRoleForServiceQuotas", Operation: "quotas", Call: "RequestServiceQuotaIncrease in `quotas increase`", Without: "the first `quotas increase` of an account fails with \"Service-linked role creation access denied\""},
		},
		Facts: []checks.Fact{{Policy: "caller", Message: "the first `quotas increase` of an account also needs iam:CreateServiceLinkedRole, which no policy of Remotion grants; Remotion shows it as \"sub-account of another AWS account\"", Hint: "let an administrator make the first request in the AWS console"}},
	},
	{
		Name: "multipart", Title: "Multipart uploads",
		Why:    "Large uploads are made in parts; when one fails the upload is aborted before the error is shown.",
		Breaks: "The error that is shown is AccessDenied for s3:AbortMultipartUpload, and not the one that was the cause.",
		Source: "@remotion/lambda-client 4.0.527, lib-storage",
		Needs: []checks.FeatureNeed{
			{Policy: "caller", Action: "s3:AbortMultipartUpload", Resource: objectPattern, Operation: "deploy-site", Level: checks.InSomeCases, Call: "AbortMultipartUpload after a failed part", Without: masked},
			{Policy: "renderer", Action: "s3:AbortMultipartUpload", Resource: objectPattern, Operation: "render", Level: checks.InSomeCases, Call: "AbortMultipartUpload after a failed part", Without: masked},
		},
		Facts: []checks.Fact{{Message: "an AccessDenied for s3:AbortMultipartUpload hides another error: neither documented policy has it, and it is called only after a part of an upload has failed"}},
	},
	{
		Name: "role-creates-bucket", Title: "Bucket created by the function",
		Why:    "A render in a region without a bucket makes the function create one.",
		Breaks: "The bucket is created, the render fails, and a half-configured bucket stays.",
		Source: "@remotion/serverless-client 4.0.527, get-or-create-bucket.js",
		Needs: []checks.FeatureNeed{
			{Policy: "renderer", Action: "s3:CreateBucket", Resource: bucketPattern, Operation: "render", Call: "CreateBucket in getOrCreateBucket()", Without: "no bucket is created"},
			{Policy: "renderer", Action: "s3:PutBucketOwnershipControls", Resource: bucketPattern, Operation: "render", Call: "DeleteBucketOwnershipControls in getOrCreateBucket()", Without: halfMade},
			{Policy: "renderer", Action: "s3:PutBucketPublicAccessBlock", Resource: bucketPattern, Operation: "render", Call: "DeletePublicAccessBlock in getOrCreateBucket()", Without: halfMade},
			{Policy: "renderer", Action: "s3:PutBucketPolicy", Resource: bucketPattern, Operation: "render", Level: checks.InSomeCases, Call: "PutBucketPolicy in getOrCreateBucket()", Without: "Remotion warns, and makes the bucket public-read by an ACL instead"},
			{Policy: "renderer", Action: "s3:PutBucketAcl", Resource: bucketPattern, Operation: "render", Call: "PutBucketAcl in getOrCreateBucket()", Without: halfMade},
		},
		Facts: []checks.Fact{{Policy: "renderer", Message: "it is safer to create the bucket before the first render, with deploySite() or getOrCreateBucket(), than to grant the function to configure buckets"}},
	},
	{
		Name: "overwrite", Title: "Overwrite", Source: docs + "rendermediaonlambda#overwrite",
		Facts: []checks.Fact{{Policy: "renderer", Message: "with overwrite: true a render does not look whether the output exists, and needs no s3:GetObject and s3:ListBucket on an output bucket"}},
	},
	{
		Name: "webhook", Title: "Webhook", Source: "@remotion/serverless 4.0.527, dist/invoke-webhook.js",
		Facts: []checks.Fact{{Message: "a webhook is a plain HTTPS request from the function, and needs no grant; a function in a VPC needs a NAT gateway for it"}},
	},
	{
		Name: "storage-class", Title: "Storage class", Since: "4.0.305", Source: "@remotion/lambda-client 4.0.527, src/write-file.ts",
		Facts: []checks.Fact{{Message: "storageClass needs no grant beyond s3:PutObject; a Condition on s3:x-amz-storage-class may deny it", Hint: "give the class with --context s3:x-amz-storage-class=STANDARD_IA"}},
	},
	{
		Name: "function-tags", Title: "Function tags", Since: "4.0.48", Source: "https://github.com/remotion-dev/remotion/issues/3017",
		Facts: []checks.Fact{{Policy: "caller", Message: "functions are tagged after they have been created: an organization that requires tags at lambda:CreateFunction (aws:RequestTag) stops every deploy, and no grant cures that", Hint: "ask the administrator to except remotion-render-* functions"}},
	},
	{
		Name: "runtime-preference", Title: "Runtime preference", Source: "@remotion/lambda 4.0.527, dist/shared/get-layers.js",
		Facts: []checks.Fact{{Policy: "caller", Message: "runtimePreference only chooses among Remotion's hosted layers, and needs no grant beyond lambda:GetLayerVersion; lambda:PutRuntimeManagementConfig is tried in any case, and a failure is a warning"}},
	},
	{
		Name: "skip-put-acl", Title: "Skip PutBucketAcl", Source: "@remotion/lambda-client 4.0.527, src/create-bucket.ts",
		Facts: []checks.Fact{{Policy: "caller", Severity: "warning", Message: "skipPutAcl has no effect: createBucket() of 4.0.417 and 4.0.527 does not read it, and calls PutBucketAcl on every new bucket, for which s3:PutBucketAcl stays required"}},
	},
	{
		Name: "private-objects", Title: "Private objects", Source: "@remotion/lambda-client 4.0.527, src/write-file.ts",
		Facts: []checks.Fact{{Policy: "renderer", Message: "privacy applies to outputs and artifacts only: progress.json, input props and cancel.json are always written with x-amz-acl: private, so that s3:PutObjectAcl on the bucket of the renders stays required"}},
	},
}

const (
	noCancel = "cancelRenderOnLambda() fails"
	masked   = "AccessDenied for s3:AbortMultipartUpload hides the error that was the cause"
)
