package main

import (
	"testing"

	"remotion-doctor/iam/account"
)

// caller is a check of whoever the credentials belong to.
const caller = "!check --caller --region us-east-1 --format json "

// noKeys takes away the credentials that scripts have in variables.
var noKeys = []string{"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY="}

// profiles is a configuration with a profile of its own keys.
var profiles = map[string]string{
	"config":      "[profile remotion]\nregion = us-east-1\n[profile host]\nregion = us-east-1\n",
	"credentials": "[remotion]\naws_access_key_id = AKIAREMOTION\naws_secret_access_key = s\n[host]\naws_access_key_id = AKIAHOST\naws_secret_access_key = s\n",
}

func withProfiles(env ...string) []string {
	return append([]string{"AWS_CONFIG_FILE=config", "AWS_SHARED_CREDENTIALS_FILE=credentials"}, env...)
}

// TestPainStories tells, for each complaint of Remotion's users, what the
// doctor says of a principal that has it.
func TestPainStories(t *testing.T) {
	tell(t, []story{
		{
			name: "1 bucket creation suddenly fails", args: "--for first-bucket", fails: true, account: func(a *testAccount) { a.version("app", "caller", "3.3.54") },
			want: []string{
				"InvalidBucketAclWithObjectOwnership, AccessDenied or PARTIAL SUCCESS", "delete it before the next try", "DeleteBucketOwnershipControls in getOrCreateBucket()",
				"the bucket has been created by then and stays half-configured", "The policy is copied once, and an upgrade of Remotion does not update it",
			},
		},
		{
			name: "2 host role instead of Remotion's credentials", args: "!check --function site --region us-east-1 --format json", fails: true,
			account: func(a *testAccount) {
				a.addRole("site-role", `{"Version":"2012-10-17","Statement":[`+allow("*", "dynamodb:GetItem")+`]}`, `{"Service":"lambda.amazonaws.com"}`)
				a.Functions = append(a.Functions, account.Function{FunctionName: "site", FunctionArn: "arn:aws:lambda:us-east-1:123456789012:function:site", Role: a.arn("iam", "role/site-role")})
			},
			want: []string{`"code": "host-role"`, "site-role has no grant for Remotion at all", "Remotion uses the credentials of that host unless REMOTION_AWS_ACCESS_KEY_ID and REMOTION_AWS_SECRET_ACCESS_KEY are set there"},
		},
		{
			name: "2 inside a Lambda function", args: caller, env: []string{"AWS_LAMBDA_FUNCTION_NAME=site", "AWS_SESSION_TOKEN=t"},
			want: []string{"this runs inside the Lambda function site, whose own role's keys are in AWS_ACCESS_KEY_ID: Remotion uses them, and not those of your Remotion user"},
		},
		{
			name: "2 keys that are set by half", args: caller, env: []string{"REMOTION_AWS_ACCESS_KEY_ID=AKIA"},
			want: []string{"REMOTION_AWS_ACCESS_KEY_ID is set and REMOTION_AWS_SECRET_ACCESS_KEY is not: Remotion silently ignores it", "The AWS credentials provided were probably mixed up"},
		},
		{
			name: "2 other credentials", args: caller, env: withProfiles("REMOTION_AWS_PROFILE=remotion"), files: profiles,
			account: func(a *testAccount) { a.Callers = map[string]string{"AKIAREMOTION": a.arn("iam", "user/remotion")} },
			want: []string{
				`"code": "other-credentials"`, `Remotion would use the profile \"remotion\" (REMOTION_AWS_PROFILE) here, and this program used the keys in AWS_ACCESS_KEY_ID`,
				"Remotion would act as arn:aws:iam::123456789012:user/remotion, and arn:aws:iam::123456789012:role/app was checked",
			},
		},
		{
			name: "2 other credentials of the same principal", args: caller, env: []string{"REMOTION_AWS_ACCESS_KEY_ID=AKIAREMOTION", "REMOTION_AWS_SECRET_ACCESS_KEY=s"},
			want: []string{`"ok": true`}, not: []string{"other-credentials"},
		},
		{
			name: "2 a profile beside keys", args: caller, env: withProfiles("AWS_PROFILE=host"), files: profiles,
			account: func(a *testAccount) { a.Callers = map[string]string{"AKIAHOST": a.arn("iam", "user/host")} },
			want:    []string{"In Remotion AWS_PROFILE wins over AWS_ACCESS_KEY_ID, unlike in AWS's SDKs"},
		},
		{
			name: "2 temporary keys", args: caller, env: []string{"REMOTION_AWS_ACCESS_KEY_ID=ASIAX", "REMOTION_AWS_SECRET_ACCESS_KEY=s"},
			want: []string{"REMOTION_AWS_ACCESS_KEY_ID holds a temporary key (ASIA…) and REMOTION_AWS_SESSION_TOKEN is not set", "The security token included in the request is invalid"},
		},
		{
			name: "3 the variable is not set", args: caller + "--profile remotion", env: withProfiles(noKeys...), files: profiles,
			want: []string{"have not set the environment variable AWS_ACCESS_KEY_ID or REMOTION_AWS_ACCESS_KEY_ID", "REMOTION_SKIP_AWS_CREDENTIALS_CHECK=1 (Remotion 4.0.160 or newer)"},
		},
		{
			name: "3 it is switched off", args: caller + "--profile remotion", env: withProfiles(append(noKeys, "REMOTION_SKIP_AWS_CREDENTIALS_CHECK=1")...), files: profiles,
			not: []string{"credentials-check"},
		},
		{
			name: "3 on EC2", args: "!check --instance-profile workers --region us-east-1 --format json",
			account: func(a *testAccount) {
				a.InstanceProfiles = []account.InstanceProfile{{InstanceProfileName: "workers", Arn: a.arn("iam", "instance-profile/workers"), Roles: []account.ProfileRole{{RoleName: "app", Arn: a.arn("iam", "role/app")}}}}
			},
			want: []string{"stops with \\\"You have tried to call a Remotion Lambda function, but have not set the environment variable", "from an instance profile", "set REMOTION_SKIP_AWS_CREDENTIALS_CHECK=1 in the environment of the EC2 instances"},
		},
		{
			name: "4 the bucket does not allow ACLs", args: renderer + "--output-bucket my-videos", fails: true,
			account: func(a *testAccount) {
				a.add("remotion-lambda-role", "output", allow("arn:aws:s3:::my-videos/*", "s3:PutObject", "s3:PutObjectAcl"))
				a.Buckets = append(a.Buckets, account.Bucket{Name: "my-videos", Region: "us-east-1", ObjectOwnership: "BucketOwnerEnforced"})
			},
			want: []string{"the bucket my-videos does not allow ACLs (Object Ownership is BucketOwnerEnforced)", "AccessControlListNotSupported: The bucket does not allow ACLs", "render with privacy: 'no-acl'"},
		},
		{
			name: "4 Block Public Access", args: renderer + "--output-bucket my-videos", fails: true,
			account: func(a *testAccount) {
				a.add("remotion-lambda-role", "output", allow("arn:aws:s3:::my-videos/*", "s3:PutObject", "s3:PutObjectAcl"))
				a.Buckets = append(a.Buckets, account.Bucket{Name: "my-videos", Region: "us-east-1", ObjectOwnership: "ObjectWriter", PublicAccessBlock: &account.PublicAccessBlock{BlockPublicAcls: true}})
			},
			want: []string{"Block Public Access of the bucket my-videos refuses public ACLs"},
		},
		{
			name: "4 output is not readable", args: renderer + "--output-bucket my-videos --privacy no-acl",
			account: func(a *testAccount) {
				a.add("remotion-lambda-role", "output", allow("arn:aws:s3:::my-videos/*", "s3:PutObject"))
				a.Buckets = append(a.Buckets, account.Bucket{Name: "my-videos", Region: "us-east-1"})
			},
			want: []string{"with privacy no-acl outputs in my-videos are readable only as its bucket policy says"},
		},
		{
			name: "5 got a 403 when heading the file", args: "--renderer --output-bucket my-videos --remotion-version 4.0.500", fails: true,
			account: func(a *testAccount) {
				a.add("app", "output", allow("arn:aws:s3:::my-videos/*", "s3:GetObject")+","+allow("arn:aws:s3:::my-videos", "s3:ListBucket"))
				a.add("remotion-lambda-role", "output", allow("arn:aws:s3:::my-videos/*", "s3:PutObject", "s3:PutObjectAcl"))
				a.Buckets = append(a.Buckets, account.Bucket{Name: "my-videos", Region: "us-east-1"})
			},
			want: []string{"got a 403 error when heading the file", "is granted to the caller app, but the render function does it", "or upgrade to 4.0.523"},
		},
		{
			name: "6 the role cannot be assumed by Lambda", args: renderer, fails: true, account: func(a *testAccount) {
				a.trust("remotion-lambda-role", `{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}`)
			},
			want: []string{"the trust policy does not name lambda.amazonaws.com; it names ec2.amazonaws.com", "The role defined for the function cannot be assumed by Lambda", `"module": "trust-policy"`, `"status": "blocked"`},
		},
		{
			name: "6 the role is missing", args: "!check --renderer --region us-east-1", fails: true, account: func(a *testAccount) {
				a.Functions = nil
				a.role("remotion-lambda-role").RoleName, a.role("remotion-lambda-role").Arn = "remotion-lambda-rolle", a.arn("iam", "role/remotion-lambda-rolle")
			},
			want: []string{"stderr: The role defined for the function cannot be assumed by Lambda", "stderr: Remotion expects a role of exactly the name remotion-lambda-role", "stderr: there is remotion-lambda-rolle"},
		},
		{
			name: "6 the role has a path", args: renderer, fails: true, account: func(a *testAccount) {
				a.Functions = nil
				a.role("remotion-lambda-role").Arn = a.arn("iam", "role/service-role/remotion-lambda-role")
			},
			want: []string{"has a path: Remotion hands arn:aws:iam::123456789012:role/remotion-lambda-role to its functions, which does not exist"},
		},
		{
			name: "7 several buckets", args: renderer, fails: true, account: func(a *testAccount) {
				a.Buckets = append(a.Buckets, account.Bucket{Name: "remotionlambda-useast1-zzzzzzzzzz", Region: "us-east-1"})
			},
			want: []string{"remotionlambda-useast1-abcdefghij and remotionlambda-useast1-zzzzzzzzzz: it stops with \\\"You have multiple buckets … starting with remotionlambda-\\\"", "name one with forceBucketName"},
		},
		{name: "7 a bucket of another name", args: "--bucket company-videos", fails: true, want: []string{"company-videos does not start with remotionlambda-", "policy show caller --bucket company-videos"}},
		{
			name: "8 the organization forbids public buckets", args: "--for first-bucket", fails: true, account: func(a *testAccount) {
				a.Organization = &account.Organization{ServiceControlPolicies: [][]account.NamedPolicy{{
					{Name: "FullAWSAccess", Document: account.Document{Text: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`}},
					{Name: "NoPublicBuckets", Document: account.Document{Text: `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["s3:PutBucketPolicy","s3:PutBucketPublicAccessBlock"],"Resource":"*"}]}`}},
				}}}
			},
			want: []string{`"code": "public-buckets-forbidden"`, "your organization seems not to allow public buckets", `"layer": "scp"`, "ask the administrator to except remotionlambda-* buckets"},
		},
		{
			name: "8 PutBucketPolicy is swallowed", fails: true, account: func(a *testAccount) {
				a.add("app", "guard", `{"Sid":"NoPublicBuckets","Effect":"Deny","Action":"s3:PutBucketPolicy","Resource":"*"}`)
			},
			want: []string{"Since 4.0.418 a failing PutBucketPolicy is only a warning, after which Remotion tries to make the bucket public-read by an ACL"},
		},
		{
			name: "9 quotas increase", args: "--for quotas --feature quota-increase", fails: true,
			want: []string{"Service-linked role creation access denied", `"action": "iam:CreateServiceLinkedRole"`, "let an administrator make the first request in the AWS console", `"name": "quotas"`, `"status": "fails"`},
		},
		{
			name: "10 the security token is invalid", args: "!check --role app --region eu-south-1 --format json",
			want: []string{"eu-south-1 is not enabled in an AWS account by default", "The security token included in the request is invalid", "enable it in the AWS console under Account"},
		},
		{
			name: "ListFunctions is denied", args: "--for deploy-function", fails: true, account: func(a *testAccount) { a.without("app", "lambda:ListFunctions") },
			want: []string{"ListFunctions in deployFunction()", "no function is deployed"},
		},
		{
			name: "no compatible function", args: "--for deploy-function", fails: true, account: func(a *testAccount) { a.without("app", "lambda:InvokeFunction") },
			want: []string{"a second deploy ends in ResourceConflictException, and getFunctions({compatibleOnly: true}) returns nothing", `"status": "degraded"`},
		},
		{
			name: "a policy that was cut off", args: "!policy lint cut.json", fails: true, files: map[string]string{"cut.json": "{\n \"Version\": \"2012-10-17\",\n \"Statement\": [\n  {\"Effect\": \"Allow\","},
			want: []string{"stderr: reading cut.json:5:1: unexpected end", "stderr: the policy was probably cut off while it was copied"},
		},
		{
			name: "no logs of a role made by a template", args: renderer + "--feature no-log-group", fails: true,
			want: []string{"a function that was deployed with --disable-cloudwatch, or by a template, writes no logs", `"name": "logs"`},
		},
		{
			name: "user and role policy are swapped", args: "--renderer", fails: true, account: func(a *testAccount) {
				a.version("app", "renderer", "")
				a.version("remotion-lambda-role", "caller", "")
			},
			want: []string{"this role has Remotion's renderer policy but was checked as the caller; the two policies may be swapped", "this role has Remotion's caller policy but was checked as the renderer"},
		},
		{
			name: "the .env file is not read", args: caller, files: map[string]string{".env": "REMOTION_AWS_ACCESS_KEY_ID=AKIA\nREMOTION_AWS_SECRET_ACCESS_KEY=s\n"},
			want: []string{"REMOTION_AWS_ACCESS_KEY_ID and REMOTION_AWS_SECRET_ACCESS_KEY are set in .env, and not in the environment", "your own code that calls renderMediaOnLambda() does not"},
		},
		{
			name: "a policy that has just been attached", args: renderer, fails: true, account: func(a *testAccount) {
				a.trust("remotion-lambda-role", `{"Effect":"Allow","Principal":{"Service":"edgelambda.amazonaws.com"},"Action":"sts:AssumeRole"}`)
			},
			want: []string{"IAM takes some seconds", `{\"Service\": \"lambda.amazonaws.com\"}`},
		},
		{
			name: "explain what Remotion's CLI makes of it", fails: true,
			args: `!explain --error 'The role "remotion-lambda-role" does not exist in your AWS account or has the wrong policy assigned to it.' --snapshot account.json`,
			want: []string{"Remotion's text blames the policy, but what the role may do has no part in this error", "remotion-doctor check --renderer --snapshot account.json"},
		},
		{
			name: "explain an error that hides another", fails: true,
			args: `!explain --error 'User: arn:aws:sts::123456789012:assumed-role/remotion-lambda-role/x is not authorized to perform: s3:AbortMultipartUpload on resource: arn:aws:s3:::remotionlambda-useast1-abcdefghij/x because no identity-based policy allows it' --snapshot account.json`,
			want: []string{"a part of an upload failed, and this error of the clean-up hides why", "remotion-doctor check --renderer=remotion-lambda-role --snapshot account.json --feature multipart"},
		},
		{
			name: "explain several buckets", fails: true,
			args: `!explain --error 'You have multiple buckets (a, b) in your S3 region (us-east-1) starting with "remotionlambda-".' --snapshot account.json`,
			want: []string{"name one with forceBucketName", "remotion-doctor check --renderer --snapshot account.json"},
		},
	})
}
