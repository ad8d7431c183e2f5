package awsapi

import (
	"context"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/fixtures"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/localaws"
	"remotion-doctor/source"
)

const (
	topRole = "arn:aws:iam::123456789012:role/complete-renderer"
	bucket  = "remotionlambda-useast1-abc"
)

// gapsOf returns the gaps of a principal as errors, each with the operation that
// it names.
func gapsOf(ctx context.Context, c *Client, arn string) error {
	p, err := iam.NewPrincipal(arn)
	if err != nil {
		return err
	}
	s, err := c.Principal(ctx, p)
	if err != nil {
		return err
	}
	var errs []error
	for _, g := range s.Unread[arn] {
		operation, _, _ := strings.Cut(g.Where, " ")
		errs = append(errs, &source.Error{Operation: operation, Kind: source.KindAnswer, Msg: g.Why})
		if g.Kind != iam.GapIncomplete {
			return errors.New("the gap passes: " + g.String())
		}
	}
	return errors.Join(errs...)
}

func snapshotGap(ctx context.Context, c *Client) error {
	s, err := c.Snapshot(ctx, SnapshotOptions{Regions: []string{"us-east-1"}})
	if err != nil {
		return err
	}
	var errs []error
	for _, g := range s.Gaps {
		errs = append(errs, &source.Error{Kind: source.KindAnswer, Msg: g.Operation + " " + g.Reason})
	}
	return errors.Join(errs...)
}

func resolve(kind audit.TargetKind, name string) func(context.Context, *Client) error {
	return func(ctx context.Context, c *Client) error {
		_, err := c.Resolve(ctx, audit.Target{Kind: kind, Name: name})
		return err
	}
}

func read(arn string) func(context.Context, *Client) error {
	return func(ctx context.Context, c *Client) error { return gapsOf(ctx, c, arn) }
}

const (
	deployer = "arn:aws:iam::123456789012:user/deployer"
	bounded  = "arn:aws:iam::123456789012:role/sandbox-renderer"
)

// calls says, for each operation that the package calls, how it is come by.
var calls = map[string]func(context.Context, *Client) error{
	"SimulatePrincipalPolicy": func(ctx context.Context, c *Client) error {
		_, err := c.Evaluate(ctx, complete, []iam.Probe{{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}})
		return err
	},
	"GetRole":                   resolve(audit.TargetRole, "complete-renderer"),
	"GetUser":                   resolve(audit.TargetUser, "deployer"),
	"GetInstanceProfile":        resolve(audit.TargetInstanceProfile, "render-worker"),
	"DescribeInstances":         resolve(audit.TargetInstance, "i-0a1b2c3d4e5f67890"),
	"GetFunctionConfiguration":  resolve(audit.TargetFunction, "video-api"),
	"DescribeTaskDefinition":    resolve(audit.TargetTaskDefinition, "work"),
	"ListRolePolicies":          read(topRole),
	"GetRolePolicy":             read(topRole),
	"ListAttachedRolePolicies":  read(topRole),
	"ListUserPolicies":          read(deployer),
	"GetUserPolicy":             read(deployer),
	"ListAttachedUserPolicies":  read(deployer),
	"ListGroupsForUser":         read(deployer),
	"ListGroupPolicies":         read(deployer),
	"GetGroupPolicy":            read(deployer),
	"ListAttachedGroupPolicies": read(deployer),
	"GetPolicy":                 read(bounded),
	"GetPolicyVersion":          read(bounded),
	"ListRoles":                 func(ctx context.Context, c *Client) error { _, err := c.RoleNames(ctx); return err },
	"GetCallerIdentity":         func(ctx context.Context, c *Client) error { _, err := c.Caller(ctx); return err },
	"DecodeAuthorizationMessage": func(ctx context.Context, c *Client) error {
		_, err := c.Decode(ctx, "e30")
		return err
	},
	"ListFunctions": func(ctx context.Context, c *Client) error {
		_, err := c.Functions(ctx, "us-east-1", "remotion")
		return err
	},
	"ListBuckets":       func(ctx context.Context, c *Client) error { _, err := c.BucketNames(ctx); return err },
	"GetBucketLocation": func(ctx context.Context, c *Client) error { _, err := c.Bucket(ctx, bucket, "us-east-1"); return err },
	"GetBucketPolicy": func(ctx context.Context, c *Client) error {
		_, err := c.BucketPolicy(ctx, bucket, "us-east-1")
		return err
	},
	"GetBucketOwnershipControls":       bucketGap,
	"GetPublicAccessBlock":             bucketGap,
	"GetAccountAuthorizationDetails":   snapshotGap,
	"ListTaskDefinitionFamilies":       snapshotGap,
	"ListClusters":                     snapshotGap,
	"ListPodIdentityAssociations":      resolve(audit.TargetPodIdentity, "c/n/s"),
	"DescribePodIdentityAssociation":   resolve(audit.TargetPodIdentity, "c/n/s"),
	"DescribeOrganization":             snapshotGap,
	"ListParents":                      snapshotGap,
	"ListPoliciesForTarget":            snapshotGap,
	"DescribePolicy":                   snapshotGap,
	"ListRoots":                        members,
	"ListAccountsForParent":            members,
	"ListOrganizationalUnitsForParent": members,
	"ListTagsForResource":              func(ctx context.Context, c *Client) error { _, err := c.TagsOf(ctx, "123456789012"); return err },
	"SelectAggregateResourceConfig": func(ctx context.Context, c *Client) error {
		_, err := c.Aggregated(ctx, "org", "123456789012")
		return err
	},
	"StartExecution": func(ctx context.Context, c *Client) error {
		_, err := c.StartRun(ctx, machineARN, "run", struct{}{})
		return err
	},
	"DescribeExecution": followed,
	"ListMapRuns":       followed,
	"DescribeMapRun":    followed,
	"PutObject": func(ctx context.Context, c *Client) error {
		return c.Objects(bucket, "p").Put(ctx, "k", "text/plain", nil)
	},
	"GetObject": func(ctx context.Context, c *Client) error {
		o := c.Objects(bucket, "p")
		if err := o.Put(ctx, "k", "text/plain", []byte("x")); err != nil {
			return err
		}
		_, err := o.Get(ctx, "k")
		return err
	},
	"ListObjectsV2": func(ctx context.Context, c *Client) error {
		_, err := c.Objects(bucket, "p").Keys(ctx, "k/")
		return err
	},
	"PutEvaluations": func(ctx context.Context, c *Client) error {
		return c.PutEvaluations(ctx, "token", []Evaluation{{ResourceType: "AWS::IAM::Role", ResourceID: "AROA", Compliance: "COMPLIANT", Ordering: 1}})
	},
	"ListPolicyVersions": func(ctx context.Context, c *Client) error {
		_, err := c.ReadPolicy(ctx, "arn:aws:iam::123456789012:policy/extra")
		return err
	},
	"ListPolicies": func(ctx context.Context, c *Client) error { _, err := c.PolicyNamed(ctx, "extra"); return err },
	"CreatePolicy": func(ctx context.Context, c *Client) error {
		return c.Writer().CreatePolicy(ctx, "made", "", "", everything)
	},
	"CreatePolicyVersion": func(ctx context.Context, c *Client) error {
		return c.Writer().CreateVersion(ctx, "arn:aws:iam::123456789012:policy/extra", everything, true)
	},
	"PutRolePolicy": func(ctx context.Context, c *Client) error {
		return c.Writer().PutInline(ctx, iam.Principal{ARN: "arn:aws:iam::123456789012:role/complete-renderer"}, "new", everything)
	},
	"PutUserPolicy": func(ctx context.Context, c *Client) error {
		return c.Writer().PutInline(ctx, iam.Principal{ARN: "arn:aws:iam::123456789012:user/deployer"}, "new", everything)
	},
	"DeleteRolePolicy": func(ctx context.Context, c *Client) error {
		return c.Writer().DeleteInline(ctx, iam.Principal{ARN: "arn:aws:iam::123456789012:role/complete-renderer"}, "own")
	},
	"DeleteUserPolicy": func(ctx context.Context, c *Client) error {
		return c.Writer().DeleteInline(ctx, iam.Principal{ARN: "arn:aws:iam::123456789012:user/deployer"}, "own")
	},
	"AttachRolePolicy": func(ctx context.Context, c *Client) error {
		return c.Writer().Attach(ctx, iam.Principal{ARN: "arn:aws:iam::123456789012:role/complete-renderer"}, "arn:aws:iam::123456789012:policy/extra")
	},
	"AttachUserPolicy": func(ctx context.Context, c *Client) error {
		return c.Writer().Attach(ctx, iam.Principal{ARN: "arn:aws:iam::123456789012:user/deployer"}, "arn:aws:iam::123456789012:policy/extra")
	},
	"DetachRolePolicy": func(ctx context.Context, c *Client) error {
		return c.Writer().Detach(ctx, iam.Principal{ARN: "arn:aws:iam::123456789012:role/complete-renderer"}, "arn:aws:iam::123456789012:policy/extra")
	},
	"DetachUserPolicy": func(ctx context.Context, c *Client) error {
		return c.Writer().Detach(ctx, iam.Principal{ARN: "arn:aws:iam::123456789012:user/deployer"}, "arn:aws:iam::123456789012:policy/extra")
	},
	"DeletePolicy": func(ctx context.Context, c *Client) error {
		return c.Writer().DeletePolicy(ctx, "arn:aws:iam::123456789012:policy/unused")
	},
	"DeletePolicyVersion": func(ctx context.Context, c *Client) error {
		return c.Writer().DeleteVersion(ctx, "arn:aws:iam::123456789012:policy/extra", "v1")
	},
	"SetDefaultPolicyVersion": func(ctx context.Context, c *Client) error {
		return c.Writer().SetDefaultVersion(ctx, "arn:aws:iam::123456789012:policy/extra", "v1")
	},
}

// without are the operations whose answer says nothing but that it is done.
var without = []string{
	"PutRolePolicy", "PutUserPolicy", "DeleteRolePolicy", "DeleteUserPolicy", "AttachRolePolicy", "AttachUserPolicy", "DetachRolePolicy",
	"DetachUserPolicy", "DeletePolicy", "DeletePolicyVersion", "SetDefaultPolicyVersion", "GetObject", "PutEvaluations",
}

const machineARN = "arn:aws:states:us-east-1:123456789012:stateMachine:audit"

func followed(ctx context.Context, c *Client) error {
	r, err := c.StartRun(ctx, machineARN, "run", struct{}{})
	if err != nil {
		return err
	}
	_, err = r.Follow(ctx, time.Millisecond, func(int, int) {})
	return err
}

func members(ctx context.Context, c *Client) error { _, err := c.Members(ctx, nil); return err }

// ofMany are the operations that an account answers only among others.
var ofMany = []string{"ListRoots", "ListAccountsForParent", "ListOrganizationalUnitsForParent", "ListTagsForResource", "SelectAggregateResourceConfig", "PutEvaluations", "StartExecution", "DescribeExecution", "ListMapRuns", "DescribeMapRun"}

// slowly executes nothing, for long enough to be followed.
func slowly(context.Context, string, json.RawMessage, func(done, total int)) (any, error) {
	time.Sleep(50 * time.Millisecond)
	return struct{}{}, nil
}

// openFor opens the rich account, among others where an operation needs them.
func openFor(t *testing.T, name string, faults ...string) *Client {
	t.Helper()
	if !slices.Contains(ofMany, name) {
		return open(t, rich, faults...)
	}
	s, err := account.Read(fixtures.Demo)
	if err != nil {
		t.Fatal(err)
	}
	rich(s)
	cloud, err := localaws.NewCloud([]*account.Snapshot{s}, localaws.CloudOptions{Options: localaws.Options{Faults: parsed(t, faults)}, Machine: slowly})
	if err != nil {
		t.Fatal(err)
	}
	return openHandler(t, cloud)
}

func bucketGap(ctx context.Context, c *Client) error {
	b, err := c.Bucket(ctx, bucket, "us-east-1")
	if err != nil {
		return err
	}
	for _, g := range b.Gaps {
		operation, _, _ := strings.Cut(g.Where, " ")
		return &source.Error{Operation: operation, Kind: source.KindAnswer, Msg: g.Why}
	}
	return nil
}

const everything = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`

// rich adds to the full account what reads and writes of every kind need.
func rich(s *account.Snapshot) {
	full(1)(s)
	text := account.Document{Text: everything}
	s.Buckets[0].PublicAccessBlock = &account.PublicAccessBlock{BlockPublicPolicy: true}
	d := &s.AuthorizationDetails
	for i := range d.Roles {
		if d.Roles[i].RoleName == "complete-renderer" {
			d.Roles[i].RolePolicyList = append(d.Roles[i].RolePolicyList, account.InlinePolicy{PolicyName: "own", PolicyDocument: text})
			d.Roles[i].AttachedManagedPolicies = append(d.Roles[i].AttachedManagedPolicies, account.AttachedPolicy{PolicyName: "extra", PolicyArn: "arn:aws:iam::123456789012:policy/extra"})
		}
	}
	for i := range d.Users {
		if d.Users[i].UserName == "deployer" {
			d.Users[i].UserPolicyList = append(d.Users[i].UserPolicyList, account.InlinePolicy{PolicyName: "own", PolicyDocument: text})
			d.Users[i].AttachedManagedPolicies = append(d.Users[i].AttachedManagedPolicies, account.AttachedPolicy{PolicyName: "extra", PolicyArn: "arn:aws:iam::123456789012:policy/extra"})
		}
	}
	for i := range d.Groups {
		d.Groups[i].GroupPolicyList = append(d.Groups[i].GroupPolicyList, account.InlinePolicy{PolicyName: "own", PolicyDocument: text})
	}
	extra := account.NewManagedPolicy("arn:aws:iam::123456789012:policy/extra", text)
	extra.PolicyVersionList = append(extra.PolicyVersionList, account.PolicyVersion{VersionID: "v2", IsDefaultVersion: true, Document: text})
	extra.PolicyVersionList[0].IsDefaultVersion, extra.DefaultVersionID = false, "v2"
	d.Policies = append(d.Policies, extra, account.NewManagedPolicy("arn:aws:iam::123456789012:policy/unused", text))
}

// TestEmptyAnswers: an answer without a body, or with nothing in it, is an error
// that names the operation, of each operation that the package calls.
func TestEmptyAnswers(t *testing.T) {
	t.Parallel()
	for name, ask := range calls {
		if name == "PutObject" {
			continue // S3 answers nothing where it has done it
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, kind := range []string{"empty", "empty-result"} {
				if kind == "empty-result" && slices.Contains(without, name) {
					continue
				}
				err := ask(t.Context(), openFor(t, name, name+"="+kind))
				if e := asError(t, err); e.Kind != source.KindAnswer || !strings.Contains(err.Error()+e.Operation, name) {
					t.Errorf("%s: %v (%s)", kind, err, e.Kind)
				}
			}
			// Without the fault there is nothing to complain of.
			if err := ask(t.Context(), openFor(t, name)); err != nil && name != "DecodeAuthorizationMessage" {
				t.Errorf("without a fault: %v", err)
			}
		})
	}
}

// TestAllCallsAreTested: the table of calls knows every operation of the SDK
// that the package's source names, and those of the small clients.
func TestAllCallsAreTested(t *testing.T) {
	t.Parallel()
	var files []string
	for _, pattern := range []string{"*.go", "ec2/*.go", "ecs/*.go", "eks/*.go", "organizations/*.go", "config/*.go", "states/*.go", "s3/*.go"} {
		more, err := filepath.Glob(pattern)
		if err != nil || len(more) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(more), err)
		}
		files = append(files, more...)
	}
	var found []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if f, ok := n.(*ast.FuncDecl); ok && strings.Contains(file, "/") && f.Recv != nil && f.Name.IsExported() {
				found = append(found, f.Name.Name)
			}
			if lit, ok := n.(*ast.CompositeLit); ok {
				if sel, ok := lit.Type.(*ast.SelectorExpr); ok && strings.HasSuffix(sel.Sel.Name, "Input") {
					found = append(found, strings.TrimSuffix(sel.Sel.Name, "Input"))
				}
			}
			return true
		})
	}
	for _, name := range found {
		if calls[name] == nil {
			t.Errorf("%s has no test with an empty answer", name)
		}
	}
	if len(found) < len(calls) {
		t.Errorf("%d operations are called, %d tested", len(found), len(calls))
	}
}

// lists are the operations that answer in pages, with the protocols that say
// IsTruncated first.
var lists = []string{
	"SimulatePrincipalPolicy", "ListRolePolicies", "ListAttachedRolePolicies", "ListUserPolicies", "ListAttachedUserPolicies",
	"ListGroupsForUser", "ListGroupPolicies", "ListAttachedGroupPolicies", "ListRoles", "GetAccountAuthorizationDetails", "ListPolicyVersions",
}

var tokenLists = []string{
	"ListFunctions", "ListBuckets", "ListTaskDefinitionFamilies", "ListClusters", "ListParents", "ListPoliciesForTarget",
	"ListRoots", "ListAccountsForParent", "ListOrganizationalUnitsForParent", "ListTagsForResource", "SelectAggregateResourceConfig",
}

// TestPagesThatLeadNowhere: a marker that repeats, and a page that is not the
// last and does not say where the next one begins.
func TestPagesThatLeadNowhere(t *testing.T) {
	t.Parallel()
	check := func(name, kind string) {
		t.Run(name+"="+kind, func(t *testing.T) {
			t.Parallel()
			err := calls[name](t.Context(), openFor(t, name, name+"="+kind))
			if err == nil || asError(t, err).Kind != source.KindAnswer {
				t.Fatalf("%v", err)
			}
			if text := err.Error() + asError(t, err).Operation; !strings.Contains(text, "more") && !strings.Contains(text, "marker") {
				t.Errorf("%v", err)
			}
		})
	}
	for _, name := range lists {
		check(name, "same-marker")
		check(name, "lost-marker")
	}
	for _, name := range tokenLists {
		check(name, "same-marker")
	}
	t.Run("snapshot", func(t *testing.T) {
		t.Parallel()
		for _, name := range []string{"ListFunctions", "DescribeInstances", "ListPodIdentityAssociations"} {
			if err := snapshotGap(t.Context(), open(t, rich, name+"=same-marker")); err == nil || !strings.Contains(err.Error(), "marker") {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
