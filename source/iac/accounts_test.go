package iac

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"remotion-doctor/audit"
)

const stageText = `{"Resources": {"VideoRole": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "video"}},
 "VideoApi": {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/video"}}, "Metadata": {"aws:cdk:path": "STAGE/VideoApi/Resource"}}MORE}}`

// stages is an app of the CDK whose two stages go to environments.
func stages(t *testing.T, dev, prod string) string {
	t.Helper()
	manifest := func(stage, environment string) string {
		return fmt.Sprintf(`{"version": "39.0.0", "artifacts": {"%sApi": {"type": "aws:cloudformation:stack", "environment": "aws://%s", "properties": {"templateFile": "Api.template.json", "stackName": "%s-Api"}}}}`, stage, environment, stage)
	}
	grant := `, "Grant": {"Type": "AWS::IAM::RolePolicy", "Properties": {"RoleName": "video", "PolicyName": "grant", "PolicyDocument": {"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}}}`
	return files(t, map[string]string{
		"manifest.json":                   `{"artifacts": {"Dev": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Dev"}}, "Prod": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}}}}`,
		"assembly-Dev/manifest.json":      manifest("Dev", dev),
		"assembly-Prod/manifest.json":     manifest("Prod", prod),
		"assembly-Dev/Api.template.json":  strings.NewReplacer("STAGE", "Dev", "MORE", "").Replace(stageText),
		"assembly-Prod/Api.template.json": strings.NewReplacer("STAGE", "Prod", "MORE", grant).Replace(stageText),
	})
}

// TestStages: roles of one name in two accounts are two, and what is attached
// to one is not attached to the other.
func TestStages(t *testing.T) {
	t.Parallel()
	dir := stages(t, "111122223333/us-east-1", "444455556666/eu-west-1")
	d := mustOpen(t, dir, Options{})
	for _, tt := range []struct {
		name, arn, region string
		policies          int
	}{
		{"Dev/VideoApi", "arn:aws:iam::111122223333:role/video", "us-east-1", 0},
		{"Prod/VideoApi", "arn:aws:iam::444455556666:role/video", "eu-west-1", 1},
	} {
		f, err := d.Resolve(audit.Target{Kind: audit.TargetFunction, Name: tt.name})
		if err != nil || f.ARN != tt.arn || f.Region != tt.region {
			t.Errorf("%s: %+v, %v", tt.name, f, err)
			continue
		}
		if r, err := d.Snapshot.Role(f.ARN); err != nil || len(r.RolePolicyList) != tt.policies {
			t.Errorf("%s: %+v, %v", tt.name, r, err)
		}
	}
	if d.Snapshot.AccountID != "" {
		t.Errorf("the account is %s", d.Snapshot.AccountID)
	}
}

// TestChosenEnvironment: the account and region choose among stacks, or are
// refused.
func TestChosenEnvironment(t *testing.T) {
	t.Parallel()
	dir := stages(t, "111122223333/us-east-1", "444455556666/eu-west-1")
	target := audit.Target{Kind: audit.TargetRole, Name: "video"}
	if _, err := mustOpen(t, dir, Options{}).Resolve(target); err == nil {
		t.Error("one of two roles is chosen")
	}
	for _, o := range []Options{{AccountID: "444455556666"}, {Region: "eu-west-1"}} {
		if f, err := mustOpen(t, dir, o).Resolve(target); err != nil || f.ARN != "arn:aws:iam::444455556666:role/video" {
			t.Errorf("%+v: %+v, %v", o, f, err)
		}
	}
	for o, want := range map[string]Options{"account": {AccountID: "777788889999"}, "region": {Region: "ap-south-1"}} {
		_, err := mustOpen(t, dir, want).Resolve(audit.Target{Kind: audit.TargetFunction, Name: "Prod/VideoApi"})
		if e, ok := err.(*Error); !ok || !strings.Contains(e.Msg, "is deployed to the "+o) || e.Hint == "" {
			t.Errorf("%+v: %v", want, err)
		}
	}
}

// TestProviders: a plan's providers are accounts.
func TestProviders(t *testing.T) {
	t.Parallel()
	p := &tfPlan{}
	for _, stage := range []string{"dev", "prod"} {
		p.add("aws_iam_role."+stage, object2{"name": "video"}, object2{"arn": true}, object2{})
		p.add("aws_lambda_function."+stage, object2{"function_name": "video"}, object2{"role": true}, object2{"role": refs("aws_iam_role."+stage+".arn", "aws_iam_role."+stage)})
	}
	p.add("aws_iam_role_policy.prod", object2{"name": "grant", "role": "video", "policy": tfDocument}, object2{}, object2{})
	for _, c := range p.config {
		o := c.(object2)
		o["provider_config_key"] = "aws." + o["name"].(string)
	}
	provider := func(account string) object2 {
		return object2{"name": "aws", "expressions": object2{"region": object2{"constant_value": "us-east-1"}, "assume_role": []any{object2{"role_arn": object2{"constant_value": "arn:aws:iam::" + account + ":role/deploy"}}}}}
	}
	text := providersText(t, p, object2{"aws.dev": provider("111122223333"), "aws.prod": provider("444455556666")})
	plan, err := parsePlan("plan.json", text)
	if err != nil {
		t.Fatal(err)
	}
	d, err := plan.Deployment(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]int{"aws_lambda_function.dev": 0, "aws_lambda_function.prod": 1} {
		f, err := d.Resolve(audit.Target{Kind: audit.TargetFunction, Name: address})
		if err != nil {
			t.Fatal(err)
		}
		if r, err := d.Snapshot.Role(f.ARN); err != nil || len(r.RolePolicyList) != want {
			t.Errorf("%s is %+v, %v", address, r, err)
		}
	}
}

func providersText(t *testing.T, p *tfPlan, providers object2) []byte {
	t.Helper()
	var whole object2
	if err := json.Unmarshal(p.text(t), &whole); err != nil {
		t.Fatal(err)
	}
	whole["configuration"].(object2)["provider_config"] = providers
	data, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestOpenBranches: what may be one of several is not known to be one of them.
func TestOpenBranches(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		refs      object2
		variables object2
		known     bool
	}{
		{"one role", refs("aws_iam_role.a.arn", "aws_iam_role.a"), nil, true},
		{"one of two roles", refs("aws_iam_role.a.arn", "aws_iam_role.a", "aws_iam_role.b.arn", "aws_iam_role.b"), nil, false},
		{"a role or a local value", refs("var.new", "aws_iam_role.a.arn", "aws_iam_role.a", "local.old"), object2{"new": object2{"value": true}}, false},
		{"a role or a variable that is not in the plan", refs("aws_iam_role.a.arn", "aws_iam_role.a", "var.old"), nil, false},
		{"a role, or a variable whose value is known", refs("var.create", "aws_iam_role.a.arn", "aws_iam_role.a", "var.old"), object2{"create": object2{"value": true}, "old": object2{"value": ""}}, true},
	} {
		p := &tfPlan{}
		p.add("aws_iam_role.a", object2{"name": "a"}, object2{"arn": true}, object2{})
		p.add("aws_iam_role.b", object2{"name": "b"}, object2{"arn": true}, object2{})
		p.add("aws_lambda_function.f", object2{"function_name": "f"}, object2{"role": true}, object2{"role": tt.refs})
		var whole object2
		if err := json.Unmarshal(p.text(t), &whole); err != nil {
			t.Fatal(err)
		}
		whole["variables"] = tt.variables
		data, err := json.Marshal(whole)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := parsePlan("plan.json", data)
		if err != nil {
			t.Fatal(err)
		}
		d, err := plan.Deployment(Options{})
		if err != nil {
			t.Fatal(err)
		}
		f, err := d.Resolve(audit.Target{Kind: audit.TargetFunction, Name: "f"})
		if err != nil || strings.HasSuffix(f.ARN, "role/a") != tt.known {
			t.Errorf("%s: %+v, %v", tt.name, f, err)
		}
	}
}

// TestPlanGaps: types that are not read make gaps, and the policy of a bucket
// that is known only after the apply is one of requests on the bucket.
func TestPlanGaps(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		address        string
		known, unknown object2
		says           string // empty: no gap
	}{
		{"aws_s3_bucket_policy.p", object2{"bucket": "video"}, object2{"policy": true}, "known only after the apply"},
		{"aws_s3_bucket_policy.p", object2{"bucket": "video", "policy": `{"Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}]}`}, object2{}, ""},
		{"aws_iam_new_thing.p", object2{}, object2{}, "not read"},
		{"aws_iam_openid_connect_provider.p", object2{}, object2{}, ""},
		{"aws_organizations_policy_attachment.p", object2{}, object2{}, "not read"},
		{"aws_sqs_queue_policy.p", object2{}, object2{"policy": true}, "not evaluated"},
		{"aws_kms_key.k", object2{"policy": `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"kms:*","Resource":"*"}]}`}, object2{}, "not evaluated"},
		{"aws_kms_key.k", object2{}, object2{}, ""},
		{"aws_sqs_queue.q", object2{}, object2{}, ""},
		{"aws_s3_bucket.b", object2{"bucket": "b"}, object2{"policy": true}, ""},
		{"awscc_iam_role_policy.p", object2{}, object2{}, "not read"},
		{"aws_cloudcontrolapi_resource.p", object2{"type_name": "AWS::IAM::RolePolicy"}, object2{}, "not read"},
		{"aws_cloudformation_stack.s", object2{"parameters": object2{"Role": "r"}}, object2{}, "given this principal"},
		{"aws_cloudformation_stack.s", object2{"parameters": object2{"Stage": "prod"}}, object2{}, ""},
		{"aws_appautoscaling_policy.p", object2{}, object2{}, ""},
	} {
		p := &tfPlan{}
		p.add("aws_iam_role.r", object2{"name": "r"}, object2{}, object2{})
		p.add(tt.address, tt.known, tt.unknown, object2{})
		gaps := gapsOf(t, p.deploy(t), audit.TargetRole, "r")
		if tt.says == "" && len(gaps) > 0 || tt.says != "" && (len(gaps) != 1 || !strings.Contains(gaps[0].Why, tt.says)) {
			t.Errorf("%s: %+v, want %q", tt.address, gaps, tt.says)
		}
	}
}

// TestOtherTools: a file of another tool is read, or recognised and told what
// to run instead.
func TestOtherTools(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ text, hint string }{
		"serverless.yml":  {"service: video\nprovider: {name: aws}\n", "serverless package"},
		"app.yml":         {"service: video\nprovider: {name: aws}\n", "serverless package"},
		"main.tf":         {"resource \"aws_iam_role\" \"r\" {}\n", "terraform show -json"},
		"cdk.tf.json":     {"{\"resource\":{}}", "terraform show -json"},
		"Pulumi.yaml":     {"name: x\nruntime: nodejs\n", "pulumi preview --json"},
		"sst.config.ts":   {"export default {}", "sst state export"},
		"cdk.json":        {"{\"app\":\"node app.js\"}", "cdk synth"},
		"plan.json":       {"{\"format_version\":\"1.2\"}", "--plan"},
		"wrapped.json":    {"Loading modules\n{\"Resources\":{}}", "before line 2"},
		"command.json":    {"[command]/usr/bin/terraform show -json plan\n{\"format_version\":\"1.2\"}", "before line 2"},
		"deployment.yaml": {"apiVersion: v1\nkind: Pod\n", "IAM"},
	} {
		path := filepath.Join(files(t, map[string]string{name: tt.text}), name)
		_, err := Open(path)
		e, ok := err.(*Error)
		if !ok || !strings.Contains(e.Hint, tt.hint) {
			t.Errorf("%s: %v, hint %+v", name, err, e)
		}
	}
	folder := files(t, map[string]string{"main.tf": ""})
	if _, err := Open(folder); err == nil || !strings.Contains(err.(*Error).Hint, "terraform") {
		t.Error(err)
	}
	amplify := files(t, map[string]string{".amplify/artifacts/cdk.out/manifest.json": `{"artifacts":{"A":{"type":"aws:cloudformation:stack","properties":{"templateFile":"A.json"}}}}`, ".amplify/artifacts/cdk.out/A.json": `{"Resources":{}}`})
	if _, err := Open(amplify); err != nil {
		t.Error(err)
	}
}

// TestState: Terraform's state in its own form.
func TestState(t *testing.T) {
	t.Parallel()
	path := filepath.Join(files(t, map[string]string{"terraform.tfstate": `{"version":4,"terraform_version":"1.11.4","serial":3,"lineage":"x","outputs":{},"resources":[
{"mode":"managed","type":"aws_iam_role","name":"r","provider":"provider[\"registry.terraform.io/hashicorp/aws\"]","instances":[{"index_key":"blue","attributes":{"name":"video","arn":"arn:aws:iam::111122223333:role/video"}}]},
{"module":"module.m","mode":"managed","type":"aws_iam_role_policy","name":"p","instances":[{"attributes":{"name":"p","role":"video","policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}]}"}}]}]}`}), "terraform.tfstate")
	in, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	d, err := in.Deployment(Options{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := d.Resolve(audit.Target{Kind: audit.TargetRole, Name: `aws_iam_role.r["blue"]`})
	if err != nil || f.ARN != "arn:aws:iam::111122223333:role/video" {
		t.Fatal(f, err)
	}
	if s := statements(t, d, "video"); len(s) != 1 {
		t.Errorf("%+v", s)
	}
}

// TestPulumi: the resources of the classic AWS provider in a preview and in a
// state.
func TestPulumi(t *testing.T) {
	t.Parallel()
	const urn = "urn:pulumi:dev::video::"
	preview := `{"config":{},"steps":[
{"op":"create","urn":"` + urn + `aws:iam/role:Role::video","newState":{"urn":"` + urn + `aws:iam/role:Role::video","type":"aws:iam/role:Role","inputs":{"name":"video-1234","inlinePolicies":[{"name":"own","policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}]}"}]}}},
{"op":"create","newState":{"urn":"` + urn + `aws:iam/rolePolicy:RolePolicy::more","type":"aws:iam/rolePolicy:RolePolicy","inputs":{"role":"04da6b54-80e4-46f7-96ec-b56ff0331ba9","policy":"04da6b54-80e4-46f7-96ec-b56ff0331ba9"},"propertyDependencies":{"role":["` + urn + `aws:iam/role:Role::video"]}}},
{"op":"create","newState":{"urn":"` + urn + `aws:lambda/function:Function::api","type":"aws:lambda/function:Function","inputs":{"name":"api-1","role":"04da6b54-80e4-46f7-96ec-b56ff0331ba9"},"propertyDependencies":{"role":["` + urn + `aws:iam/role:Role::video"]}}},
{"op":"delete","oldState":{}},
{"op":"create","newState":{"urn":"` + urn + `aws-native:iam:RolePolicy::x","type":"aws-native:iam:RolePolicy","inputs":{}}}]}`
	path := filepath.Join(files(t, map[string]string{"preview.json": preview}), "preview.json")
	in, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	d, err := in.Deployment(Options{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := d.Resolve(audit.Target{Kind: audit.TargetFunction, Name: "api"})
	if err != nil || !strings.HasSuffix(f.ARN, "role/video-1234") {
		t.Fatal(f, err)
	}
	r, err := d.Snapshot.Role("video-1234")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range r.RolePolicyList {
		names = append(names, p.PolicyName)
	}
	if !slices.Equal(names, []string{"own", "more"}) || !strings.Contains(r.RolePolicyList[1].PolicyDocument.Text, "not known") {
		t.Errorf("%q", names)
	}
	if gaps := gapsOf(t, d, audit.TargetFunction, "api"); len(gaps) != 1 || !strings.Contains(gaps[0].Why, "aws-native") {
		t.Errorf("%+v", gaps)
	}
}
