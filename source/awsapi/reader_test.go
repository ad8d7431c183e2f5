package awsapi

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"remotion-doctor/iam/policy"
)

// services are those of the calls that are not IAM's, by how their names begin.
var services = []struct {
	names  *regexp.Regexp
	prefix string
}{
	{regexp.MustCompile(`Bucket|PublicAccessBlock`), "s3:"},
	{regexp.MustCompile(`Function`), "lambda:"},
	{regexp.MustCompile(`Instances$`), "ec2:"},
	{regexp.MustCompile(`TaskDefinition`), "ecs:"},
	{regexp.MustCompile(`Clusters|PodIdentity`), "eks:"},
	{regexp.MustCompile(`Organization|ListParents|ListPoliciesForTarget|DescribePolicy|ListAccounts|ListRoots|ListTagsForResource`), "organizations:"},
	{regexp.MustCompile(`AggregateResourceConfig`), "config:"},
	{regexp.MustCompile(`.`), "iam:"},
}

// actionOf is the action that permits a call.
// Source: Service Authorization Reference; of S3, "Permissions" of each operation.
func actionOf(call string) string {
	switch call {
	case "ListBuckets":
		return "s3:ListAllMyBuckets"
	case "GetPublicAccessBlock":
		return "s3:GetBucketPublicAccessBlock"
	}
	for _, s := range services {
		if s.names.MatchString(call) {
			return s.prefix + call
		}
	}
	return ""
}

// TestReaderPolicy: deploy/reader-policy.json grants every call that reads, and no
// other.
func TestReaderPolicy(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../deploy/reader-policy.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := policy.Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	var granted, needed []string
	for i := range doc.Statements {
		granted = append(granted, doc.Statements[i].Actions...)
	}
	checkAuditor(t)
	for name := range calls {
		writes := slices.ContainsFunc([]string{"Create", "Put", "Delete", "Attach", "Detach", "Set"}, func(verb string) bool { return strings.HasPrefix(name, verb) })
		if writes || name == "GetCallerIdentity" || name == "DecodeAuthorizationMessage" || slices.Contains(ofMany, name) || slices.Contains(others, name) { // the first needs no grant, the second is of the auditor
			continue
		}
		needed = append(needed, actionOf(name))
	}
	slices.Sort(granted)
	slices.Sort(needed)
	if !slices.Equal(granted, needed) {
		t.Errorf("the policy grants\n%v, the calls need\n%v", granted, needed)
	}
}

// others are what a rule of AWS Config, a fleet on Step Functions and whoever starts
// it ask.
var others = []string{"PutEvaluations", "GetObject", "ListObjectsV2", "StartExecution", "DescribeExecution", "ListMapRuns", "DescribeMapRun"}

// checkAuditor: deploy/auditor-policy.json grants the auditor to assume the role to
// read with, to list the accounts of an organization with the policies above them,
// and to ask AWS Config, and nothing else.
func checkAuditor(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile("../../deploy/auditor-policy.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := policy.Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	needed := []string{"sts:AssumeRole", "organizations:DescribeOrganization", "organizations:DescribePolicy", "organizations:ListParents", "organizations:ListPoliciesForTarget"}
	for _, name := range ofMany {
		if !slices.Contains(others, name) {
			needed = append(needed, actionOf(name))
		}
	}
	var granted []string
	for i := range doc.Statements {
		granted = append(granted, doc.Statements[i].Actions...)
	}
	slices.Sort(granted)
	slices.Sort(needed)
	if !slices.Equal(granted, needed) {
		t.Errorf("the auditor's policy grants\n%v, the calls need\n%v", granted, needed)
	}
}
