package remotion

import "remotion-doctor/checks"

const (
	noOutput   = "the render stops, and its output is not written"
	noProgress = "the render fails at its start: progress.json cannot be written"
)

var rendererOperations = []checks.Operation{
	{Name: "render", Title: "render", Aliases: []string{"renderMediaOnLambda"}, Needs: []checks.Need{
		{Action: "s3:ListAllMyBuckets", Resource: "*", Call: "ListBuckets in getOrCreateBucket()", Without: "renders without forceBucketName fail at their start"},
		{Action: "s3:GetBucketLocation", Resource: bucketPattern, Level: checks.Optional, Call: "GetBucketLocation in getOrCreateBucket()", Without: "buckets from before December 2022, whose names do not tell the region, stop the render"},
		{Action: "s3:PutObject", Resource: objectPattern, Call: "PutObject of progress.json and the output", Without: noProgress},
		{Action: "s3:PutObjectAcl", Resource: objectPattern, Call: "PutObject of progress.json (x-amz-acl: private)", Without: noProgress},
		{Action: "lambda:InvokeFunction", Resource: functionPattern, Call: "Invoke of the functions that render the chunks", Without: "the render starts and stays at 0 %"},
		{Action: "s3:GetObject", Resource: objectPattern, Call: "HeadObject of the output, GetObject of the input props", Without: "got a 403 error when heading the file"},
		{Action: "s3:ListBucket", Resource: bucketPattern, Call: "HeadObject of the output", Without: "S3 answers 403 instead of 404 for an output that does not exist yet, and the render stops"},
		{Action: "s3:DeleteObject", Resource: objectPattern, Level: checks.InSomeCases, Call: "DeleteObject of the input props", Without: "uploaded input props are not cleaned up"},
		{Action: "s3:CreateBucket", Resource: bucketPattern, Level: checks.Optional, Call: "CreateBucket in getOrCreateBucket()", Without: "a render in a region without a bucket fails"},
		{Action: "s3:PutBucketAcl", Resource: bucketPattern, Level: checks.Optional, Call: "PutBucketAcl in getOrCreateBucket()", Without: "a render in a region without a bucket fails"},
	}},
	{Name: "still", Title: "still", Aliases: []string{"renderStillOnLambda"}, Needs: []checks.Need{
		{Action: "s3:ListAllMyBuckets", Resource: "*", Call: "ListBuckets in getOrCreateBucket()", Without: "stills without forceBucketName fail at their start"},
		{Action: "s3:PutObject", Resource: objectPattern, Call: "PutObject of the still", Without: noOutput},
		{Action: "s3:PutObjectAcl", Resource: objectPattern, Call: "PutObject of the still (x-amz-acl)", Without: noOutput},
		{Action: "s3:GetObject", Resource: objectPattern, Level: checks.InSomeCases, Call: "GetObject of the input props", Without: "stills with large input props fail"},
	}},
	{Name: "compositions", Title: "compositions", Aliases: []string{"getCompositionsOnLambda"}, Needs: []checks.Need{
		{Action: "s3:ListAllMyBuckets", Resource: "*", Call: "ListBuckets in getOrCreateBucket()", Without: "getCompositionsOnLambda() fails"},
		{Action: "s3:GetObject", Resource: objectPattern, Level: checks.InSomeCases, Call: "GetObject of the input props", Without: "getCompositionsOnLambda() with large input props fails"},
	}},
	{Name: "progress", Title: "progress", Aliases: []string{"getRenderProgress"}, Needs: []checks.Need{
		{Action: "s3:GetObject", Resource: objectPattern, Call: "GetObject of progress.json", Without: "getRenderProgress() fails"},
		{Action: "s3:ListBucket", Resource: bucketPattern, Call: "GetObject of progress.json", Without: "getRenderProgress() sees a 403 until the render has begun"},
	}},
	{Name: "logs", Title: "logs", Needs: []checks.Need{
		{Action: "logs:CreateLogStream", Resource: logGroupPattern, Call: "CreateLogStream by Lambda", Without: "renders work, but leave no log"},
		{Action: "logs:PutLogEvents", Resource: logGroupPattern, Call: "PutLogEvents by Lambda", Without: "renders work, but leave no log"},
	}},
	{Name: "insights", Title: "Lambda Insights", Aliases: []string{"enableLambdaInsights"}, Needs: []checks.Need{
		{Action: "logs:CreateLogGroup", Resource: insightsGroup, Since: "4.0.61", Call: "CreateLogGroup by Lambda Insights", Without: "Lambda Insights reports nothing"},
		{Action: "logs:CreateLogStream", Resource: insightsGroup + ":*", Since: "4.0.61", Call: "CreateLogStream by Lambda Insights", Without: "Lambda Insights reports nothing"},
		{Action: "logs:PutLogEvents", Resource: insightsGroup + ":*", Since: "4.0.61", Call: "PutLogEvents by Lambda Insights", Without: "Lambda Insights reports nothing"},
	}},
}
