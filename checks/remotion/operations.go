package remotion

import "remotion-doctor/checks"

// Patterns of what operations work on, as the documented policies write them.
const (
	bucketPattern   = "arn:aws:s3:::remotionlambda-*"
	objectPattern   = "arn:aws:s3:::remotionlambda-*/*"
	functionPattern = "arn:aws:lambda:*:*:function:remotion-render-*"
	logGroupPattern = "arn:aws:logs:*:*:log-group:/aws/lambda/remotion-render-*"
	insightsGroup   = "arn:aws:logs:*:*:log-group:/aws/lambda-insights"
	hostedPattern   = "arn:aws:lambda:*:678892195805:layer:remotion-binaries-*"
	insightsPattern = "arn:aws:lambda:*:580247275435:layer:LambdaInsightsExtension*"
	chinaInsights   = "arn:aws:lambda:*:488211338238:layer:LambdaInsightsExtension*"
	rolePattern     = "arn:aws:iam::*:role/remotion-lambda-role"
)

// callerOperations are what Remotion does with the caller policy,
// rendererOperations with the renderer policy.
//
// Source: the calls that @remotion/lambda, @remotion/lambda-client and
// @remotion/serverless make, read at 4.0.527; Since and Until come from the
// history of the policies, see [history].
var callerOperations = []checks.Operation{
	{Name: "render", Title: "render", Aliases: []string{"renderMediaOnLambda", "renderStillOnLambda", "getCompositionsOnLambda", "still", "compositions"}, Needs: []checks.Need{
		{Action: "lambda:InvokeFunction", Resource: functionPattern, Call: "Invoke in renderMediaOnLambda()", Without: "no render starts"},
		{Action: "lambda:ListFunctions", Resource: "*", Level: checks.Optional, Call: "ListFunctions in getFunctions()", Without: "`npx remotion lambda render` cannot find the function; renderMediaOnLambda() with a functionName works"},
		{Action: "s3:ListAllMyBuckets", Resource: "*", Level: checks.Optional, Call: "ListBuckets in getOrCreateBucket()", Without: largeProps},
		{Action: "s3:PutObject", Resource: objectPattern, Level: checks.Optional, Call: "PutObject of the input props", Without: largeProps},
		{Action: "s3:PutObjectAcl", Resource: objectPattern, Level: checks.Optional, Call: "PutObject of the input props (x-amz-acl: private)", Without: largeProps},
	}},
	{Name: "progress", Title: "progress", Aliases: []string{"getRenderProgress"}, Needs: []checks.Need{
		{Action: "lambda:InvokeFunction", Resource: functionPattern, Call: "Invoke in getRenderProgress()", Without: "the progress of a render cannot be read"},
		{Action: "s3:GetObject", Resource: objectPattern, Level: checks.Optional, Call: "GetObject of progress.json", Without: "getRenderProgress() fails where it reads the bucket instead of invoking the function"},
		{Action: "s3:ListBucket", Resource: bucketPattern, Level: checks.Optional, Call: "GetObject of progress.json", Without: "getRenderProgress() that reads the bucket instead of invoking the function gets a 403 until the render has started"},
	}},
	{Name: "download", Title: "download", Aliases: []string{"downloadMedia", "presignUrl"}, Needs: []checks.Need{
		{Action: "s3:GetObject", Resource: objectPattern, Call: "GetObject in downloadMedia()", Without: "outputs cannot be downloaded, and presigned URLs answer 403"},
	}},
	{Name: "deploy-site", Title: "deploy site", Aliases: []string{"deploySite", "deploySiteFromBundle", "sites create"}, Needs: []checks.Need{
		{Action: "s3:ListAllMyBuckets", Resource: "*", Level: checks.InSomeCases, Call: "ListBuckets in getOrCreateBucket()", Without: "`sites create` cannot find the bucket; with --force-bucket-name it works"},
		{Action: "s3:GetBucketLocation", Resource: bucketPattern, Call: "GetBucketLocation in deploySite()", Without: "no site is uploaded"},
		{Action: "s3:ListBucket", Resource: bucketPattern, Call: "ListObjectsV2 in deploySite()", Without: "no site is uploaded"},
		{Action: "s3:PutObject", Resource: objectPattern, Call: "PutObject in deploySite()", Without: "no site is uploaded"},
		{Action: "s3:PutObjectAcl", Resource: objectPattern, Call: "PutObject in deploySite() (x-amz-acl: public-read)", Without: "no site is uploaded, unless privacy is no-acl"},
		{Action: "s3:DeleteObject", Resource: objectPattern, Level: checks.InSomeCases, Call: "DeleteObject in deploySite()", Without: "a site that exists cannot be deployed again once one of its files is gone"},
		{Action: "s3:PutBucketWebsite", Resource: bucketPattern, Level: checks.Optional, Until: "3.3.12", Call: "PutBucketWebsite in deploySite()", Without: "the bucket does not become a website"},
		{Action: "s3:DeleteBucketWebsite", Resource: bucketPattern, Level: checks.Optional, Until: "3.3.12", Call: "DeleteBucketWebsite", Without: "the bucket stays a website"},
	}},
	{Name: "deploy-function", Title: "deploy function", Aliases: []string{"deployFunction", "functions deploy", "getFunctions"}, Needs: []checks.Need{
		{Action: "lambda:ListFunctions", Resource: "*", Call: "ListFunctions in deployFunction()", Without: "no function is deployed"},
		{Action: "lambda:InvokeFunction", Resource: functionPattern, Level: checks.InSomeCases, Call: "Invoke in getFunctions()", Without: "Remotion assumes that no function of this version exists: a second deploy ends in ResourceConflictException, and getFunctions({compatibleOnly: true}) returns nothing"},
		{Action: "logs:CreateLogGroup", Resource: logGroupPattern, Call: "CreateLogGroup in deployFunction()", Without: "no function is deployed, unless createCloudWatchLogGroup is off"},
		{Action: "logs:PutRetentionPolicy", Resource: logGroupPattern, Call: "PutRetentionPolicy in deployFunction()", Without: "no function is deployed, unless createCloudWatchLogGroup is off"},
		{Action: "lambda:CreateFunction", Resource: functionPattern, Call: "CreateFunction in deployFunction()", Without: "no function is deployed"},
		{Action: "iam:PassRole", Resource: rolePattern, Call: "CreateFunction in deployFunction()", Without: "the execution role cannot be handed to the function"},
		{Action: "lambda:GetLayerVersion", Resource: hostedPattern, Partition: "aws", Call: "CreateFunction in deployFunction()", Without: "the layers with Chromium and fonts cannot be attached"},
		{Action: "lambda:GetLayerVersion", Resource: insightsPattern, Partition: "aws", Since: "4.0.61", Level: checks.Optional, Call: "CreateFunction in deployFunction()", Without: "deploying with enableLambdaInsights fails; without it, nothing changes"},
		{Action: "lambda:GetLayerVersion", Resource: chinaInsights, Partition: "aws-cn", Level: checks.Optional, Call: "CreateFunction in deployFunction()", Without: "deploying with enableLambdaInsights fails; without it, nothing changes"},
		{Action: "lambda:TagResource", Resource: functionPattern, Since: "4.0.48", Level: checks.Optional, Call: "TagResource in deployFunction()", Without: "the function gets no tags"},
		{Action: "lambda:PutFunctionEventInvokeConfig", Resource: functionPattern, Call: "PutFunctionEventInvokeConfig in deployFunction()", Without: "the function is created, then the deploy fails"},
		{Action: "lambda:GetFunction", Resource: functionPattern, Call: "GetFunction in deployFunction()", Without: "the function is created, then the deploy fails"},
		{Action: "lambda:PutRuntimeManagementConfig", Resource: functionPattern, Since: "3.3.54", Level: checks.Optional, Call: "PutRuntimeManagementConfig in deployFunction()", Without: "a warning is printed, and AWS may change the function's runtime"},
	}},
	{Name: "first-bucket", Title: "first bucket", Aliases: []string{"getOrCreateBucket", "create-bucket", "bucket"}, Needs: []checks.Need{
		{Action: "s3:ListAllMyBuckets", Resource: "*", Call: "ListBuckets in getOrCreateBucket()", Without: "Remotion does not see whether there is a bucket"},
		{Action: "s3:CreateBucket", Resource: bucketPattern, Call: "CreateBucket in getOrCreateBucket()", Without: "no bucket is created"},
		{Action: "s3:PutBucketOwnershipControls", Resource: bucketPattern, Since: "3.3.87", Call: "DeleteBucketOwnershipControls in getOrCreateBucket()", Without: halfMade},
		{Action: "s3:PutBucketPublicAccessBlock", Resource: bucketPattern, Since: "3.3.87", Call: "DeletePublicAccessBlock in getOrCreateBucket()", Without: halfMade},
		{Action: "s3:PutBucketPolicy", Resource: bucketPattern, Since: "4.0.418", Level: checks.Optional, Call: "PutBucketPolicy in getOrCreateBucket()", Without: "Remotion warns, and makes the bucket public-read by an ACL instead"},
		{Action: "s3:PutBucketAcl", Resource: bucketPattern, Call: "PutBucketAcl in getOrCreateBucket()", Without: halfMade},
		{Action: "s3:GetBucketLocation", Resource: bucketPattern, Level: checks.Optional, Call: "GetBucketLocation in getOrCreateBucket()", Without: "buckets from before December 2022, whose names do not tell the region, stop it"},
		{Action: "s3:PutLifecycleConfiguration", Resource: bucketPattern, Since: "4.0.32", Level: checks.Optional, Call: "PutBucketLifecycleConfiguration in getOrCreateBucket()", Without: "enableFolderExpiry fails; deleteAfter deletes nothing"},
	}},
	{Name: "clean-up", Title: "clean-up", Aliases: []string{"cleanup", "deleteSite", "deleteRender", "deleteFunction", "sites rm", "functions rm"}, Needs: []checks.Need{
		{Action: "s3:ListBucket", Resource: bucketPattern, Call: "ListObjectsV2 in deleteSite() and deleteRender()", Without: "sites and renders cannot be deleted"},
		{Action: "s3:DeleteObject", Resource: objectPattern, Call: "DeleteObject in deleteSite() and deleteRender()", Without: "sites and renders cannot be deleted"},
		{Action: "s3:GetObject", Resource: objectPattern, Call: "GetObject in deleteRender()", Without: "renders cannot be deleted"},
		{Action: "lambda:DeleteFunction", Resource: functionPattern, Call: "DeleteFunction in deleteFunction()", Without: "functions cannot be deleted"},
		{Action: "lambda:GetFunction", Resource: functionPattern, Level: checks.InSomeCases, Call: "GetFunction in getFunctionInfo()", Without: "`functions rm` fails; deleteFunction() works"},
		{Action: "lambda:InvokeFunction", Resource: functionPattern, Level: checks.InSomeCases, Call: "Invoke in getFunctionInfo()", Without: "`functions rm` fails; deleteFunction() works"},
		{Action: "s3:ListAllMyBuckets", Resource: "*", Level: checks.InSomeCases, Call: "ListBuckets in getSites()", Without: "`sites rm` fails; deleteSite() works"},
		{Action: "s3:PutLifecycleConfiguration", Resource: bucketPattern, Since: "4.0.32", Level: checks.InSomeCases, Call: "DeleteBucketLifecycle in `sites rm`", Without: "`sites rm` and `sites rmall` fail; deleteSite() works"},
	}},
	{Name: "quotas", Title: "quotas", Needs: []checks.Need{
		{Action: "servicequotas:GetServiceQuota", Resource: "*", Call: "GetServiceQuota in `quotas`", Without: "`npx remotion lambda quotas` fails"},
		{Action: "servicequotas:GetAWSDefaultServiceQuota", Resource: "*", Call: "GetAWSDefaultServiceQuota in `quotas`", Without: "`npx remotion lambda quotas` fails"},
		{Action: "servicequotas:ListRequestedServiceQuotaChangeHistoryByQuota", Resource: "*", Call: "ListRequestedServiceQuotaChangeHistoryByQuota in `quotas`", Without: "`npx remotion lambda quotas` fails"},
		{Action: "servicequotas:RequestServiceQuotaIncrease", Resource: "*", Level: checks.InSomeCases, Call: "RequestServiceQuotaIncrease in `quotas increase`", Without: "`quotas increase` fails"},
	}},
	{Name: "validation", Title: "validation", Aliases: []string{"validate", "policies validate", "simulatePermissions"}, Needs: []checks.Need{
		{Action: "iam:GetUser", Resource: "arn:aws:iam::*:user/${aws:username}", Until: "3.3.8", Call: "GetUser in `policies validate`", Without: "`policies validate` fails"},
		{Action: "iam:SimulatePrincipalPolicy", Resource: "*", Call: "SimulatePrincipalPolicy in simulatePermissions()", Without: "`policies validate` and simulatePermissions() fail"},
	}},
}

const (
	largeProps = "renders with input props above about 194 kB (5 MB for stills) fail"
	halfMade   = "the bucket has been created by then and stays half-configured"
)
