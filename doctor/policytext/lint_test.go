package policytext_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"remotion-doctor/checks"
	"remotion-doctor/checks/remotion"
	"remotion-doctor/doctor/policytext"
	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/managed"
	"remotion-doctor/iam/policy"
)

const lintedAs = "arn:aws:iam::123456789012:role/api"

// never are the faults that say of an action that the statement does nothing by
// it.
var never = []string{"unknown-action", "resource-kind", "bucket-action-on-objects", "object-action-on-bucket", "never-matches", "key-never-carried"}

// allowedAfterAll returns a request that a statement allows by an action of which a
// fault says that it never matches; empty where there is none.
func allowedAfterAll(t *testing.T, doc *policy.Document, f checks.Fault) string {
	t.Helper()
	if f.Statement < 0 || !slices.Contains(never, f.Code) || f.Code == "resource-kind" && !strings.Contains(f.Message, "never") {
		return ""
	}
	s := doc.Statements[f.Statement]
	if s.Effect != policy.Allow {
		return ""
	}
	one := &policy.Document{Version: doc.Version, Statements: []policy.Statement{s}}
	c := eval.Compile(lintedAs, eval.Policies{Identity: []eval.Policy{{Name: "p", Document: one}}})
	for _, name := range f.Actions {
		if strings.ContainsAny(name, "*?") {
			continue
		}
		for _, resource := range namesOf(t, name, s.Resources) {
			p := iam.Probe{Action: name, Resource: resource, Context: checks.Carried(name, satisfying(&s))}
			// Of an action that does not exist explain says so, and no more.
			if v := c.Verdict(c.Prepare(p, "")); v.Decision == iam.Allowed && !v.UnknownAction {
				return name + " on " + resource
			}
		}
	}
	return ""
}

// satisfying gives each key that a statement asks about the value that it asks for.
func satisfying(s *policy.Statement) iam.Context {
	var out iam.Context
	for _, c := range s.Conditions {
		if c.Operator != "Null" && !strings.Contains(c.Operator, "Not") {
			out = append(out, iam.ContextEntry{Key: c.Key, Type: iam.String, Values: c.Values[:1]})
		}
	}
	return out
}

// namesOf are names that the action works on and that a resource pattern matches,
// as far as there are any.
func namesOf(t *testing.T, name string, resources []string) []string {
	t.Helper()
	a, ok := actions.Lookup(name)
	if !ok {
		return []string{"*", "arn:aws:s3:::b/k"}
	}
	types := []string{"*"}
	for _, r := range a.ResourceTypes {
		for _, form := range strings.Split(r.ARN, ",") {
			types = append(types, actions.Pattern(strings.TrimSpace(form)))
		}
	}
	var out []string
	for _, pattern := range types {
		for _, r := range resources {
			if pattern == "*" {
				out = append(out, "*")
				continue
			}
			q := policy.Query{Names: policy.TypedNames(strings.Replace(pattern, "arn:*:", "arn:aws:", 1)), In: []policy.Set{{policy.CompileResource(r)}}}
			found, ok, err := policy.NewFinder(policy.DefaultWork).Find(context.Background(), &q)
			if err == nil && ok {
				out = append(out, found)
			}
		}
	}
	return out
}

// TestLintNeverContradictsExplain: where lint says that a statement does nothing by
// an action, no request of that action is allowed by it.
func TestLintNeverContradictsExplain(t *testing.T) {
	t.Parallel()
	faults, checked := 0, 0
	for d := range managed.Embedded().All() {
		doc, err := policy.Parse(d.Text)
		if err != nil {
			continue
		}
		checked++
		for _, f := range remotion.Pack().Lint(doc, checks.LintScope{Kind: policy.KindIdentity}) {
			faults++
			if got := allowedAfterAll(t, doc, f); got != "" {
				t.Errorf("%s: lint says %q, and the statement allows %s", d.ARN, f.Message, got)
			}
		}
	}
	if checked < 1000 || faults < 20 {
		t.Errorf("%d policies with %d faults: the test says little", checked, faults)
	}
	t.Logf("%d policies, %d faults", checked, faults)
}

// TestLintNeverContradictsExplainGenerated is the same for generated policies.
func TestLintNeverContradictsExplainGenerated(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(15, 10))
	names := []string{
		"s3:GetObject", "s3:ListBucket", "s3:ListAllMyBuckets", "s3:PutBucketPolicy", "lambda:InvokeFunction", "lambda:ListFunctions", "lambda:GetLayerVersion",
		"iam:PassRole", "iam:GetUser", "iam:SimulatePrincipalPolicy", "logs:DescribeLogGroups", "logs:PutLogEvents", "servicequotas:GetServiceQuota", "ec2:RunInstances",
		"sts:GetCallerIdentity", "sts:AssumeRole", "cloudformation:CreateChangeSet", "kms:Decrypt", "sqs:SendMessage", "states:StartExecution", "s3:GetObjetc",
	}
	parts := []string{
		"*", "arn:*", "arn:aws:*", "arn:aws:s3:::*", "arn:aws:s3:::b", "arn:aws:s3:::b*", "arn:aws:s3:::b/*", "arn:aws:s3:::*/k", "arn:aws:s3:::?", "arn:aws:s3:*:*:b",
		"arn:aws:lambda:*:*:function:*", "arn:aws:lambda:*:*:function:f:*", "arn:aws:lambda:*:*:layer:*", "arn:aws:iam::*:role/*", "arn:aws:iam::123456789012:user/${aws:username}",
		"arn:aws:logs:*:*:*", "arn:aws:logs:*:*:log-group:*", "arn:aws:logs:us-east-1:123456789012:log-group::log-stream:", "arn:aws:*:*:*:*", "arn:*:kms:*", "arn:aws:cloudformation:*:aws:transform/*",
		"arn:aws:servicequotas:*:*:lambda/*", "arn:aws:ec2:*:*:instance/*", "arn:aws:sqs:*:*:q", "arn:aws:states:*:*:stateMachine:*", "arn:aws:iam::*:*",
	}
	conditions := []string{
		"", "", "", `"StringEquals":{"s3:prefix":"a"}`, `"StringEqualsIfExists":{"s3:prefix":"a"}`, `"StringNotEquals":{"lambda:FunctionArn":"x"}`, `"StringLike":{"iam:PassedToService":"lambda*"}`,
		`"Null":{"kms:ViaService":"true"}`, `"Null":{"s3:prefix":"false"}`, `"ForAllValues:StringEquals":{"lambda:Layer":"x"}`, `"ForAnyValue:StringEquals":{"aws:TagKeys":"x"}`, `"StringEquals":{"aws:SourceVpc":"vpc-1"}`,
	}
	codes := map[string]int{}
	faults := 0
	for range 4000 {
		var list, resources []string
		for range 1 + r.IntN(3) {
			list = append(list, names[r.IntN(len(names))])
			resources = append(resources, parts[r.IntN(len(parts))])
		}
		text := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["%s"],"Resource":["%s"],"Condition":{%s}}]}`, strings.Join(list, `","`), strings.Join(resources, `","`), conditions[r.IntN(len(conditions))])
		doc, err := policy.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range remotion.Pack().Lint(doc, checks.LintScope{}) {
			codes[f.Code]++
			faults++
			if got := allowedAfterAll(t, doc, f); got != "" {
				t.Errorf("%s: lint says %q, and the statement allows %s", text, f.Message, got)
			}
		}
	}
	for _, code := range []string{"unknown-action", "resource-kind", "never-matches", "key-never-carried"} {
		if codes[code] == 0 {
			t.Errorf("no fault is %s: %v", code, codes)
		}
	}
	if faults < 1000 {
		t.Errorf("%d faults: the test says little", faults)
	}
}

func TestLintByKind(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, as, text, code string }{
		{"an SCP that denies", "scp", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}`, ""},
		{"an SCP with a principal", "scp", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}]}`, "refused"},
		{"an RCP", "", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}]}`, ""},
		{"an RCP for one principal", "rcp", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"s3:*","Resource":"*"}]}`, "refused"},
		{"an endpoint policy", "", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}`, ""},
		{"an endpoint policy without principal", "endpoint", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`, "refused"},
		{"a trust policy", "", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`, ""},
		{"a trust policy with a resource", "trust", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole","Resource":"*"}]}`, "refused"},
		{"a bucket policy as an identity-based one", "identity", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}]}`, "has-principal"},
		{"a bucket policy with a fault", "", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b"}]}`, "object-action-on-bucket"},
		{"the documented policies are known", "renderer", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObjekt","Resource":"*"}]}`, "unknown-action"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := lint(t, tt.as, map[string]string{"p.json": tt.text})
			switch {
			case tt.code == "" && len(got) > 0:
				t.Errorf("faults %v, want none", got)
			case tt.code != "" && (len(got) == 0 || got[0].Code != tt.code):
				t.Errorf("faults %v, want %s", got, tt.code)
			}
		})
	}
}

// lint finds the faults of the first of some files, which stand in one folder.
func lint(t *testing.T, as string, list map[string]string) []policytext.FileFault {
	t.Helper()
	dir := t.TempDir()
	var paths []string
	for name, text := range list {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	found, err := policytext.Lint(remotion.Pack(), paths, os.ReadFile, policytext.Scope(remotion.Pack(), as))
	if err != nil {
		t.Fatal(err)
	}
	return found.Faults
}

func TestLintDeployment(t *testing.T) {
	t.Parallel()
	template := `Resources:
  Users:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::remotionlambda-x/*"}
          - {Effect: Allow, Action: "s3:GetObjetc", Resource: "*"}
  Nested:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: nowhere.yaml}
`
	got := lint(t, "", map[string]string{"t.yaml": template})
	if len(got) != 2 {
		t.Fatalf("faults %+v", got)
	}
	if f := got[0]; f.Code != "unknown-action" || f.Pos.Line != 9 || f.Policy != "Users" {
		t.Errorf("fault %+v", f)
	}
	if f := got[1]; f.Code != "not-read" || !strings.Contains(f.At, "t.yaml:10") {
		t.Errorf("the nested stack that is not there is %+v", f)
	}
}
