package main

import (
	"testing"

	"remotion-doctor/iam/account"
)

// renderer is a check of the renderer alone.
const renderer = "!check --renderer --region us-east-1 --format json "

// TestFeatureStories tells, for each feature of Remotion that touches
// permissions, what the doctor says of a principal that lacks what it takes.
func TestFeatureStories(t *testing.T) {
	const out, key = "arn:aws:s3:::my-videos", "arn:aws:kms:us-east-1:123456789012:key/1234abcd"
	output := func(actions ...string) func(*testAccount) {
		return func(a *testAccount) {
			a.add("remotion-lambda-role", "output", allow(out+"/*", actions...))
			a.Buckets = append(a.Buckets, account.Bucket{Name: "my-videos", Region: "us-east-1", ObjectOwnership: "ObjectWriter"})
		}
	}
	tell(t, []story{
		{
			name: "output bucket is not granted", args: renderer + "--output-bucket my-videos", fails: true,
			want: []string{`"action": "s3:PutObject"`, `"resource": "arn:aws:s3:::my-videos/*"`, `"action": "s3:PutObjectAcl"`, "AccessControlListNotSupported", `"name": "render"`, `"status": "fails"`},
			not:  []string{`"resource": "arn:aws:s3:::my-videos",`},
		},
		{name: "output bucket is granted", args: renderer + "--output-bucket my-videos", account: output("s3:PutObject", "s3:PutObjectAcl"), want: []string{`"ok": true`}},
		{name: "output bucket without ACLs", args: renderer + "--output-bucket my-videos --privacy no-acl", account: output("s3:PutObject"), want: []string{`"ok": true`, "with privacy no-acl outputs in my-videos are readable only as its bucket policy says"}},
		{
			name: "output bucket before 4.0.523", args: renderer + "--output-bucket my-videos --remotion-version 4.0.522", account: output("s3:PutObject", "s3:PutObjectAcl"), fails: true,
			want: []string{`"action": "s3:GetObject"`, `"resource": "arn:aws:s3:::my-videos",`, "before Remotion 4.0.523 a render looks with HeadObject whether the output exists", "Unable to access item"},
		},
		{name: "output bucket with overwrite", args: renderer + "--output-bucket my-videos --remotion-version 4.0.522 --feature overwrite", account: output("s3:PutObject", "s3:PutObjectAcl"), want: []string{`"ok": true`, "needs no s3:GetObject and s3:ListBucket on an output bucket"}},
		{
			name: "output bucket is granted to the caller", args: "--renderer --output-bucket my-videos", fails: true,
			account: func(a *testAccount) { a.add("app", "output", allow(out+"/*", "s3:PutObject", "s3:PutObjectAcl")) },
			want:    []string{`"code": "granted-to-caller"`, "s3:PutObject, s3:PutObjectAcl on arn:aws:s3:::my-videos/* is granted to the caller app, but the render function does it, as remotion-lambda-role: the grant is on the wrong role"},
		},
		{
			name: "output bucket of a caller alone", args: "--output-bucket my-videos",
			account: func(a *testAccount) { a.add("app", "output", allow(out+"/*", "s3:PutObject", "s3:PutObjectAcl")) },
			want:    []string{"my-videos is written by the render function, as its execution role (remotion-lambda-role), and not by the caller", `"code": "granted-to-wrong-role"`},
		},
		{
			name: "output bucket in another account", args: renderer + "--output-bucket my-videos --output-account 210987654321", account: output("s3:PutObject", "s3:PutObjectAcl"), fails: true,
			want: []string{"a bucket policy alone does not help, since Remotion sends the function's own account as ExpectedBucketOwner", "s3OutputProvider"},
		},
		{name: "s3OutputProvider", args: renderer + "--feature s3-output-provider", want: []string{"there is no field for a session token, so that temporary credentials (ASIA…) do not work", "s3:PutObjectAcl unless privacy is no-acl"}},
		{name: "forcePathStyle", args: "--feature force-path-style", want: []string{"forcePathStyle changes the URLs of S3, and needs no grant"}},
		{
			name: "KMS", args: "--renderer --kms-key " + key, fails: true,
			want: []string{`"action": "kms:GenerateDataKey"`, `"action": "kms:Decrypt"`, "neither documented policy has an action of KMS", "a site in a bucket that is encrypted with a KMS key cannot be opened by its URL"},
		},
		{
			name: "VPC", args: "--renderer --vpc", fails: true,
			want: []string{`"action": "ec2:CreateNetworkInterface"`, `"action": "ec2:DescribeVpcs"`, "AWSLambdaVPCAccessExecutionRole grants what the function's role needs", "vpcSubnetIds and vpcSecurityGroupIds must both be given"},
		},
		{name: "VPC before 4.0.160", args: "--vpc --remotion-version 4.0.100", fails: true, want: []string{"VPC came with Remotion 4.0.160, and 4.0.100 is in use"}},
		{
			name: "Lambda Insights in eu-south-1", args: "!check --role app --region eu-south-1 --insights --format json", fails: true,
			want: []string{"arn:aws:lambda:eu-south-1:339249233099:layer:LambdaInsightsExtension-Arm64:2", "belongs to another AWS account than the one that Remotion's documented policy names", `"code": "opt-in-region"`},
		},
		{name: "Lambda Insights in af-south-1", args: "!check --role app --region af-south-1 --insights --format json", fails: true, want: []string{"arn:aws:lambda:af-south-1:012438385374:layer:"}},
		{name: "Lambda Insights in ap-east-1", args: "!check --role app --region ap-east-1 --insights --format json", fails: true, want: []string{"arn:aws:lambda:ap-east-1:519774774795:layer:"}},
		{name: "Lambda Insights in ap-northeast-3", args: "!check --role app --region ap-northeast-3 --insights --format json", fails: true, want: []string{"arn:aws:lambda:ap-northeast-3:194566237122:layer:"}},
		{name: "Lambda Insights in eu-central-2", args: "!check --role app --region eu-central-2 --insights --format json", fails: true, want: []string{"AWS has no Lambda Insights layer for Remotion's functions in eu-central-2"}},
		{
			name: "Lambda Insights is not granted", args: "--insights", fails: true, account: func(a *testAccount) { a.version("app", "caller", "4.0.48") },
			want: []string{"the Lambda Insights layer cannot be attached", "enableLambdaInsights is not applied to a function that exists already"},
		},
		{
			name: "log group", fails: true, account: func(a *testAccount) { a.without("app", "logs:PutRetentionPolicy") },
			want: []string{"PutRetentionPolicy in deployFunction()", "no function is deployed, unless createCloudWatchLogGroup is off"},
		},
		{
			name: "no log group", args: "--renderer --feature no-log-group", fails: true, account: func(a *testAccount) { a.without("app", "logs:PutRetentionPolicy", "logs:CreateLogGroup") },
			want: []string{"writes no logs", `"action": "logs:CreateLogGroup"`, "renders work, but leave no log"},
			not:  []string{`"action": "logs:PutRetentionPolicy"`},
		},
		{name: "deleteAfter", args: "--feature delete-after", want: []string{"deleteAfter makes no call of AWS: it only puts the time into the name of the render, and the bucket's lifecycle rules delete it"}},
		{
			name: "enableFolderExpiry", args: "--for deploy-site --feature folder-expiry", fails: true, account: func(a *testAccount) { a.version("app", "caller", "3.3.87") },
			want: []string{`"action": "s3:PutLifecycleConfiguration"`, "enableFolderExpiry fails; deleteAfter deletes nothing", "replaces all lifecycle rules of the bucket"},
		},
		{
			name: "customRoleArn", args: "--custom-role arn:aws:iam::123456789012:role/video/my-role", fails: true,
			account: func(a *testAccount) {
				a.addRole("my-role", required(a.t, "renderer", "", "aws"), `{"Service":"ec2.amazonaws.com"}`)
			},
			want: []string{
				`"resource": "arn:aws:iam::123456789012:role/video/my-role"`, "the execution role cannot be handed to the function",
				"the trust policy does not name lambda.amazonaws.com; it names ec2.amazonaws.com", "cannot be assumed by Lambda",
			},
			not: []string{`"resource": "arn:aws:iam::*:role/remotion-lambda-role"`},
		},
		{
			name: "customLayerArns", args: "--custom-layer arn:aws:lambda:us-east-1:123456789012:layer:chromium:3", fails: true,
			want: []string{`"resource": "arn:aws:lambda:us-east-1:123456789012:layer:chromium:3"`, `"action": "lambda:UpdateFunctionConfiguration"`, "the layers of a function that exists cannot be changed"},
			not:  []string{`"resource": "arn:aws:lambda:*:678892195805:layer:remotion-binaries-*"`},
		},
		{name: "customLayerArns before 4.0.510", args: "--custom-layer arn:aws:lambda:us-east-1:123456789012:layer:chromium:3 --remotion-version 4.0.509", fails: true, want: []string{"Custom layers came with Remotion 4.0.510"}},
		{
			name: "privacy", args: renderer + "--privacy no-acl", fails: true, account: func(a *testAccount) { a.without("remotion-lambda-role", "s3:PutObjectAcl") },
			want: []string{"progress.json, input props and cancel.json are always written with x-amz-acl: private", `"action": "s3:PutObjectAcl"`, "progress.json cannot be written"},
		},
		{name: "skipPutAcl", args: "--feature skip-put-acl", fails: true, account: func(a *testAccount) { a.without("app", "s3:PutBucketAcl") }, want: []string{"skipPutAcl has no effect", "PutBucketAcl in getOrCreateBucket()"}},
		{name: "webhook", args: renderer + "--feature webhook", want: []string{"a webhook is a plain HTTPS request from the function, and needs no grant"}},
		{
			name: "storageClass", args: renderer + "--feature storage-class --context s3:x-amz-storage-class=STANDARD_IA", fails: true,
			account: func(a *testAccount) {
				a.add("remotion-lambda-role", "guard", `{"Sid":"Cheap","Effect":"Deny","Action":"s3:PutObject","Resource":"*","Condition":{"StringEquals":{"s3:x-amz-storage-class":"STANDARD_IA"}}}`)
			},
			want: []string{"a Condition on s3:x-amz-storage-class may deny it", `Deny \"Cheap\" in policy guard`},
		},
		{
			name: "function tags", args: "--feature function-tags", fails: true, account: func(a *testAccount) { a.without("app", "lambda:TagResource") },
			want: []string{"functions are tagged after they have been created: an organization that requires tags", "the function gets no tags", `"status": "degraded"`},
		},
		{name: "runtimePreference", args: "--feature runtime-preference", want: []string{"runtimePreference only chooses among Remotion's hosted layers"}},
		{
			name: "quotas", fails: true, account: func(a *testAccount) { a.without("app", "servicequotas:RequestServiceQuotaIncrease") },
			want: []string{"`quotas increase` fails", "iam:CreateServiceLinkedRole when the first `quotas increase` of an account is made (--feature quota-increase)"},
		},
		{
			name: "forced bucket", args: "--bucket my-bucket", fails: true,
			want: []string{`"resource": "arn:aws:s3:::my-bucket/*"`, "both documented policies cover only remotionlambda-* buckets and must be widened to it", "deploySite() takes it only with bypassBucketNameValidation"},
			not:  []string{`"action": "s3:CreateBucket"`},
		},
		{name: "forced bucket with the prefix", args: "--bucket remotionlambda-videos", want: []string{`"ok": true`, "with forceBucketName Remotion neither looks for a bucket nor creates one"}},
		{
			name: "function of another name", args: "--for render --render-function arn:aws:lambda:us-east-1:123456789012:function:video", fails: true,
			want: []string{`"resource": "arn:aws:lambda:*:*:function:video"`, "video does not start with remotion-render-", "no render starts"},
		},
		{
			name: "rendererFunctionName", args: renderer + "--renderer-function my-renderer", fails: true,
			want: []string{`"resource": "arn:aws:lambda:*:*:function:my-renderer"`, "the renderer policy lets functions be invoked whose names start with remotion-render-", "the render starts and stays at 0 %"},
		},
		{
			name: "enableCancellation", args: "--for render --renderer --feature cancellation", fails: true, account: func(a *testAccount) { a.without("app", "s3:PutObjectAcl") },
			want: []string{"cancelRenderOnLambda() fails", `"action": "s3:PutObjectAcl"`, "a render with enableCancellation looks for cancel.json each second"},
		},
		{name: "render only", args: "--for render,progress", account: func(a *testAccount) {
			a.give("app", `{"Version":"2012-10-17","Statement":[`+allow("arn:aws:lambda:us-east-1:123456789012:function:remotion-render-*", "lambda:InvokeFunction")+`]}`)
		}, want: []string{`"ok": true`, `"name": "progress"`}, not: []string{"s3:CreateBucket"}},
		{
			name: "big input props", args: "--for render --feature large-props", fails: true,
			account: func(a *testAccount) {
				a.give("app", `{"Version":"2012-10-17","Statement":[`+allow("arn:aws:lambda:us-east-1:123456789012:function:remotion-render-*", "lambda:InvokeFunction")+`]}`)
			},
			want: []string{"renders with input props above about 194 kB (5 MB for stills) fail", `"action": "s3:ListAllMyBuckets"`, `"action": "s3:PutObjectAcl"`},
			not:  []string{"s3:CreateBucket"},
		},
		{
			name: "multipart uploads", args: renderer + "--feature multipart", fails: true,
			want: []string{`"action": "s3:AbortMultipartUpload"`, "an AccessDenied for s3:AbortMultipartUpload hides another error", `"status": "degraded"`},
		},
		{
			name: "China", args: "!check --role app --renderer --region cn-north-1 --format json", account: inChina,
			want: []string{`"ok": true`, "Remotion hosts no layers in China: deployFunction() needs customLayerArns there", "arn:aws-cn:iam::123456789012:role/remotion-lambda-role"},
		},
		{name: "China with layers", args: "!check --role app --region cn-north-1 --custom-layer arn:aws-cn:lambda:cn-north-1:123456789012:layer:chromium:1 --format json", account: inChina, fails: true, want: []string{`"resource": "arn:aws-cn:lambda:cn-north-1:123456789012:layer:chromium:1"`}},
		{
			name: "GovCloud", args: "!check --role app", fails: true, want: []string{"stderr: Remotion Lambda has no caller policy for the partition aws-us-gov; it runs in aws and aws-cn"},
			account: func(a *testAccount) {
				a.Partition = "aws-us-gov"
				a.role("app").Arn = a.arn("iam", "role/app")
			},
		},
		{name: "a region that Remotion left", args: "!check --role app --region me-south-1 --format json", fails: true, want: []string{"Remotion Lambda does not run in me-south-1"}},
		{
			name: "role-created bucket", args: renderer, account: func(a *testAccount) {
				a.Buckets[0].Name, a.Buckets[0].Region = "remotionlambda-euwest1-abcdefghij", "eu-west-1"
			},
			want: []string{"there is no remotionlambda-useast1-* bucket: function and site must be in the same region", "a half-configured bucket stays", "deploy the site to us-east-1 first"},
		},
		{
			name: "role-created bucket, wanted", args: renderer + "--feature role-creates-bucket", fails: true,
			want: []string{`"action": "s3:PutBucketOwnershipControls"`, "it is safer to create the bucket before the first render"},
		},
	})
}
