package main

import "testing"

// TestHistory tells, for each change of the policies, what the doctor says of a
// principal whose policy is from before it.
func TestHistory(t *testing.T) {
	caller := func(version string) func(*testAccount) {
		return func(a *testAccount) { a.version("app", "caller", version) }
	}
	tell(t, []story{
		{
			name: "2.5.0-alpha", args: "--remotion-version 2.5.0-alpha.b28f7f17", fails: true,
			want: []string{"stderr: no caller policy of Remotion 2.5.0-alpha.b28f7f17 is known", "stderr: the oldest is that of 3.0.0"},
		},
		{
			name: "3.0.0 base", account: caller("3.0.0"), fails: true,
			want: []string{`"code": "stale-policy"`, "this is the caller policy of Remotion 3.0.0–3.3.7; for 4.0.527 it lacks s3:PutBucketOwnershipControls"},
		},
		{
			name: "3.3.8 drops iam:GetUser", args: "--user remotion --remotion-version 3.3.7", fails: true,
			account: func(a *testAccount) { addUser(a, required(a.t, "caller", "3.3.8", "aws")) },
			want: []string{
				`"code": "no-longer-required"`, "iam:GetUser is required only before Remotion 3.3.8, where `policies validate` asks STS who is calling instead of IAM",
				"`policies validate` of Remotion up to 3.3.7 fails; nothing else does", `"name": "validation"`,
			},
		},
		{
			name: "3.3.12 drops websites", args: "--remotion-version 3.3.8", account: caller("3.3.12"), fails: true,
			want: []string{`"code": "no-longer-required"`, " are required only before Remotion 3.3.12", "upgrading Remotion cures it"},
		},
		{
			name: "3.3.8 policy is recognised", account: caller("3.3.8"), fails: true,
			want: []string{"this is the caller policy of Remotion 3.3.8–3.3.11"},
		},
		{
			name: "3.3.54", account: caller("3.3.12"), fails: true,
			want: []string{
				"this is the caller policy of Remotion 3.3.12–3.3.53", "lambda:PutRuntimeManagementConfig is required since Remotion 3.3.54",
				"pins the function's Node.js runtime", "a deploy prints a warning, and AWS may change the function's runtime", "feb-2023-incident",
			},
		},
		{
			name: "3.3.87", account: caller("3.3.54"), fails: true,
			want: []string{
				"this is the caller policy of Remotion 3.3.54–3.3.86", "s3:PutBucketOwnershipControls and s3:PutBucketPublicAccessBlock are required since Remotion 3.3.87",
				"since April 2023 AWS makes every new bucket private", "leaves one half-configured: delete it before the next try",
				"The policy is copied once, and an upgrade of Remotion does not update it", "policy diff 3.3.54 4.0.527",
			},
		},
		{
			name: "4.0.32", account: caller("3.3.87"), fails: true,
			want: []string{"this is the caller policy of Remotion 3.3.87–4.0.31", "s3:PutLifecycleConfiguration is required since Remotion 4.0.32", "enableFolderExpiry fails, and so do `sites rm` and `sites rmall`", "autodelete"},
		},
		{
			name: "4.0.48", account: caller("4.0.32"), fails: true,
			want: []string{"this is the caller policy of Remotion 4.0.32–4.0.47", "lambda:TagResource is required since Remotion 4.0.48", "the function gets no tags; nothing else changes", "issues/3017"},
		},
		{
			name: "4.0.61 caller", account: caller("4.0.48"), fails: true,
			want: []string{"this is the caller policy of Remotion 4.0.48–4.0.60", "lambda:GetLayerVersion for Lambda Insights is required since Remotion 4.0.61", "deploying with enableLambdaInsights fails"},
		},
		{
			name: "4.0.61 renderer", args: "!check --renderer --format json", fails: true,
			account: func(a *testAccount) { a.version("remotion-lambda-role", "renderer", "3.0.0") },
			want:    []string{"this is the renderer policy of Remotion 3.0.0–4.0.60", "logs:CreateLogGroup for Lambda Insights", "are required since Remotion 4.0.61", "Lambda Insights reports nothing; renders work"},
		},
		{
			name: "4.0.418", account: caller("4.0.61"), fails: true,
			want: []string{"this is the caller policy of Remotion 4.0.61–4.0.417", "s3:PutBucketPolicy is required since Remotion 4.0.418", "opens the bucket by a public-read ACL instead, so that anyone can list it", "bucket-security"},
		},
		{
			name: "4.0.510 partitions", args: "!check --role app --region cn-north-1 --format json", fails: true,
			account: func(a *testAccount) {
				inChina(a)
				a.give("app", required(a.t, "caller", "", "aws"))
			},
			want: []string{`"code": "wrong-partition"`, "belongs to the partition aws, and the account is in aws-cn: it matches nothing there", `write \"arn:aws-cn:s3:::remotionlambda-*\"`, "aws-china-regions"},
		},
		{
			name: "before 4.0.510 in China", args: "!check --role app --region cn-north-1 --remotion-version 4.0.509", account: inChina, fails: true,
			want: []string{"stderr: no caller policy of Remotion 4.0.509 is known for the partition aws-cn; the oldest is that of 4.0.510"},
		},
		{
			name: "the newest", want: []string{`"ok": true`}, not: []string{"stale-policy", "required-since"},
		},
		{
			name: "an unknown newer version", args: "--remotion-version 4.0.999",
			want: []string{"Remotion 4.0.999 is newer than 4.0.527, the newest that this program knows: its policy of 4.0.527 is used"},
		},
	})
}
