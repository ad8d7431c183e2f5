package iac

import (
	"bytes"
	"path/filepath"
	"strconv"
	"strings"

	"remotion-doctor/iam/policy"
)

// An Input is a file or folder of what is going to be deployed.
type Input interface {
	// Deployment returns the account as it will be after the deploy.
	Deployment(o Options) (*Deployment, error)
	// HasParameter reports whether a value may be given for a parameter.
	HasParameter(name string) bool
}

// Open reads whatever is going to be deployed: a template, a folder of
// templates, a plan, or a state. A file of a kind that is not read is refused
// with what to run instead. The error is an [*Error], or that of the file
// system.
func Open(path string) (Input, error) {
	if IsPlan(path) {
		p, err := OpenPlan(path)
		if err != nil {
			return nil, err
		}
		return p, nil
	}
	t, err := OpenTemplates(path)
	if err != nil {
		return nil, err
	}
	return t, nil
}

// HasParameter implements [Input]: a plan has its variables in it.
func (p *Plan) HasParameter(string) bool { return false }

// A foreignKind is a file of another tool, and what to run instead.
type foreignKind struct{ what, hint string }

const (
	serverlessHint = "run `serverless package`, and check .serverless/cloudformation-template-update-stack.json"
	terraformHint  = "`terraform plan -out plan.bin && terraform show -json plan.bin > plan.json`, and check plan.json"
	pulumiHint     = "`pulumi preview --json > preview.json`, and check preview.json"
)

// foreignNames are the files that are known by their name.
var foreignNames = []struct {
	pattern string
	foreignKind
}{
	{"serverless.y*ml", foreignKind{"a configuration of the Serverless Framework", serverlessHint}},
	{"serverless.*s", foreignKind{"a configuration of the Serverless Framework", serverlessHint}},
	{"serverless.json", foreignKind{"a configuration of the Serverless Framework", serverlessHint}},
	{"cdk.tf.json", foreignKind{"a configuration that CDKTF made", "in this folder: terraform init, then " + terraformHint}},
	{"*.tf.json", foreignKind{"a configuration of Terraform", terraformHint}},
	{"*.tf", foreignKind{"a configuration of Terraform", terraformHint}},
	{"*.tofu", foreignKind{"a configuration of OpenTofu", strings.ReplaceAll(terraformHint, "terraform", "tofu")}},
	{"*.tfvars", foreignKind{"a file of Terraform's variables", terraformHint}},
	{"*.tfplan", foreignKind{"a plan of Terraform in its own form", "`terraform show -json FILE > plan.json`, and check plan.json"}},
	{"pulumi*.y*ml", foreignKind{"a configuration of Pulumi", pulumiHint}},
	{"sst.config.*", foreignKind{"a configuration of SST", "`sst state export > state.json` after a deploy, and check state.json"}},
	{"cdk.json", foreignKind{"a configuration of the CDK", "run `cdk synth`, and check cdk.out"}},
	{"cdk.context.json", foreignKind{"a file of the CDK", "run `cdk synth`, and check cdk.out"}},
	{"samconfig.*", foreignKind{"a configuration of the SAM CLI", "check template.yaml, or run `sam build` and check .aws-sam/build/template.yaml"}},
	{"*.ts", foreignKind{"a program", "build what it deploys (cdk synth, pulumi preview --json, serverless package), and check that"}},
	{"*.js", foreignKind{"a program", "build what it deploys (cdk synth, pulumi preview --json, serverless package), and check that"}},
	{"*.py", foreignKind{"a program", "build what it deploys (cdk synth, pulumi preview --json), and check that"}},
}

// foreignKeys are the files that are known by the keys at their top level; a key
// with a slash has an object, one with a point a text.
var foreignKeys = []struct {
	keys []string
	foreignKind
}{
	{[]string{"service", "provider"}, foreignKind{"a configuration of the Serverless Framework", serverlessHint}},
	{[]string{"format_version"}, foreignKind{"a plan or state of Terraform", "pass it with --plan"}},
	{[]string{"lineage"}, foreignKind{"a state of Terraform", "pass it with --plan"}},
	{[]string{"deployment", "version"}, foreignKind{"a state of Pulumi", "pass it with --plan"}},
	{[]string{"checkpoint", "version"}, foreignKind{"a state of SST or Pulumi", "pass it with --plan"}},
	{[]string{"steps"}, foreignKind{"a preview of Pulumi", "pass it with --plan"}},
	{[]string{"terraform/"}, foreignKind{"a configuration of Terraform", terraformHint}},
	{[]string{"resource/"}, foreignKind{"a configuration of Terraform", terraformHint}},
	{[]string{"runtime", "name."}, foreignKind{"a configuration of Pulumi", pulumiHint}},
	{[]string{"kind.", "apiVersion."}, foreignKind{"a manifest of Kubernetes", "it has no IAM policies; check the template that makes its role"}},
	{[]string{"Statement"}, foreignKind{"a policy document", "pass it with --policy"}},
	{[]string{"RoleDetailList"}, foreignKind{"a snapshot of an account", "pass it with --snapshot"}},
}

// foreignName recognises a file by its name.
func foreignName(path string) *Error {
	base := strings.ToLower(filepath.Base(path))
	for _, f := range foreignNames {
		if ok, err := filepath.Match(f.pattern, base); ok && err == nil {
			return f.refuse(path)
		}
	}
	return nil
}

// foreignContent recognises a file that is no template by what it holds.
func foreignContent(path string, root *node) *Error {
	for _, f := range foreignKeys {
		all := true
		for _, key := range f.keys {
			all = all && holds(root, key)
		}
		if all {
			return f.refuse(path)
		}
	}
	return nil
}

// holds reports whether an object has a key of foreignKeys.
func holds(root *node, key string) bool {
	name := strings.TrimRight(key, "/.")
	n := root.get(name)
	switch key[len(name):] {
	case "/":
		return n.is(objectNode)
	case ".":
		return n.is(textNode)
	}
	return n != nil
}

func (f *foreignKind) refuse(path string) *Error {
	return &Error{path, policy.Position{Line: 1, Column: 1}, "this is " + f.what + ", not a template", f.hint}
}

// foreignFolder recognises a folder that is no output of the CDK.
func foreignFolder(path string) *Error {
	for _, pattern := range []string{"serverless.yml", "serverless.yaml", "serverless.ts", "*.tf", "*.tofu", "Pulumi.yaml", "sst.config.ts", "cdk.json"} {
		if hits, err := filepath.Glob(filepath.Join(path, pattern)); err == nil && len(hits) > 0 {
			return foreignName(hits[0])
		}
	}
	return nil
}

// builtTemplates are where tools put what they make, below a project's folder.
var builtTemplates = []string{
	".aws-sam/build/template.yaml", ".serverless/cloudformation-template-update-stack.json", "template.yaml", "template.yml", "template.json",
}

// builtFolders are where the CDK's output lies, below a project's folder.
var builtFolders = []string{"", "cdk.out", ".amplify/artifacts/cdk.out"}

// wrapped recognises JSON behind lines that a tool printed before it.
func wrapped(path string, data []byte) *Error {
	trimmed := bytes.TrimSpace(data)
	// "[command] …" is the line of a wrapper, "[" and "[{" begin a list.
	if list := bytes.TrimLeft(bytes.TrimPrefix(trimmed, []byte("[")), " \t\r"); len(trimmed) == 0 || trimmed[0] == '{' || len(list) < len(trimmed) && (len(list) == 0 || list[0] == '{' || list[0] == '\n') {
		return nil
	}
	i := bytes.Index(trimmed, []byte("\n{"))
	if i < 0 {
		return nil
	}
	first, _, _ := strings.Cut(string(trimmed), "\n")
	if len(first) > 80 {
		first = first[:80] + "…"
	}
	line := 2 + bytes.Count(trimmed[:i], []byte("\n"))
	return &Error{path, policy.Position{Line: 1, Column: 1}, "the file begins with " + quote(first) + ", which is no JSON", "remove the lines before line " + strconv.Itoa(line) + ": some tool printed them in front of the JSON"}
}
