package main

import (
	"testing"

	"remotion-doctor/iam/account"
)

const (
	issuer = "oidc.eks.us-east-1.amazonaws.com/id/ABCDEF0123456789"
)

func trustWith(condition string) string {
	return `{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole","Condition":` + condition + `}`
}

// irsaTrust lets the pods of a cluster in.
func irsaTrust(operator, subject string) string {
	return `{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::123456789012:oidc-provider/` + issuer + `"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"` + operator + `":{"` + issuer + `:sub":"` + subject + `","` + issuer + `:aud":"sts.amazonaws.com"}}}`
}

func withTask(taskRole, executionRole string) func(*testAccount) {
	return func(a *testAccount) {
		a.trust("app", `{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}`)
		a.addRole("ecsTaskExecutionRole", `{"Version":"2012-10-17","Statement":[`+allow("*", "ecr:GetAuthorizationToken")+`]}`, `{"Service":"ecs-tasks.amazonaws.com"}`)
		for _, revision := range []string{"1", "2"} {
			t := account.TaskDefinition{TaskDefinitionArn: "arn:aws:ecs:us-east-1:123456789012:task-definition/render:" + revision, ExecutionRoleArn: a.arn("iam", "role/"+executionRole)}
			if taskRole != "" && revision == "2" {
				t.TaskRoleArn = a.arn("iam", "role/"+taskRole)
			}
			a.TaskDefinitions = append(a.TaskDefinitions, t)
		}
	}
}

// TestTargetStories tells what the doctor makes of the renderer's surroundings
// and of targets beyond Lambda and EC2.
func TestTargetStories(t *testing.T) {
	const task, pod = "!check --task-definition render --region us-east-1 --format json ", "!check --pod-identity video/apps/renderer --region us-east-1 --format json "
	withPod := func(trust string) func(*testAccount) {
		return func(a *testAccount) {
			a.trust("app", trust)
			a.PodIdentities = []account.PodIdentityAssociation{{ClusterName: "video", Namespace: "apps", ServiceAccount: "renderer", RoleArn: a.arn("iam", "role/app")}}
		}
	}
	const pods = `{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},"Action":["sts:AssumeRole","sts:TagSession"]%s}`
	tell(t, []story{
		{name: "renderer", args: renderer, want: []string{`"ok": true`, `"name": "remotion-lambda-role"`, "the trust policy lets lambda.amazonaws.com assume the role", "the bucket has no policy"}},
		{name: "renderer by function", args: "!check --renderer=remotion-render-4-0-527-mem2048mb-disk2048mb-120sec --region us-east-1 --format json", want: []string{`"ok": true`, "role/remotion-lambda-role"}},
		{name: "renderer by role", args: "!check --renderer=remotion-lambda-role --region us-east-1 --format json", want: []string{`"ok": true`}},
		{name: "renderer of an unknown name", args: "!check --renderer=nobody --region us-east-1", fails: true, want: []string{"stderr: nobody"}},
		{name: "renderer whose functions cannot be listed", args: renderer, faults: []string{"ListFunctions=denied"}, fails: true, want: []string{"which functions run as this role is not known", "allow lambda:ListFunctions to the credentials"}},
		{name: "buckets that cannot be listed", args: renderer, faults: []string{"ListBuckets=denied"}, fails: true, want: []string{`"status": "unknown"`, "the list of buckets, and so their policies", "allow s3:ListAllMyBuckets"}},
		{name: "bucket policy that cannot be read", args: renderer, faults: []string{"GetBucketPolicy=denied"}, fails: true, want: []string{`"status": "unknown"`, "not known: the policy of the bucket"}},
		{name: "a bucket policy that explain cannot read", args: "!explain s3:PutObject arn:aws:s3:::remotionlambda-useast1-abcdefghij/x --role remotion-lambda-role", faults: []string{"GetBucketPolicy=denied"}, fails: true, want: []string{"? not decided", "the policy of the bucket remotionlambda-useast1-abcdefghij"}, not: []string{"✓ allowed"}},
		{name: "a bucket policy that explain did not get", args: "!explain s3:PutObject arn:aws:s3:::remotionlambda-useast1-abcdefghij/x --role remotion-lambda-role", faults: []string{"GetBucketPolicy=html"}, fails: true, want: []string{"? not decided", "stderr: the answer is incomplete"}, not: []string{"✓ allowed"}},
		{name: "a fix that could not read", args: "!fix --role app --region us-east-1", faults: []string{"GetRolePolicy=empty-result"}, fails: true, want: []string{"stderr: the check is incomplete: inline policy"}},
		{name: "a page in place of a policy", args: "!check --role app --region us-east-1 --format json", faults: []string{"GetRolePolicy=html"}, fails: true, want: []string{`"status": "unknown"`, "web page"}, not: []string{`"status": "pass"`}},
		{name: "trust policy that may not be read", args: "!check --renderer=arn:aws:iam::123456789012:role/remotion-lambda-role --region us-east-1 --format json", faults: []string{"GetRole=denied"}, fails: true, want: []string{"not known: the trust policy of the role remotion-lambda-role", `"status": "unknown"`}},
		{name: "an invalid token", args: "!check --caller --region eu-south-1", faults: []string{"GetCallerIdentity=invalid"}, fails: true, want: []string{"stderr: The security token included in the request is invalid", "stderr: a temporary key (ASIA…) needs its session token", "stderr: eu-south-1 may not be enabled"}},
		{
			name: "renderer with another role", args: "--renderer", fails: true, account: func(a *testAccount) {
				a.addRole("video-renderer", required(a.t, "renderer", "", "aws"), `{"Service":"lambda.amazonaws.com"}`)
				a.Functions[0].Role = a.arn("iam", "role/video-renderer")
			},
			want: []string{`"resource": "arn:aws:iam::123456789012:role/video-renderer"`, "runs as video-renderer; the role is not called remotion-lambda-role", "the execution role cannot be handed to the function"},
			not:  []string{`"resource": "arn:aws:iam::*:role/remotion-lambda-role"`},
		},
		{
			name: "two renderers", args: "--renderer", fails: true, account: func(a *testAccount) {
				a.addRole("video-renderer", required(a.t, "renderer", "", "aws"), `{"Service":"lambda.amazonaws.com"}`)
				f := a.Functions[0]
				f.FunctionName, f.FunctionArn, f.Role = "remotion-render-old", "arn:aws:lambda:us-east-1:123456789012:function:remotion-render-old", a.arn("iam", "role/video-renderer")
				a.Functions = append(a.Functions, f)
			},
			want: []string{`"resource": "arn:aws:iam::123456789012:role/video-renderer"`, `"resource": "arn:aws:iam::123456789012:role/remotion-lambda-role"`, `"name": "video-renderer"`, `"name": "remotion-lambda-role"`},
		},
		{
			name: "renderer whose role was deleted", args: "!check --renderer --region us-east-1", fails: true, account: func(a *testAccount) { a.Functions[0].Role = a.arn("iam", "role/gone") },
			want: []string{"stderr: runs as a role that does not exist any more"},
		},
		{
			name: "trust policy with an external id", args: renderer, fails: true, account: func(a *testAccount) {
				a.trust("remotion-lambda-role", trustWith(`{"StringEquals":{"sts:ExternalId":"x"}}`))
			},
			want: []string{"the trust policy lets lambda.amazonaws.com in only where sts:ExternalId StringEquals x, and lambda.amazonaws.com never sends sts:ExternalId"},
		},
		{
			name: "trust policy with a source account", args: renderer, fails: true, account: func(a *testAccount) {
				a.trust("remotion-lambda-role", trustWith(`{"StringEquals":{"aws:SourceAccount":"123456789012"}}`))
			},
			want: []string{`"status": "unknown"`, "aws:SourceAccount StringEquals 123456789012: give aws:SourceAccount with --context"},
		},
		{name: "trust policy with a source account that is given", args: renderer + "--context aws:SourceAccount=123456789012", account: func(a *testAccount) {
			a.trust("remotion-lambda-role", trustWith(`{"StringEquals":{"aws:SourceAccount":"123456789012"}}`))
		}, want: []string{`"ok": true`}},
		{name: "trust policy that denies", args: renderer, fails: true, account: func(a *testAccount) {
			a.trust("remotion-lambda-role", `{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"},{"Sid":"Off","Effect":"Deny","Principal":"*","Action":"sts:*"}`)
		}, want: []string{"the trust policy denies lambda.amazonaws.com sts:AssumeRole", `"sid": "Off"`}},
		{name: "trust policy that cannot be read", args: "!check --renderer --region us-east-1 --format json", fails: true, account: func(a *testAccount) { a.trust("remotion-lambda-role", `{"Effect":"Perhaps"}`) }, want: []string{"not known: the trust policy of the role remotion-lambda-role", `"status": "unknown"`}},
		{
			name: "bucket in another region", args: renderer + "--bucket remotionlambda-videos", fails: true, account: func(a *testAccount) {
				a.Buckets = append(a.Buckets, account.Bucket{Name: "remotionlambda-videos", Region: "eu-west-1"})
			},
			want: []string{"the bucket remotionlambda-videos is in eu-west-1, the function in us-east-1: they must be in the same region"},
		},
		{
			name: "bucket that denies", args: renderer, fails: true, account: func(a *testAccount) {
				a.BucketPolicies = map[string]account.Document{"remotionlambda-useast1-abcdefghij": {Text: `{"Version":"2012-10-17","Statement":[{"Sid":"Frozen","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::remotionlambda-useast1-abcdefghij/*"}]}`}}
			},
			want: []string{`Deny \"Frozen\" in resource-based policy remotionlambda-useast1-abcdefghij`, "Renders that use the bucket end in AccessDenied although the role is granted all of S3"},
		},
		{
			name: "bucket that demands TLS", args: renderer, account: func(a *testAccount) {
				a.BucketPolicies = map[string]account.Document{"remotionlambda-useast1-abcdefghij": {Text: `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`}}
			},
			want: []string{`"ok": true`, "the bucket's policy does not deny it"},
		},
		{
			name: "bucket that asks for a VPC", args: renderer, fails: true, account: func(a *testAccount) {
				a.BucketPolicies = map[string]account.Document{"remotionlambda-useast1-abcdefghij": {Text: `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:SourceVpc":"vpc-1"}}}]}`}}
			},
			want: []string{`"status": "unknown"`, "aws:SourceVpc"},
		},
		{name: "task definition", args: task, account: withTask("app", "ecsTaskExecutionRole"), want: []string{`"ok": true`, "role/app", "set REMOTION_SKIP_AWS_CREDENTIALS_CHECK=1 in the environment of the task's container definitions"}},
		{name: "task definition without a task role", args: "!check --task-definition render:1", account: withTask("app", "ecsTaskExecutionRole"), fails: true, want: []string{"stderr: the task definition has no task role", "stderr: ecsTaskExecutionRole is not theirs", "stderr: the execution role is for the ECS agent"}},
		{name: "task definition that does not exist", args: "!check --task-definition nothing --region us-east-1", fails: true, want: []string{"stderr: there is no such task definition"}},
		{
			name: "task roles mixed up", args: task, fails: true, account: func(a *testAccount) {
				withTask("app", "ecsTaskExecutionRole")(a)
				a.give("app", `{"Version":"2012-10-17","Statement":[`+allow("*", "dynamodb:GetItem")+`]}`)
				a.version("ecsTaskExecutionRole", "caller", "")
			},
			want: []string{`"code": "granted-to-execution-role"`, "is granted to the task's execution role ecsTaskExecutionRole, which is for the ECS agent: the containers run as the task role app"},
		},
		{name: "task role that ECS cannot assume", args: task, fails: true, account: func(a *testAccount) {
			withTask("app", "ecsTaskExecutionRole")(a)
			a.trust("app", `{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}`)
		}, want: []string{"does not name ecs-tasks.amazonaws.com; it names ec2.amazonaws.com: the task does not start"}},
		{name: "task definition before 4.0.160", args: task + "--remotion-version 4.0.150", account: withTask("app", "ecsTaskExecutionRole"), want: []string{"is heeded since Remotion 4.0.160: upgrade"}},
		{name: "task definition from a snapshot", args: "!check --snapshot account.json --task-definition render --region us-east-1 --format json", account: withTask("app", "ecsTaskExecutionRole"), want: []string{`"ok": true`, `"engine": "local"`}},
		{name: "pod identity", args: pod, account: withPod(withCondition(pods, "")), want: []string{`"ok": true`, "in the environment of the pods"}},
		{name: "pod identity from a snapshot", args: "!check --snapshot account.json --pod-identity video/apps/renderer --region us-east-1 --format json", account: withPod(withCondition(pods, "")), want: []string{`"ok": true`}},
		{name: "pod identity without TagSession", args: pod, fails: true, account: withPod(`{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},"Action":"sts:AssumeRole"}`), want: []string{"names pods.eks.amazonaws.com but allows it sts:AssumeRole, and not sts:TagSession: the pods get no credentials"}},
		{name: "pod identity of the right namespace", args: pod, account: withPod(withCondition(pods, `,"Condition":{"StringEquals":{"aws:RequestTag/kubernetes-namespace":"apps"}}`)), want: []string{`"ok": true`}},
		{name: "pod identity of another namespace", args: pod, fails: true, account: withPod(withCondition(pods, `,"Condition":{"StringEquals":{"aws:RequestTag/kubernetes-namespace":"other"}}`)), want: []string{"only where aws:RequestTag/kubernetes-namespace StringEquals other, which does not hold"}},
		{name: "pod identity that does not exist", args: "!check --pod-identity video/apps/nobody --region us-east-1", fails: true, want: []string{"stderr: there is no pod identity association for it", "stderr: (IRSA)"}},
		{name: "IRSA", args: "--service-account apps/renderer", account: func(a *testAccount) { a.trust("app", irsaTrust("StringEquals", "system:serviceaccount:apps:renderer")) }, want: []string{`"ok": true`, "the role is assumed by pods of system:serviceaccount:apps:renderer"}},
		{name: "IRSA of another account", args: "--service-account apps/other", fails: true, account: func(a *testAccount) { a.trust("app", irsaTrust("StringEquals", "system:serviceaccount:apps:renderer")) }, want: []string{"the trust policy lets in system:serviceaccount:apps:renderer, and not the service account apps/other"}},
		{name: "IRSA with a star", args: "--service-account apps/renderer", fails: true, account: func(a *testAccount) { a.trust("app", irsaTrust("StringEquals", "system:serviceaccount:apps:*")) }, want: []string{"where a star is only a character", "use StringLike"}},
		{name: "IRSA with a pattern", args: "--service-account apps/renderer", account: func(a *testAccount) { a.trust("app", irsaTrust("StringLike", "system:serviceaccount:apps:*")) }, want: []string{`"ok": true`}},
		{name: "IRSA without a provider", args: "--service-account apps/renderer", fails: true, want: []string{"the role's trust policy has no OIDC provider of an EKS cluster"}},
		{name: "installed version", files: map[string]string{"node_modules/@remotion/lambda/package.json": `{"version":"4.0.300"}`}, want: []string{`"remotionVersion": "4.0.300"`, `"remotionVersionFrom": "node_modules/@remotion/lambda/package.json"`, "Remotion 4.0.300 is installed here, says node_modules/@remotion/lambda/package.json"}},
		{name: "locked version", files: map[string]string{"package-lock.json": `{"packages":{"node_modules/@remotion/lambda":{"version":"3.3.60"}}}`}, want: []string{`"remotionVersion": "3.3.60"`, "Remotion 3.3.60 is used here, says package-lock.json"}},
		{name: "asked version", files: map[string]string{"package.json": `{"dependencies":{"@remotion/lambda":"^3.3.33"}}`}, want: []string{"package.json asks for Remotion ^3.3.33 and nothing is installed: 3.3.103, the newest known of these, is assumed"}},
		{name: "asked tag", files: map[string]string{"package.json": `{"dependencies":{"@remotion/lambda":"latest"}}`}, want: []string{`"remotionVersion": "4.0.527"`, `package.json asks for Remotion \"latest\", and no such version is known`}},
		{name: "broken lock file", files: map[string]string{"package-lock.json": `{`}, want: []string{`"remotionVersion": "4.0.527"`, "which Remotion is installed here is not known"}},
	})
}

func withCondition(format, condition string) string {
	const hole = "%s"
	i := len(format) - len(hole) - len("}")
	return format[:i] + condition + "}"
}
