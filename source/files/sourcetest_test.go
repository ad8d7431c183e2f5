package files_test

import (
	"os"
	"path/filepath"
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/iam/managed"
	"remotion-doctor/source"
	"remotion-doctor/source/files"
	"remotion-doctor/source/sourcetest"
)

// inSnapshot are the facts that a snapshot holds.
var inSnapshot = []sourcetest.Fact{
	sourcetest.Resolve, sourcetest.Policies, sourcetest.Principal, sourcetest.Trust, sourcetest.RoleNames,
	sourcetest.Functions, sourcetest.BucketNames, sourcetest.Bucket, sourcetest.BucketPolicy,
}

func snapshot(t *testing.T, o files.Overlay) source.Source {
	t.Helper()
	s, err := files.Snapshot(sourcetest.Account(t), o, managed.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSnapshotSuite holds a snapshot to what every source must do.
func TestSnapshotSuite(t *testing.T) {
	t.Parallel()
	sourcetest.Run(t, sourcetest.Subject{Source: snapshot(t, files.Overlay{}), Holds: inSnapshot})
}

// TestOverlaySuite: policies that are laid over a snapshot, and that take nothing
// away, change nothing of what a source must do.
func TestOverlaySuite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "scp.json")
	if err := os.WriteFile(path, []byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"sqs:*","Resource":"*"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	o, err := files.Paths{SCPs: []string{path, path}}.Read()
	if err != nil {
		t.Fatal(err)
	}
	sourcetest.Run(t, sourcetest.Subject{Source: snapshot(t, o), Holds: inSnapshot})
}

// TestPoliciesSuite: policy files hold the policies of one principal and no other
// fact.
func TestPoliciesSuite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var paths []string
	for name, text := range map[string]string{"inline.json": sourcetest.InlineText, "managed.json": sourcetest.ManagedText} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	o, err := files.Paths{Policies: paths}.Read()
	if err != nil {
		t.Fatal(err)
	}
	s, err := files.Policies(o, managed.Embedded(), sourcetest.Twin, "")
	if err != nil {
		t.Fatal(err)
	}
	sourcetest.Run(t, sourcetest.Subject{Source: s, Holds: []sourcetest.Fact{sourcetest.Policies}})
}

// template is the role of the suite as CloudFormation makes it.
const template = `
Resources:
  TwinRole:
    Type: AWS::IAM::Role
    Properties:
      RoleName: twin
      AssumeRolePolicyDocument: {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}
      Policies: [{PolicyName: same, PolicyDocument: ` + sourcetest.InlineText + `}]
      ManagedPolicyArns: [!Ref Same]
  Same:
    Type: AWS::IAM::ManagedPolicy
    Properties: {ManagedPolicyName: same, PolicyDocument: ` + sourcetest.ManagedText + `}
  Function:
    Type: AWS::Lambda::Function
    Properties: {FunctionName: remotion-render-a, Role: !GetAtt TwinRole.Arn, Handler: index.handler, Runtime: nodejs22.x, Code: {ZipFile: x}}
  Closed:
    Type: AWS::S3::Bucket
    Properties: {BucketName: remotionlambda-useast1-closed}
  ClosedPolicy:
    Type: AWS::S3::BucketPolicy
    Properties: {Bucket: !Ref Closed, PolicyDocument: {"Version":"2012-10-17","Statement":[{"Sid":"Closed","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::remotionlambda-useast1-closed/*"}]}}
`

// TestDeploymentSuite holds a template to what every source must do, as far as
// it has the facts.
func TestDeploymentSuite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "app.yaml")
	if err := os.WriteFile(path, []byte(template), 0o600); err != nil {
		t.Fatal(err)
	}
	list, err := files.Deployments(files.Template{Path: path, AccountID: "123456789012", Regions: []string{"us-east-1"}}, files.Overlay{}, managed.Embedded())
	if err != nil || len(list) != 1 {
		t.Fatal(err)
	}
	sourcetest.Run(t, sourcetest.Subject{
		Source: list[0].Source, Holds: []sourcetest.Fact{sourcetest.Resolve, sourcetest.Policies, sourcetest.Principal, sourcetest.Trust, sourcetest.RoleNames},
		Targets: []audit.Target{{Kind: audit.TargetRole, Name: "twin"}, {Kind: audit.TargetRole, Name: "TwinRole"}, {Kind: audit.TargetFunction, Name: "remotion-render-a"}, {Kind: audit.TargetFunction, Name: "Function"}},
		Partial: true,
	})
}
