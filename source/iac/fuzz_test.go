package iac

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// seeds are templates with every construct that has a reader of its own.
var seeds = []string{
	"Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::R: [X, [A, B], {\"Role${X}\": {Type: 'AWS::IAM::Role', Properties: {Fn::ForEach::P: [Y, [Path], {\"${Y}\": !ToJsonString {a: !Length [1]}}]}}}]\n",
	"Transform: {Name: AWS::Include, Parameters: {Location: part.yaml}}\nResources: {R: {Type: 'AWS::IAM::Role', Properties: {Fn::Transform: {Name: M}}}}\n",
	"Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {Tracing: Active, EventInvokeConfig: {DestinationConfig: {OnFailure: {Type: SQS}}}}}\nResources:\n  F: {Type: 'AWS::Serverless::Function', Properties: {Role: !If [C, !Ref 'AWS::NoValue', x], Policies: [{S3CrudPolicy: {BucketName: b}}, !If [C, A, {Statement: {}}]], Events: {E: {Type: MSK, Properties: {SchemaRegistryConfig: {SchemaRegistryURI: x}}}, Q: {Type: SQS}}}}\n  S: {Type: 'AWS::Serverless::StateMachine', Connectors: {A: {Properties: {Destination: [{Id: F}]}}}}\nConditions: {C: !Equals [a, b]}\n",
	"Resources:\n  N: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: nested.yaml, Parameters: {Role: !Ref R, L: !Split [',', !Ref R]}}}\n  R: {Type: 'AWS::IAM::Role'}\n  F: {Type: 'AWS::Lambda::Function', Properties: {Role: !GetAtt N.Outputs.Arn}}\n  K: {Type: 'AWS::KMS::Key', Properties: {KeyPolicy: {Statement: {Effect: Deny, Principal: {AWS: !GetAtt R.Arn}, Action: '*', Resource: '*'}}}}\n  B: {Type: 'AWS::S3::BucketPolicy', Properties: {Bucket: b, PolicyDocument: {Statement: {Effect: Deny, Principal: {AWS: !GetAtt R.Arn}, Action: '*', Resource: '*'}}}}\n",
}

// FuzzNested: no pair of a template and one that it nests makes the reader
// panic.
func FuzzNested(f *testing.F) {
	nested := "Parameters: {Role: {Type: String}, L: {Type: CommaDelimitedList}}\nResources: {P: {Type: 'AWS::IAM::Policy', Properties: {PolicyName: p, Roles: !Ref L, PolicyDocument: {Statement: {Effect: Deny, Action: '*', Resource: '*'}}}}, I: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: template.yaml}}}\nOutputs: {Arn: {Value: !Ref Role}}\n"
	for _, s := range seeds {
		f.Add(s, nested)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, parent, child string) {
		path := filepath.Join(dir, "template.yaml")
		for name, text := range map[string]string{path: parent, filepath.Join(dir, "nested.yaml"): child, filepath.Join(dir, "part.yaml"): child} {
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		deployable(t, path)
	})
}

// FuzzManifest: no manifest of the CDK makes the reader panic.
func FuzzManifest(f *testing.F) {
	f.Add(`{"artifacts":{"A":{"type":"aws:cloudformation:stack","environment":"aws://111122223333/us-east-1","properties":{"templateFile":"a.json","stackName":"A"}},"B":{"type":"cdk:cloud-assembly","properties":{"directoryName":"."}}}}`)
	dir := f.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.json"), []byte(`{"Resources":{"R":{"Type":"AWS::IAM::Role"}}}`), 0o600); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, manifest string) {
		if err := os.WriteFile(filepath.Join(dir, manifestFile), []byte(manifest), 0o600); err != nil {
			t.Fatal(err)
		}
		deployable(t, dir)
	})
}

// FuzzPulumi: no preview or state of Pulumi makes the reader panic.
func FuzzPulumi(f *testing.F) {
	f.Add([]byte(`{"steps":[{"op":"create","newState":{"urn":"urn:pulumi:d::v::aws:iam/role:Role::video","type":"aws:iam/role:Role","inputs":{"name":"04da6b54-80e4-46f7-96ec-b56ff0331ba9"},"propertyDependencies":{"name":["urn:pulumi:d::v::x::y"]}}}]}`))
	f.Add([]byte(`{"version":3,"deployment":{"manifest":{},"resources":[{"urn":"urn:pulumi:d::v::aws:lambda/function:Function::f","type":"aws:lambda/function:Function","inputs":{"role":"x"},"outputs":{"arn":"arn:aws:lambda:us-east-1:111122223333:function:f"}}]}}`))
	f.Add([]byte(`{"version":4,"lineage":"x","serial":1,"resources":[{"mode":"managed","type":"aws_iam_role","name":"r","instances":[{"index_key":0,"attributes":{"name":"r"}}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		plan, err := parsePlan("state.json", data)
		if err != nil {
			placed(t, err)
			return
		}
		if d, err := plan.Deployment(Options{}); err == nil {
			readable(t, d)
		}
	})
}

// deployable reads what lies at a path, if it can be read.
func deployable(t *testing.T, path string) {
	t.Helper()
	d, err := open(path, Options{})
	if err != nil {
		placed(t, err)
		return
	}
	readable(t, d)
}

// placed: an error of a file has a place.
func placed(t *testing.T, err error) {
	t.Helper()
	if e, ok := errors.AsType[*Error](err); ok && (e.Pos.IsZero() || e.File == "") {
		t.Errorf("%v has no place", err)
	}
}

// FuzzForeign: no file of another tool, whatever it is called, makes the reader
// panic.
func FuzzForeign(f *testing.F) {
	f.Add("serverless.yml", "service: video\nprovider: {name: aws, iam: {role: {statements: [{Effect: Allow, Action: '*', Resource: '*'}]}}}\n")
	f.Add("cdk.tf.json", `{"resource":{"aws_iam_role":{"r":{}}},"terraform":{}}`)
	f.Add("state.json", `{"version":3,"checkpoint":{"latest":{"resources":[{}]}}}`)
	f.Add("terraform.tfstate", `{"version":4,"lineage":"x","resources":[{"mode":"managed","type":"aws_iam_role","name":"r","instances":[{"attributes":null}]}]}`)
	f.Add("preview.json", `{"steps":[{"newState":{}}]}`)
	f.Add("stack.template.json", "\ufeff{\"Resources\":{}}")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, name, text string) {
		if !filepath.IsLocal(name) || filepath.Base(name) != name || len(name) > 100 {
			t.Skip()
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Skip(err)
		}
		defer os.Remove(path)
		in, err := Open(path)
		if err != nil {
			placed(t, err)
			return
		}
		if d, err := in.Deployment(Options{}); err != nil {
			placed(t, err)
		} else {
			readable(t, d)
		}
	})
}
