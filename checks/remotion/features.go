package remotion

import "remotion-doctor/checks"

// Patterns of what a user names.
const (
	namedBucket  = "arn:aws:s3:::{value}"
	namedObjects = "arn:aws:s3:::{value}/*"
)

// flagged features have a flag of their own. With [switched] they are the
// options of Remotion that touch permissions, those without a grant of their own
// included: what is not needed is a fact as well.
//
// Source: the files of 4.0.527 that are named, and Remotion's documentation.
var flagged = []checks.Feature{
	{
		Name: "output-bucket", Title: "Output bucket", Flag: "--output-bucket",
		Why:    "With outName: {bucketName, key} the render function writes the output into another bucket, as its own execution role.",
		Breaks: "Renders fail when the output is written, or before that at a HeadObject.",
		Source: docs + "custom-destination",
		Needs: []checks.FeatureNeed{
			{Policy: "renderer", Action: "s3:PutObject", Resource: namedObjects, Operation: "render", Call: "PutObject of the output", Without: noOutput},
			{Policy: "renderer", Action: "s3:PutObjectAcl", Resource: namedObjects, Operation: "render", Unless: "no-acl", Call: "PutObject of the output (x-amz-acl)", Without: noOutput + "; with privacy no-acl it is not needed"},
			{Policy: "renderer", Action: "s3:GetObject", Resource: namedObjects, Operation: "render", Until: "4.0.523", Unless: "overwrite", Call: "HeadObject of the output", Without: headFails},
			{Policy: "renderer", Action: "s3:ListBucket", Resource: namedBucket, Operation: "render", Until: "4.0.523", Unless: "overwrite", Call: "HeadObject of the output", Without: headFails},
			{Policy: "caller", Action: "s3:GetObject", Resource: namedObjects, Operation: "download", Level: checks.Optional, Call: "GetObject in downloadMedia()", Without: "outputs in that bucket cannot be downloaded"},
			{Policy: "caller", Action: "s3:DeleteObject", Resource: namedObjects, Operation: "clean-up", Level: checks.Optional, Call: "DeleteObject in deleteRender()", Without: "outputs in that bucket cannot be deleted"},
		},
		Facts: []checks.Fact{
			{Policy: "caller", Code: "output-bucket-is-written-by-renderer", Message: "{value} is written by the render function, as its execution role (remotion-lambda-role), and not by the caller: the grants on it belong to that role", Hint: "check it with --renderer --output-bucket {value}"},
			{Policy: "renderer", Code: "output-bucket-acl", Privacy: "public", Message: "privacy is public, so that outputs are sent with x-amz-acl: public-read: {value} must have ACLs enabled and Block Public Access off, which no bucket made since April 2023 has by default; else S3 answers AccessControlListNotSupported (\"The bucket does not allow ACLs\")", Hint: "render with privacy: 'no-acl' (--privacy no-acl), or enable ACLs in the bucket's Object Ownership"},
			{Policy: "renderer", Code: "output-bucket-private", Privacy: "no-acl", Message: "with privacy no-acl outputs in {value} are readable only as its bucket policy says", Hint: "open it by a bucket policy, or use presignUrl()"},
			{Policy: "renderer", Code: "output-bucket-head", Until: "4.0.523", Message: "before Remotion 4.0.523 a render looks with HeadObject whether the output exists, unless overwrite is true, and needs s3:GetObject and s3:ListBucket for that (\"got a 403 error when heading the file\")", Hint: "grant both to the renderer's role, or upgrade to 4.0.523"},
			{Policy: "renderer", Code: "output-bucket-region", Message: "{value} must be in the region of the function; getRenderProgress() and downloadMedia() still take the name of the site's bucket"},
		},
	},
	{
		Name: "output-account", Title: "Output bucket in another account", Flag: "--output-account", Example: "123456789012", With: "output-bucket",
		Source: "@remotion/lambda-client 4.0.527, src/write-file.ts",
		Facts: []checks.Fact{
			{Policy: "renderer", Severity: "error", Code: "other-account-bucket", Message: "the output bucket belongs to account {value}: a bucket policy alone does not help, since Remotion sends the function's own account as ExpectedBucketOwner with every upload, and S3 answers 403", Hint: "give s3OutputProvider with keys of a user of account {value} (--feature s3-output-provider), or render into a bucket of this account"},
			{Policy: "caller", Severity: "warning", Code: "other-account-bucket", Message: "the output bucket belongs to account {value}: the render function cannot write to it through a bucket policy alone, since Remotion sends its own account as ExpectedBucketOwner", Hint: "give s3OutputProvider with keys of a user of account {value}"},
		},
	},
	{
		Name: "s3-output-provider", Title: "S3 output provider", Source: "@remotion/lambda-client 4.0.527, src/get-service-client.ts",
		Facts: []checks.Fact{
			{Message: "with s3OutputProvider the output is written with the provider's own keys: neither the caller nor remotion-lambda-role needs a grant for it. The keys are static: there is no field for a session token, so that temporary credentials (ASIA…) do not work, and with empty keys the function's role is used after all", Hint: "the provider's user needs s3:PutObject, s3:PutObjectAcl unless privacy is no-acl, and s3:GetObject and s3:ListBucket while overwrite is false"},
		},
	},
	{
		Name: "force-path-style", Title: "Path style", Source: "@remotion/lambda-client 4.0.527, src/get-service-client.ts",
		Facts: []checks.Fact{{Message: "forcePathStyle changes the URLs of S3, and needs no grant"}},
	},
	{
		Name: "kms-key", Title: "KMS key", Flag: "--kms-key", Example: "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
		Why:    "S3 encrypts the objects of the bucket with a KMS key, and asks KMS as whoever writes or reads them; neither documented policy has an action of KMS.",
		Breaks: "Every write and read of the bucket ends in AccessDenied, although all of S3 is granted.",
		Source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
		Needs: []checks.FeatureNeed{
			{Policy: "renderer", Action: "kms:GenerateDataKey", Resource: "{value}", Operation: "render", Call: "PutObject", Without: noOutput},
			{Policy: "renderer", Action: "kms:Decrypt", Resource: "{value}", Operation: "render", Call: "GetObject and multipart uploads", Without: noOutput},
			{Policy: "caller", Action: "kms:GenerateDataKey", Resource: "{value}", Operation: "deploy-site", Call: "PutObject in deploySite()", Without: "no site is uploaded"},
			{Policy: "caller", Action: "kms:Decrypt", Resource: "{value}", Operation: "download", Call: "GetObject in downloadMedia()", Without: "outputs cannot be downloaded"},
		},
		Facts: []checks.Fact{
			{Code: "kms-site", Severity: "warning", Message: "a site in a bucket that is encrypted with a KMS key cannot be opened by its URL: KMS refuses anonymous requests, and the render function opens the site's URL", Hint: "encrypt the bucket of the sites with SSE-S3"},
			{Code: "kms-key-policy", Message: "the policy of the key must let the account's IAM policies decide, or name this role itself; it is not read here"},
		},
	},
	{
		Name: "vpc", Title: "VPC", Flag: "--vpc", Since: "4.0.160",
		Why:    "A function in a VPC gets network interfaces, which Lambda makes as the function's role, and the deployer must be able to look at subnets and security groups.",
		Breaks: "deployFunction() with vpcSubnetIds fails: the execution role cannot create network interfaces.",
		Source: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
		Needs: []checks.FeatureNeed{
			{Policy: "caller", Action: "ec2:DescribeSecurityGroups", Resource: "*", Operation: "deploy-function", Call: "CreateFunction in deployFunction()", Without: noVPC},
			{Policy: "caller", Action: "ec2:DescribeSubnets", Resource: "*", Operation: "deploy-function", Call: "CreateFunction in deployFunction()", Without: noVPC},
			{Policy: "caller", Action: "ec2:DescribeVpcs", Resource: "*", Operation: "deploy-function", Call: "CreateFunction in deployFunction()", Without: noVPC},
			{Policy: "renderer", Action: "ec2:CreateNetworkInterface", Resource: "*", Operation: "render", Call: "CreateNetworkInterface by Lambda", Without: noVPC},
			{Policy: "renderer", Action: "ec2:DescribeNetworkInterfaces", Resource: "*", Operation: "render", Call: "DescribeNetworkInterfaces by Lambda", Without: noVPC},
			{Policy: "renderer", Action: "ec2:DescribeSubnets", Resource: "*", Operation: "render", Call: "DescribeSubnets by Lambda", Without: noVPC},
			{Policy: "renderer", Action: "ec2:DeleteNetworkInterface", Resource: "*", Operation: "render", Call: "DeleteNetworkInterface by Lambda", Without: "network interfaces are left behind"},
			{Policy: "renderer", Action: "ec2:AssignPrivateIpAddresses", Resource: "*", Operation: "render", Call: "AssignPrivateIpAddresses by Lambda", Without: noVPC},
			{Policy: "renderer", Action: "ec2:UnassignPrivateIpAddresses", Resource: "*", Operation: "render", Call: "UnassignPrivateIpAddresses by Lambda", Without: noVPC},
		},
		Facts: []checks.Fact{
			{Policy: "renderer", Code: "vpc-policy", Message: "AWS's managed policy AWSLambdaVPCAccessExecutionRole grants what the function's role needs in a VPC; Remotion's renderer policy does not"},
			{Code: "vpc-network", Message: "a function in a VPC reaches neither the site nor a webhook without a NAT gateway, and S3 without one only through a gateway endpoint; vpcSubnetIds and vpcSecurityGroupIds must both be given, else both are ignored"},
		},
	},
	{
		Name: "insights", Title: "Lambda Insights layer", Flag: "--insights", Since: "4.0.61",
		Why:    "deployFunction({enableLambdaInsights: true}) attaches AWS's Lambda Insights layer of the region.",
		Breaks: "deployFunction() fails at lambda:CreateFunction.",
		Source: docs + "insights",
		Needs: []checks.FeatureNeed{
			{Policy: "caller", Action: "lambda:GetLayerVersion", Resource: "{value}", Operation: "deploy-function", Call: "CreateFunction in deployFunction()", Without: "the Lambda Insights layer cannot be attached"},
		},
		Facts: []checks.Fact{{Policy: "caller", Message: "enableLambdaInsights is not applied to a function that exists already: delete it first"}},
	},
	{
		Name: "custom-role", Title: "Custom role", Flag: "--custom-role", Example: "arn:aws:iam::123456789012:role/name",
		Why:    "deployFunction({customRoleArn}) hands another role than remotion-lambda-role to the function; the documented policy allows to pass only that one.",
		Breaks: "deployFunction() fails at lambda:CreateFunction: not authorized to perform iam:PassRole.",
		Source: "@remotion/lambda 4.0.527, dist/api/create-function.js",
		Needs: []checks.FeatureNeed{
			{Policy: "caller", Action: "iam:PassRole", Resource: "{value}", Operation: "deploy-function", Call: "CreateFunction in deployFunction()", Without: "the execution role cannot be handed to the function"},
		},
		Drops: []checks.FeatureNeed{{Policy: "caller", Action: "iam:PassRole", Resource: rolePattern}},
		Facts: []checks.Fact{{Policy: "caller", Message: "{value} needs Remotion's renderer policy and a trust policy that lets lambda.amazonaws.com assume it; Remotion checks only that the text looks like an ARN", Hint: "check it with --renderer={value}"}},
	},
	{
		Name: "custom-layer", Title: "Custom layers", Flag: "--custom-layer", Example: "arn:aws:lambda:us-east-1:123456789012:layer:name:1", Since: "4.0.510",
		Why:    "deployFunction({customLayerArns}) attaches your own layers in place of Remotion's, and updates the layers of a function that exists.",
		Breaks: "deployFunction() fails at lambda:CreateFunction, or at lambda:GetFunctionConfiguration where the function exists.",
		Source: docs + "custom-layers",
		Needs: []checks.FeatureNeed{
			{Policy: "caller", Action: "lambda:GetLayerVersion", Resource: "{value}", Operation: "deploy-function", Call: "CreateFunction in deployFunction()", Without: "the layer cannot be attached"},
			{Policy: "caller", Action: "lambda:GetFunctionConfiguration", Resource: functionPattern, Operation: "deploy-function", Level: checks.InSomeCases, Call: "GetFunctionConfiguration in deployFunction()", Without: "deploying a function that exists fails"},
			{Policy: "caller", Action: "lambda:UpdateFunctionConfiguration", Resource: functionPattern, Operation: "deploy-function", Level: checks.InSomeCases, Call: "UpdateFunctionConfiguration in deployFunction()", Without: "the layers of a function that exists cannot be changed"},
		},
		Drops: []checks.FeatureNeed{{Policy: "caller", Action: "lambda:GetLayerVersion", Resource: hostedPattern}},
	},
	{
		Name: "bucket", Title: "Forced bucket", Flag: "--bucket",
		Why:    "With forceBucketName Remotion uses the bucket of that name, and neither looks for one nor creates one.",
		Breaks: "Sites cannot be deployed to that bucket, and renders cannot use it.",
		Source: docs + "bucket-naming",
		Drops: []checks.FeatureNeed{
			{Policy: "caller", Action: "s3:CreateBucket", Resource: bucketPattern},
			{Policy: "caller", Action: "s3:PutBucketOwnershipControls", Resource: bucketPattern},
			{Policy: "caller", Action: "s3:PutBucketPublicAccessBlock", Resource: bucketPattern},
			{Policy: "caller", Action: "s3:PutBucketPolicy", Resource: bucketPattern},
			{Policy: "caller", Action: "s3:PutBucketAcl", Resource: bucketPattern},
			{Policy: "caller", Action: "s3:PutLifecycleConfiguration", Resource: bucketPattern, Unless: "folder-expiry"},
			{Policy: "renderer", Action: "s3:CreateBucket", Resource: bucketPattern},
			{Policy: "renderer", Action: "s3:PutBucketAcl", Resource: bucketPattern},
			{Policy: "renderer", Action: "s3:ListAllMyBuckets", Resource: "*"},
		},
		Facts: []checks.Fact{{Code: "forced-bucket", Message: "with forceBucketName Remotion neither looks for a bucket nor creates one: what only getOrCreateBucket() needs is not checked"}},
	},
	{
		Name: "renderer-function", Title: "Renderer function", Flag: "--renderer-function",
		Why:    "With rendererFunctionName the main function invokes another function for the chunks.",
		Breaks: "Renders start and stay at 0 %.",
		Source: "@remotion/serverless 4.0.527, dist/handlers/launch.js",
		Needs: []checks.FeatureNeed{
			{Policy: "renderer", Action: "lambda:InvokeFunction", Resource: "arn:aws:lambda:*:*:function:{value}", Operation: "render", Call: "Invoke of rendererFunctionName", Without: "the render starts and stays at 0 %"},
		},
		Facts: []checks.Fact{{Policy: "renderer", Message: "the renderer policy lets functions be invoked whose names start with remotion-render-; {value} is invoked with the same role"}},
	},
}

const (
	headFails = "S3 answers 403 to HeadObject, and the render stops with \"Unable to access item\""
	noVPC     = "a function in a VPC cannot be deployed"
)
