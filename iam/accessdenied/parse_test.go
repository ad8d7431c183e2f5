package accessdenied

import (
	"strings"
	"testing"

	"remotion-doctor/iam"
)

const (
	api    = "arn:aws:sts::111122223333:assumed-role/video-api-role/video-api"
	render = "arn:aws:lambda:us-east-1:111122223333:function:remotion-render-4-0-527-mem2048mb-disk2048mb-120sec"
	bucket = "arn:aws:s3:::remotionlambda-useast1-abc123defg"
	object = bucket + "/renders/abc/out.mp4"
)

// wordings are errors as they are pasted, in the forms that the tools print,
// with made-up accounts.
var wordings = []struct {
	name, text                  string
	principal, action, resource string
	layer                       iam.Layer
	decision                    iam.Decision
}{
	{"cli", "An error occurred (AccessDeniedException) when calling the Invoke operation: User: " + api + " is not authorized to perform: lambda:InvokeFunction on resource: " + render + " because no identity-based policy allows the lambda:InvokeFunction action", api, "lambda:InvokeFunction", render, iam.LayerIdentity, iam.ImplicitDeny},
	{"cli, aws:", "aws: [ERROR]: An error occurred (AccessDenied) when calling the PutObject operation: User: " + api + ` is not authorized to perform: s3:PutObject on resource: "` + object + `" because no identity-based policy allows the s3:PutObject action`, api, "s3:PutObject", object, iam.LayerIdentity, iam.ImplicitDeny},
	{"js v3 stack", "AccessDeniedException: User: " + api + " is not authorized to perform: lambda:InvokeFunction on resource: " + render + " because no identity-based policy allows the lambda:InvokeFunction action\n    at throwDefaultError (/var/task/node_modules/@smithy/smithy-client/dist-cjs/index.js:388:20)\n    at async getAllFunctions (/var/task/index.js:1:1) {\n  '$fault': 'client',\n  '$metadata': { httpStatusCode: 403 }\n}", api, "lambda:InvokeFunction", render, iam.LayerIdentity, iam.ImplicitDeny},
	{"js v2 object", `{ "errorType": "AccessDeniedException", "errorMessage": "User: ` + api + ` is not authorized to perform: lambda:GetFunctionConfiguration on resource: ` + render + `", "code": "AccessDeniedException", "statusCode": 403 }`, api, "lambda:GetFunctionConfiguration", render, "", ""},
	{"json in json", `{"Message":"{\"error\":\"User: ` + api + ` is not authorized to perform: s3:GetObject on resource: \"` + object + `\" with an explicit deny in a resource-based policy\"}"}`, api, "s3:GetObject", object, iam.LayerResource, iam.ExplicitDeny},
	{"go v2", "operation error Lambda: CreateFunction, https response error StatusCode: 403, RequestID: 7f0c, api error AccessDeniedException: User: arn:aws:iam::111122223333:user/deployer is not authorized to perform: lambda:CreateFunction on resource: " + render + " because no permissions boundary allows the lambda:CreateFunction action", "arn:aws:iam::111122223333:user/deployer", "lambda:CreateFunction", render, iam.LayerBoundary, iam.ImplicitDeny},
	{"go v2, S3 bare", "operation error S3: PutBucketPolicy, https response error StatusCode: 403, RequestID: FB4Q, HostID: Zfe3=, api error AccessDenied: Access Denied", "", "s3:PutBucketPolicy", "", "", ""},
	{"terraform", "╷\n│ Error: creating Lambda Function (remotion): operation error Lambda: CreateFunction, https response error StatusCode: 403, RequestID: 1, api error AccessDeniedException: User:\n│ " + api + " is not authorized to perform:\n│ iam:PassRole on resource: arn:aws:iam::111122223333:role/remotion-lambda-role because no identity-based policy allows the iam:PassRole action\n│\n│   with aws_lambda_function.r,\n╵", api, "iam:PassRole", "arn:aws:iam::111122223333:role/remotion-lambda-role", iam.LayerIdentity, iam.ImplicitDeny},
	{"cloudformation", "Resource handler returned message: \"User: " + api + " is not authorized to perform: logs:CreateLogGroup on resource: arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/remotion-render-x:log-stream: because no identity-based policy allows the logs:CreateLogGroup action (Service: CloudWatchLogs, Status Code: 400, Request ID: 5)\" (RequestToken: 1, HandlerErrorCode: AccessDenied)", api, "logs:CreateLogGroup", "arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/remotion-render-x:log-stream:", iam.LayerIdentity, iam.ImplicitDeny},
	{"java v1", "User: " + api + " is not authorized to perform: lambda:InvokeFunction on resource: " + render + " with an explicit deny (Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException; Request ID: 07cf; Proxy: null)", api, "lambda:InvokeFunction", render, "", iam.ExplicitDeny},
	{"step functions", `"cause": "User: ` + api + ` is not authorized to perform: lambda:InvokeFunction on resource: ` + render + ` because no identity-based policy allows the lambda:InvokeFunction action (Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException)"`, api, "lambda:InvokeFunction", render, iam.LayerIdentity, iam.ImplicitDeny},
	{"boto3", "botocore.exceptions.ClientError: An error occurred (AccessDeniedException) when calling the GetFunction operation: User: arn:aws:iam::111122223333:user/jane.doe is not authorized to perform: lambda:GetFunction on resource: " + render + " with an explicit deny in an identity-based policy", "arn:aws:iam::111122223333:user/jane.doe", "lambda:GetFunction", render, iam.LayerIdentity, iam.ExplicitDeny},
	{"boto3, bare S3", "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the CreateMultipartUpload operation: Access Denied", "", "s3:PutObject", "", "", ""},
	{"boto3, HeadObject", "botocore.exceptions.ClientError: An error occurred (403) when calling the HeadObject operation: Forbidden", "", "s3:GetObject", "", "", ""},
	{"cli, HeadObject", "fatal error: An error occurred (403) when calling the HeadObject operation: Forbidden", "", "s3:GetObject", "", "", ""},
	{"cli, ls", "An error occurred (AccessDenied) when calling the ListObjectsV2 operation: User: " + api + ` is not authorized to perform: s3:ListBucket on resource: "` + bucket + `" because no identity-based policy allows the s3:ListBucket action`, api, "s3:ListBucket", bucket, iam.LayerIdentity, iam.ImplicitDeny},
	{"cli, list buckets", "An error occurred (AccessDenied) when calling the ListBuckets operation: User: " + api + " is not authorized to perform: s3:ListAllMyBuckets because no permissions boundary allows the s3:ListAllMyBuckets action", api, "s3:ListAllMyBuckets", "", iam.LayerBoundary, iam.ImplicitDeny},
	{"cli, upload", "upload failed: ./out.mp4 to s3://remotionlambda-useast1-abc123defg/renders/abc/out.mp4 An error occurred (AccessDenied) when calling the PutObject operation: Access Denied", "", "s3:PutObject", object, "", ""},
	{"scp", "AccessDenied: User: " + api + " is not authorized to perform: s3:CreateBucket on resource: \"" + bucket + "\" with an explicit deny in a service control policy", api, "s3:CreateBucket", bucket, iam.LayerSCP, iam.ExplicitDeny},
	{"scp, implicit", "User: " + api + " is not authorized to perform: servicequotas:GetServiceQuota because no service control policy allows the servicequotas:GetServiceQuota action", api, "servicequotas:GetServiceQuota", "", iam.LayerSCP, iam.ImplicitDeny},
	{"scp, with its ARN", "User: " + api + " is not authorized to perform: s3:DeleteObject on resource: \"" + object + "\" with an explicit deny in a service control policy: arn:aws:organizations::999988887777:policy/o-abc123defg/service_control_policy/p-abc12345", api, "s3:DeleteObject", object, iam.LayerSCP, iam.ExplicitDeny},
	{"rcp", "User: " + api + " is not authorized to perform: s3:PutObject on resource: \"" + object + "\" with an explicit deny in a resource control policy", api, "s3:PutObject", object, iam.LayerRCP, iam.ExplicitDeny},
	{"session policy", "User: " + api + " is not authorized to perform: s3:GetObject on resource: \"" + object + "\" because no session policy allows the s3:GetObject action", api, "s3:GetObject", object, iam.LayerSession, iam.ImplicitDeny},
	{"session policy, deny", "User: " + api + " is not authorized to perform: lambda:DeleteFunction on resource: " + render + " with an explicit deny in a session policy", api, "lambda:DeleteFunction", render, iam.LayerSession, iam.ExplicitDeny},
	{"boundary, deny", "User: " + api + " is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/remotion-lambda-role with an explicit deny in a permissions boundary", api, "iam:PassRole", "arn:aws:iam::111122223333:role/remotion-lambda-role", iam.LayerBoundary, iam.ExplicitDeny},
	{"endpoint", "User: " + api + " is not authorized to perform: s3:GetObject on resource: \"" + object + "\" because no VPC endpoint policy allows the s3:GetObject action", api, "s3:GetObject", object, iam.LayerEndpoint, iam.ImplicitDeny},
	{"endpoint, deny", "User: " + api + " is not authorized to perform: lambda:InvokeFunction on resource: " + render + " with an explicit deny in a VPC endpoint policy", api, "lambda:InvokeFunction", render, iam.LayerEndpoint, iam.ExplicitDeny},
	{"resource policy", "User: arn:aws:iam::444455556666:user/eve is not authorized to perform: lambda:InvokeFunction on resource: " + render + " because no resource-based policy allows the lambda:InvokeFunction action", "arn:aws:iam::444455556666:user/eve", "lambda:InvokeFunction", render, iam.LayerResource, iam.ImplicitDeny},
	{"kms, this resource", "An error occurred (AccessDenied) when calling the PutObject operation: User: " + api + " is not authorized to perform: kms:GenerateDataKey on this resource because no identity-based policy allows the kms:GenerateDataKey action", api, "kms:GenerateDataKey", "", iam.LayerIdentity, iam.ImplicitDeny},
	{"kms, no resource policy", "User: " + api + " is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-east-1:111122223333:key/1234abcd because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access", api, "kms:Decrypt", "arn:aws:kms:us-east-1:111122223333:key/1234abcd", iam.LayerResource, iam.ImplicitDeny},
	{"iam by name", "An error occurred (AccessDenied) when calling the CreatePolicy operation: User: arn:aws:iam::111122223333:user/ci is not authorized to perform: iam:CreatePolicy on resource: policy remotion-policy because no identity-based policy allows the iam:CreatePolicy action", "arn:aws:iam::111122223333:user/ci", "iam:CreatePolicy", "arn:aws:iam::111122223333:policy/remotion-policy", iam.LayerIdentity, iam.ImplicitDeny},
	{"authorization id", "User: arn:aws:iam::111122223333:user/janedoe is not authorized to perform: iam:CreateInstanceProfile on resource: arn:aws:iam::111122223333:instance-profile/mine with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/DenyProfiles. Go to https://us-east-1.console.aws.amazon.com/iam/home?region=us-east-1#/authorization-details/5arhuwacg4o48yxyin4kcron for details.", "arn:aws:iam::111122223333:user/janedoe", "iam:CreateInstanceProfile", "arn:aws:iam::111122223333:instance-profile/mine", iam.LayerIdentity, iam.ExplicitDeny},
	{"ec2, encoded", "An error occurred (UnauthorizedOperation) when calling the DescribeInstances operation: You are not authorized to perform this operation. User: " + api + " is not authorized to perform: ec2:DescribeInstances because no identity-based policy allows the ec2:DescribeInstances action. Encoded authorization failure message: rHU-pVHMSckD0OAc5l3r9_gKN1XZjZ2X9J3w0fZ31", api, "ec2:DescribeInstances", "", iam.LayerIdentity, iam.ImplicitDeny},
	{"ec2, encoded only", "UnauthorizedOperation: You are not authorized to perform this operation. Encoded authorization failure message: 0l-KPWQJ8q5z3YatP3Ybgb5lf0dibDhN6KaE3jQ5Bu4h\n\tstatus code: 403, request id: d001de6e", "", "", "", "", ""},
	{"ec2, bare", "An error occurred (UnauthorizedOperation) when calling the CreateNetworkInterface operation: You are not authorized to perform this operation.", "", "ec2:CreateNetworkInterface", "", "", ""},
	{"lambda in a VPC", "InvalidParameterValueException: The provided execution role does not have permissions to call CreateNetworkInterface on EC2", "", "ec2:CreateNetworkInterface", "*", "", ""},
	{"trust", "InvalidParameterValueException: The role defined for the function cannot be assumed by Lambda.", "", "sts:AssumeRole", "", "", ""},
	{"assume role", "An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::111122223333:user/dev is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/remotion-ec2-executionrole", "arn:aws:iam::111122223333:user/dev", "sts:AssumeRole", "arn:aws:iam::111122223333:role/remotion-ec2-executionrole", "", ""},
	{"web identity", "Error: Not authorized to perform sts:AssumeRoleWithWebIdentity", "", "sts:AssumeRoleWithWebIdentity", "", "", ""},
	{"quotas", "DependencyAccessDeniedException: Service-linked role creation access denied.", "", "iam:CreateServiceLinkedRole", "arn:aws:iam::*:role/aws-service-role/servicequotas.amazonaws.com/AWSServiceRoleForServiceQuotas", "", ""},
	{"s3 xml", `<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>4V</RequestId><HostId>x=</HostId></Error>`, "", "", "", "", ""},
	{"s3 js", "AccessDenied: Access Denied\n    at de_PutBucketOwnershipControlsCommandError (/node_modules/@aws-sdk/client-s3/dist-cjs/index.js:1:1)", "", "s3:PutBucketOwnershipControls", "", "", ""},
	{"s3 object in html", "User: " + api + " is not authorized to perform: s3:GetObject on resource: &quot;" + object + "&quot; because no identity-based policy allows the s3:GetObject action", api, "s3:GetObject", object, iam.LayerIdentity, iam.ImplicitDeny},
	{"block public access", "User: " + api + " is not authorized to perform: s3:PutObjectAcl on resource: \"" + object + "\" because public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access.", api, "s3:PutObjectAcl", object, iam.LayerPublicAccess, iam.ImplicitDeny},
	{"acl", "AccessControlListNotSupported: The bucket does not allow ACLs", "", "s3:PutObjectAcl", "", "", ""},
	{"remotion, host role", "Failed to render User: arn:aws:sts::111122223333:assumed-role/cloudwatch_logs_events_putter/team_3 is not authorized to perform: lambda:InvokeFunction on resource: " + render + " because no identity-based policy allows the lambda:InvokeFunction action", "arn:aws:sts::111122223333:assumed-role/cloudwatch_logs_events_putter/team_3", "lambda:InvokeFunction", render, iam.LayerIdentity, iam.ImplicitDeny},
	{"remotion, unknown", "AccessDeniedException: UnknownError\n    at throwDefaultError (/x/node_modules/@smithy/smithy-client/dist-cjs/index.js:867:20)\n    at de_ListFunctionsCommandError (/x/node_modules/@aws-sdk/client-lambda/dist-cjs/index.js:4065:14)", "", "lambda:ListFunctions", "*", "", ""},
	{"remotion, head", "Error: Unable to access item \"out.mp4\" from bucket \"mine\". You must have permission for both \"s3:GetObject\" and \"s3:ListBucket\" actions: got a 403 error when heading the file", "", "s3:GetObject", "arn:aws:s3:::mine/out.mp4", "", ""},
	{"json in json in json", `{"err":{"message":"User: ` + api + ` is not authorized to perform: s3:GetObject on resource: \\\"` + object + `\\\" with an explicit deny in a service control policy"}}`, api, "s3:GetObject", object, iam.LayerSCP, iam.ExplicitDeny},
	{"table of two columns", "| ERROR | User: arn:aws:sts::111122223333:assumed-role/video-api- |\n| | role/video-api is not authorized to perform: |\n| | lambda:TagResource on resource: arn:aws:lambda:us- |\n| | east-1:111122223333:function:x because no |\n| | identity-based policy allows the lambda:TagResource action |", api, "lambda:TagResource", "arn:aws:lambda:us-east-1:111122223333:function:x", iam.LayerIdentity, iam.ImplicitDeny},
	{"without the word operation", "aws: error: AccessDenied when calling HeadBucket: Forbidden", "", "s3:ListBucket", "", "", ""},
	{"a role of another account", "AccessDeniedException: Cross-account pass role is not allowed.", "", "iam:PassRole", "", "", ""},
	{"remotion, partial", "PARTIAL SUCCESS: The s3:PutBucketOwnershipControls was found, but the PublicAccessBlock was not", "", "s3:PutBucketOwnershipControls", "arn:aws:s3:::remotionlambda-*", "", ""},
	{"ruby", "Aws::S3::Errors::AccessDenied (User: " + api + " is not authorized to perform: s3:PutObject on resource: \"" + object + "\" because no identity-based policy allows the s3:PutObject action)", api, "s3:PutObject", object, iam.LayerIdentity, iam.ImplicitDeny},
	{"php", `Error executing "PutObject" on "https://remotionlambda-useast1-abc123defg.s3.us-east-1.amazonaws.com/renders/abc/out.mp4"; AWS HTTP error: Client error: 403 Forbidden AccessDenied (client): Access Denied`, "", "s3:PutObject", object, "", ""},
	{"dotnet", "Amazon.Lambda.Model.AmazonLambdaException: User: " + api + " is not authorized to perform: lambda:InvokeFunction on resource: " + render + " because no identity-based policy allows the lambda:InvokeFunction action ---> HttpErrorResponseException", api, "lambda:InvokeFunction", render, iam.LayerIdentity, iam.ImplicitDeny},
	{"github actions", "\x1b[31mError:\x1b[0m User: arn:aws:sts::111122223333:assumed-role/gha/GitHubActions is not authorized to perform: s3:PutBucketPublicAccessBlock on resource: \"" + bucket + "\" because no identity-based policy allows the s3:PutBucketPublicAccessBlock action", "arn:aws:sts::111122223333:assumed-role/gha/GitHubActions", "s3:PutBucketPublicAccessBlock", bucket, iam.LayerIdentity, iam.ImplicitDeny},
	{"cloudtrail", `{"eventSource": "s3.amazonaws.com", "eventName": "PutBucketLifecycle", "errorCode": "AccessDenied", "errorMessage": "User: ` + api + ` is not authorized to perform: s3:PutLifecycleConfiguration on resource: \"` + bucket + `\" because no identity-based policy allows the s3:PutLifecycleConfiguration action"}`, api, "s3:PutLifecycleConfiguration", bucket, iam.LayerIdentity, iam.ImplicitDeny},
	{"china", "User: arn:aws-cn:iam::111122223333:user/renderer is not authorized to perform: lambda:InvokeFunction on resource: arn:aws-cn:lambda:cn-north-1:111122223333:function:remotion-render-x because no identity-based policy allows the lambda:InvokeFunction action", "arn:aws-cn:iam::111122223333:user/renderer", "lambda:InvokeFunction", "arn:aws-cn:lambda:cn-north-1:111122223333:function:remotion-render-x", iam.LayerIdentity, iam.ImplicitDeny},
	{"masked account", "User: arn:aws:iam::************:user/me is not authorized to perform: lambda:ListFunctions on resource: * because no identity-based policy allows the lambda:ListFunctions action", "arn:aws:iam::************:user/me", "lambda:ListFunctions", "*", iam.LayerIdentity, iam.ImplicitDeny},
	{"anonymous", "User: anonymous is not authorized to perform: s3:GetObject on resource: \"" + object + "\" because no resource-based policy allows the s3:GetObject action", "anonymous", "s3:GetObject", object, iam.LayerResource, iam.ImplicitDeny},
	{"api gateway", "User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********3333:abc/prod/POST/render", "anonymous", "execute-api:Invoke", "arn:aws:execute-api:us-east-1:********3333:abc/prod/POST/render", "", ""},
	{"expired", "ExpiredTokenException: The security token included in the request is expired", "", "", "", "", ""},
	{"lower case", "AccessDeniedException: User: " + api + " is not authorized to perform: lambda:invokefunction on resource: " + render, api, "lambda:InvokeFunction", render, "", ""},
	{"sso session", "An error occurred (AccessDenied) when calling the SimulatePrincipalPolicy operation: User: arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/jane@example.com is not authorized to perform: iam:SimulatePrincipalPolicy on resource: arn:aws:iam::111122223333:role/x with an explicit deny in an identity-based policy", "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/jane@example.com", "iam:SimulatePrincipalPolicy", "arn:aws:iam::111122223333:role/x", iam.LayerIdentity, iam.ExplicitDeny},
}

func TestWordings(t *testing.T) {
	if len(wordings) < 40 {
		t.Errorf("only %d wordings", len(wordings))
	}
	for _, tt := range wordings {
		t.Run(tt.name, func(t *testing.T) {
			m := Parse(tt.text)
			for _, f := range []struct{ what, got, want string }{
				{"principal", m.Principal, tt.principal},
				{"action", m.Action, tt.action},
				{"resource", m.Resource, tt.resource},
				{"layer", string(m.Layer), string(tt.layer)},
				{"decision", string(m.Decision), string(tt.decision)},
			} {
				if f.got != f.want {
					t.Errorf("%s: got %q, want %q", f.what, f.got, f.want)
				}
			}
			if !Denied(&m) {
				t.Error("not recognised as a denied request")
			}
			for _, field := range []struct{ value, asked string }{{tt.action, "the action"}, {tt.resource, "the resource"}, {tt.principal, "who was denied"}} {
				asked := strings.Contains(strings.Join(m.Asked, "\n"), field.asked)
				if field.value == "" && !asked && !m.Conclusive && !(field.asked == "who was denied" && strings.HasPrefix(m.Action, "sts:AssumeRoleWith")) {
					t.Errorf("%s is missing, and not asked for", field.asked)
				}
			}
		})
	}
}

func TestIDs(t *testing.T) {
	for _, tt := range []struct{ text, id, arn, encoded, code string }{
		{"with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/team/Deny. Go to https://x/#/authorization-details/5arhuwacg4o48yxyin4kcron", "5arhuwacg4o48yxyin4kcron", "arn:aws:iam::111122223333:policy/team/Deny", "", ""},
		{"AccessDenied: no. Authorization ID: a1b2c3d4e5f6g7h8i9j0", "a1b2c3d4e5f6g7h8i9j0", "", "", "AccessDenied"},
		{"because no permissions boundary allows the s3:GetObject action in the permissions boundary: arn:aws:iam::111122223333:policy/b", "", "arn:aws:iam::111122223333:policy/b", "", ""},
		{"api error UnauthorizedOperation: no. Encoded authorization failure message: abcDEF_123-456789xyz0", "", "", "abcDEF_123-456789xyz0", "UnauthorizedOperation"},
	} {
		m := Parse(tt.text)
		if m.AuthorizationID != tt.id || m.PolicyARN != tt.arn || m.Encoded != tt.encoded || m.Code != tt.code {
			t.Errorf("%s: got %+v", tt.text, m)
		}
	}
}

// TestNothing: what is no denial is not taken for one.
func TestNothing(t *testing.T) {
	for _, text := range []string{"", "Error: Cannot find module './index.js'", "the render is 100% done", strings.Repeat("a:b ", 100_000)} {
		if m := Parse(text); Denied(&m) {
			t.Errorf("%.40q: %+v", text, m)
		}
	}
}

func TestDiagnoses(t *testing.T) {
	for text, want := range map[string]string{
		"AccessDenied: Access Denied": "S3 does not say",
		"An error occurred (403) when calling the HeadObject operation: Forbidden": "s3:ListBucket",
		"ExpiredToken: The security token included in the request is expired":      "session has expired",
		"Cross-account pass role is not allowed.":                                  "within its own account",
	} {
		if m := Parse(text); !strings.Contains(m.Diagnosis, want) || len(m.Cures) == 0 {
			t.Errorf("%s: %q, %q", text, m.Diagnosis, m.Cures)
		}
	}
	// Diagnoses from elsewhere come first, and fill in what the text leaves open.
	m := Parse("AccessDenied: Access Denied", Diagnosis{Says: "mine", Cures: []string{"do"}, Action: "s3:PutObject", Conclusive: true})
	if m.Diagnosis != "mine" || m.Action != "s3:PutObject" || len(m.Asked) > 0 {
		t.Errorf("got %+v", m)
	}
}

func FuzzParse(f *testing.F) {
	for _, w := range wordings {
		f.Add(w.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m := Parse(text)
		if len(m.Principal)+len(m.Action)+len(m.Resource) > 3*MaxText {
			t.Error("more than the text holds")
		}
	})
}

// TestClaims: a record of CloudTrail has the token's claims.
func TestClaims(t *testing.T) {
	t.Parallel()
	m := Parse(`{"eventSource":"sts.amazonaws.com","eventName":"AssumeRoleWithWebIdentity","errorCode":"AccessDenied","userIdentity":{"type":"WebIdentityUser","principalId":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com:sts.amazonaws.com:repo:acme/video:ref:refs/heads/main","userName":"repo:acme/video:ref:refs/heads/main","identityProvider":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},"requestParameters":{"roleArn":"arn:aws:iam::111122223333:role/ci"}}`)
	if m.Action != "sts:AssumeRoleWithWebIdentity" || m.Resource != "arn:aws:iam::111122223333:role/ci" || len(m.Asked) > 0 || len(m.Claims) != 2 {
		t.Fatalf("%+v", m)
	}
	for i, want := range []string{"sts.amazonaws.com", "repo:acme/video:ref:refs/heads/main"} {
		if got := m.Claims[i].Values; len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q, want %q", m.Claims[i].Key, got, want)
		}
	}
}
