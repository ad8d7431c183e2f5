package remotion

import (
	"remotion-doctor/audit"
	"remotion-doctor/checks"
)

// modules are the checks, in the order of the documented policies.
//
// Why and Breaks come from the calls that the packages of Remotion 4.0.527
// make; the function names are Remotion's own.
var modules = []checks.Module{
	caller("quotas", "Quotas", "servicequotas:GetServiceQuota",
		"`npx remotion lambda quotas` reads and raises the limit of concurrent Lambda executions.",
		"`quotas` and `quotas increase` fail; rendering does not depend on it."),
	caller("identity", "Identity", "iam:GetUser",
		"Remotion up to 3.3.7 asks IAM who is calling when it validates permissions.",
		"`policies validate` fails; rendering does not depend on it."),
	caller("permission-validation", "Permission validation", "iam:SimulatePrincipalPolicy",
		"`npx remotion lambda policies validate` asks IAM's policy simulator about the caller.",
		"`policies validate` and simulatePermissions() fail; rendering does not depend on it."),
	caller("pass-role", "Pass role", "iam:PassRole",
		"deployFunction() hands the execution role remotion-lambda-role to the function that it creates.",
		"deployFunction() fails at lambda:CreateFunction."),
	caller("storage", "Storage", "s3:PutObject",
		"Sites, input props, progress and outputs are objects in the bucket remotionlambda-…, which Remotion creates and configures itself.",
		"Creating a bucket stops half-way, deploySite() cannot upload, and renders with large input props fail. Without s3:PutBucketPolicy Remotion warns and falls back to an ACL."),
	caller("bucket-listing", "Bucket listing", "s3:ListAllMyBuckets",
		"getOrCreateBucket() finds the bucket of a region by its name among all buckets.",
		"deploySite(), getSites() and renders with large input props fail before they reach a bucket."),
	caller("function-listing", "Function listing", "lambda:ListFunctions",
		"getFunctions() and deployFunction() look for functions whose names start with remotion-render-.",
		"getFunctions(), deployFunction() and the CLI's render commands fail."),
	caller("function-management", "Function management", "lambda:InvokeFunction",
		"renderMediaOnLambda() and getRenderProgress() invoke the function; deployFunction() and deleteFunction() create, configure and delete it.",
		"Without lambda:InvokeFunction nothing renders. Without lambda:TagResource or lambda:PutRuntimeManagementConfig a deploy only warns."),
	caller("log-retention", "Log retention", "logs:CreateLogGroup",
		"deployFunction() creates the function's CloudWatch log group and sets its retention.",
		"deployFunction() fails, unless createCloudWatchLogGroup is off."),
	caller("binaries", "Binaries", "lambda:GetLayerVersion",
		"deployFunction() attaches layers with Chromium and fonts that Remotion hosts in its own account, and Lambda Insights where it is enabled.",
		"deployFunction() fails at lambda:CreateFunction; without the Insights layer only where enableLambdaInsights is on."),

	renderer("bucket-discovery", "Bucket discovery", "s3:ListAllMyBuckets",
		"The function looks for the bucket of its region when none is given.",
		"Renders without forceBucketName fail at their start."),
	renderer("render-storage", "Render storage", "s3:PutObject",
		"The function reads input props and writes chunks, progress and the output.",
		"Renders fail, or never report progress."),
	renderer("self-invocation", "Self-invocation", "lambda:InvokeFunction",
		"The main function starts the functions that render the chunks.",
		"Renders start and then stop without a frame."),
	renderer("insights-log-group", "Insights log group", "logs:CreateLogGroup",
		"Lambda Insights writes to a log group of its own.",
		"Lambda Insights reports nothing; rendering does not depend on it."),
	renderer("logging", "Logging", "logs:PutLogEvents",
		"The function writes its log, in which failed renders are explained.",
		"Renders work, but leave no log to look into when one fails."),
}

func caller(name, title, contains, why, breaks string) checks.Module {
	return checks.Module{Module: audit.Module{Name: name, Title: title, Why: why, Breaks: breaks}, Policy: "caller", Contains: contains}
}

func renderer(name, title, contains, why, breaks string) checks.Module {
	return checks.Module{Module: audit.Module{Name: name, Title: title, Why: why, Breaks: breaks}, Policy: "renderer", Contains: contains}
}
