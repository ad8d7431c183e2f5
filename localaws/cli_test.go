package localaws

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"remotion-doctor/fixtures"
	"remotion-doctor/iam/account"
)

// awsCLI returns a function that runs the AWS CLI against the demo account.
func awsCLI(t *testing.T) func(args ...string) (string, error) {
	t.Helper()
	if _, err := exec.LookPath("aws"); err != nil {
		t.Skip("the AWS CLI is not installed")
	}
	s, err := account.Read(fixtures.Demo)
	if err != nil {
		t.Fatal(err)
	}
	server, err := New(s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(server)
	t.Cleanup(h.Close)
	return func(args ...string) (string, error) {
		cmd := exec.Command("aws", append([]string{"--endpoint-url", h.URL, "--region", "us-east-1", "--output", "json"}, args...)...)
		cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_PAGER=")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
}

// TestCLI: the AWS CLI gets the answers that the snapshot contains.
func TestCLI(t *testing.T) {
	aws := awsCLI(t)
	const document = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}}`
	for _, tt := range []struct {
		args []string
		want string // a path into the answer and its value
	}{
		{[]string{"sts", "get-caller-identity"}, "Arn=arn:aws:sts::123456789012:assumed-role/video-api-role-x7/video-api"},
		{[]string{"iam", "get-role", "--role-name", "video-api-role-x7"}, "Role.Arn=arn:aws:iam::123456789012:role/service-role/video-api-role-x7"},
		{[]string{"iam", "get-role-policy", "--role-name", "studio-renderer", "--policy-name", "guard"}, "PolicyDocument.Version=2012-10-17"},
		{[]string{"iam", "get-instance-profile", "--instance-profile-name", "render-worker"}, "InstanceProfile.Roles.0.RoleName=render-worker"},
		{[]string{"iam", "get-policy", "--policy-arn", "arn:aws:iam::123456789012:policy/remotion-caller"}, "Policy.DefaultVersionId=v2"},
		{[]string{"lambda", "get-function-configuration", "--function-name", "video-api"}, "Role=arn:aws:iam::123456789012:role/service-role/video-api-role-x7"},
		{[]string{"lambda", "list-functions"}, "Functions.0.FunctionName=video-api"},
		{[]string{"ec2", "describe-instances", "--instance-ids", "i-0a1b2c3d4e5f67890"}, "Reservations.0.Instances.0.IamInstanceProfile.Arn=arn:aws:iam::123456789012:instance-profile/render-worker"},
		{[]string{"iam", "get-account-authorization-details"}, "RoleDetailList.0.AssumeRolePolicyDocument.Version=2012-10-17"},
		{[]string{"ecs", "list-task-definition-families", "--status", "ACTIVE"}, "families.0=renderer"},
		{[]string{"organizations", "list-parents", "--child-id", "123456789012"}, "Parents.0.Type=ROOT"},
		{[]string{"iam", "simulate-principal-policy", "--policy-source-arn", "arn:aws:iam::123456789012:role/complete-renderer", "--action-names", "s3:GetObject", "--resource-arns", "arn:aws:s3:::remotionlambda-a/b"}, "EvaluationResults.0.EvalDecision=allowed"},
		{[]string{"iam", "simulate-custom-policy", "--policy-input-list", document, "--action-names", "s3:GetObject", "s3:PutObject", "--resource-arns", "arn:aws:s3:::b/k"}, "EvaluationResults.1.EvalDecision=implicitDeny"},
		{[]string{"iam", "get-context-keys-for-custom-policy", "--policy-input-list", strings.Replace(document, "}}", `,"Condition":{"Bool":{"aws:SecureTransport":"true"}}}}`, 1)}, "ContextKeyNames.0=aws:SecureTransport"},
		{[]string{"iam", "get-context-keys-for-principal-policy", "--policy-source-arn", "arn:aws:iam::123456789012:role/complete-renderer", "--policy-input-list", strings.Replace(document, "}}", `,"Condition":{"Bool":{"aws:SecureTransport":"true"}}}}`, 1)}, "ContextKeyNames.0=aws:SecureTransport"},
	} {
		out, err := aws(tt.args...)
		if err != nil {
			t.Errorf("%v: %v: %s", tt.args, err, out)
			continue
		}
		path, want, _ := strings.Cut(tt.want, "=")
		if got := lookUp(t, out, path); got != want {
			t.Errorf("%v: %s is %q, want %q", tt.args, path, got, want)
		}
	}
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"iam", "get-role", "--role-name", "nobody"}, "NoSuchEntity"},
		{[]string{"iam", "create-user", "--user-name", "x"}, "InvalidAction"},
		{[]string{"lambda", "get-function-configuration", "--function-name", "nothing"}, "ResourceNotFoundException"},
		{[]string{"ec2", "describe-instances", "--instance-ids", "i-00000000"}, "InvalidInstanceID.NotFound"},
		{[]string{"iam", "simulate-principal-policy", "--policy-source-arn", "arn:aws:iam::123456789012:root", "--action-names", "s3:GetObject"}, "InvalidInput"},
	} {
		if out, err := aws(tt.args...); err == nil || !strings.Contains(out, tt.want) {
			t.Errorf("%v: %v: %s, want %s", tt.args, err, out, tt.want)
		}
	}
}

func lookUp(t *testing.T, text, path string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	for key := range strings.SplitSeq(path, ".") {
		switch node := v.(type) {
		case map[string]any:
			v = node[key]
		case []any:
			if i := int(key[0] - '0'); i < len(node) {
				v = node[i]
			}
		}
	}
	s, _ := v.(string)
	return s
}
