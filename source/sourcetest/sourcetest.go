// Package sourcetest is the suite that every [source.Source] must pass, wherever
// its facts come from.
package sourcetest

import (
	"errors"
	"slices"
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/iamtest"
	"remotion-doctor/source"
)

// A Fact is a kind of fact that a source may hold.
type Fact string

// The kinds of facts, named for the method of [source.Source] that returns them.
const (
	Caller       Fact = "Caller"
	Resolve      Fact = "Resolve" // of each kind of target in AWS
	Policies     Fact = "Policies"
	Principal    Fact = "Principal"
	Trust        Fact = "Trust"
	RoleNames    Fact = "RoleNames"
	Functions    Fact = "Functions"
	BucketNames  Fact = "BucketNames"
	Bucket       Fact = "Bucket"
	BucketPolicy Fact = "BucketPolicy"
	Decode       Fact = "Decode"
)

// Everything is what AWS holds.
var Everything = []Fact{Caller, Resolve, Policies, Principal, Trust, RoleNames, Functions, BucketNames, Bucket, BucketPolicy, Decode}

// A Subject is a source over [Account], or over as much of it as the source
// can hold.
type Subject struct {
	Source source.Source
	// Holds are the facts that the source has. Every other fact must be an error
	// of kind NotHeld.
	Holds []Fact
	// Gapped returns a source that could not read the policy of [Twin] that
	// allows s3:PutObject; nil where the source reads all or nothing.
	Gapped func(t *testing.T) source.Source
	// Targets are those that the source can find, all of them Twin; nil for all
	// kinds of target in AWS.
	Targets []audit.Target
	// Partial says that the source may hold facts beyond Holds, in part: they are
	// not asked for.
	Partial bool
	// Encoded is an authorization message that the source can decode.
	Encoded string
}

func (s *Subject) holds(f Fact) bool { return slices.Contains(s.Holds, f) }

// The account's names.
const (
	accountID = "123456789012"
	region    = "us-east-1"
	// Twin is a role with two policies of the name "same": an inline one, which
	// allows s3:PutObject and denies s3:DeleteObject, and a managed one, which
	// allows s3:GetObject.
	Twin = "arn:aws:iam::" + accountID + ":role/twin"
	// Nobody is a role that does not exist.
	Nobody = "arn:aws:iam::" + accountID + ":role/nobody"
	// Closed is a bucket with a policy of its own; Plain has none.
	Closed = "remotionlambda-useast1-closed"
	Plain  = "remotionlambda-useast1-plain"

	caller      = "arn:aws:sts::" + accountID + ":assumed-role/twin/session"
	function    = "remotion-render-a"
	functionARN = "arn:aws:lambda:" + region + ":" + accountID + ":function:" + function
)

const (
	// InlineText and ManagedText are the policies of Twin.
	InlineText  = `{"Version":"2012-10-17","Statement":[{"Sid":"Write","Effect":"Allow","Action":"s3:PutObject","Resource":"*"},{"Sid":"Keep","Effect":"Deny","Action":"s3:DeleteObject","Resource":"*"}]}`
	ManagedText = `{"Version":"2012-10-17","Statement":[{"Sid":"Read","Effect":"Allow","Action":["s3:GetObject","s3:DeleteObject"],"Resource":"*"}]}`
	trustText   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	closedText  = `{"Version":"2012-10-17","Statement":[{"Sid":"Closed","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::remotionlambda-useast1-closed/*"}]}`
)

// Account returns the account that the suite concerns: that of package iamtest,
// and what surrounds its principals.
func Account(tb testing.TB) *account.Snapshot {
	tb.Helper()
	s := iamtest.Account(tb)
	s.Caller = caller
	managed := "arn:aws:iam::" + accountID + ":policy/same"
	profile := "arn:aws:iam::" + accountID + ":instance-profile/twins"
	d := &s.AuthorizationDetails
	d.Policies = append(d.Policies, account.NewManagedPolicy(managed, account.Document{Text: ManagedText}))
	d.Roles = append(d.Roles, account.Role{
		Path: "/", RoleName: "twin", Arn: Twin, AssumeRolePolicyDocument: &account.Document{Text: trustText},
		RolePolicyList:          []account.InlinePolicy{{PolicyName: "same", PolicyDocument: account.Document{Text: InlineText}}},
		AttachedManagedPolicies: []account.AttachedPolicy{{PolicyName: "same", PolicyArn: managed}},
	})
	s.Functions = []account.Function{
		{FunctionName: function, FunctionArn: functionARN, Role: Twin},
		{FunctionName: "video-api", FunctionArn: "arn:aws:lambda:" + region + ":" + accountID + ":function:video-api", Role: Twin},
		{FunctionName: "remotion-render-b", FunctionArn: "arn:aws:lambda:eu-west-1:" + accountID + ":function:remotion-render-b", Role: Twin},
	}
	s.Instances = []account.Instance{account.NewInstance("i-0a1b2c3d4e5f67890", profile)}
	s.InstanceProfiles = []account.InstanceProfile{{InstanceProfileName: "twins", Arn: profile, Roles: []account.ProfileRole{{RoleName: "twin", Arn: Twin}}}}
	s.TaskDefinitions = []account.TaskDefinition{{TaskDefinitionArn: "arn:aws:ecs:" + region + ":" + accountID + ":task-definition/work:3", TaskRoleArn: Twin, ExecutionRoleArn: Twin}}
	s.PodIdentities = []account.PodIdentityAssociation{{ClusterName: "c", Namespace: "n", ServiceAccount: "s", RoleArn: Twin}}
	open := &account.PublicAccessBlock{BlockPublicPolicy: true}
	s.Buckets = []account.Bucket{
		{Name: Closed, Region: region, ObjectOwnership: "BucketOwnerEnforced", PublicAccessBlock: open},
		{Name: Plain, Region: region, ObjectOwnership: "ObjectWriter", PublicAccessBlock: open},
	}
	s.BucketPolicies = map[string]account.Document{Closed: {Text: closedText}}
	return s
}

// Run holds a source to the suite.
func Run(t *testing.T, s Subject) {
	t.Helper()
	for _, part := range []struct {
		name string
		run  func(*testing.T, *Subject)
	}{
		{"not held", notHeld},
		{"held", held},
		{"unknown", unknown},
		{"targets", targets},
		{"twins", twins},
		{"agreement", agreement},
		{"gaps", gaps},
		{"surroundings", surroundings},
		{"own copies", ownCopies},
		{"together", together},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, &s) })
	}
}

func principal(tb testing.TB, arn string) iam.Principal {
	tb.Helper()
	p, err := iam.NewPrincipal(arn)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// failsAs checks that an error is a source.Error of a kind that says something.
func failsAs(t *testing.T, what string, err error, kind source.Kind) {
	t.Helper()
	e, ok := errors.AsType[*source.Error](err)
	if !ok || e.Kind != kind || e.Msg == "" {
		t.Errorf("%s: %v, want a source.Error of kind %q", what, err, kind)
	}
}
