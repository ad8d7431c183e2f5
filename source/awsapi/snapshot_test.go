package awsapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"remotion-doctor/audit"
	"remotion-doctor/iam/account"
	"remotion-doctor/source"
)

// full adds to the demo account one thing of each kind, and so many roles that
// they need several pages.
func full(roles int) func(*account.Snapshot) {
	named := func(name, effect string) account.NamedPolicy {
		return account.NamedPolicy{Name: name, Document: account.Document{Text: "{\n \"Version\": \"2012-10-17\",\n \"Statement\": [{\"Effect\": \"" + effect + "\", \"Action\": \"*\", \"Resource\": \"*\"}]\n}"}}
	}
	return func(s *account.Snapshot) {
		for i := range roles {
			name := fmt.Sprintf("role-%04d", i)
			s.AuthorizationDetails.Roles = append(s.AuthorizationDetails.Roles, account.Role{
				Path: "/", RoleName: name, RoleID: fmt.Sprintf("AROA%017d", i), Arn: "arn:aws:iam::123456789012:role/" + name,
				Tags: []account.Tag{{Key: "team", Value: "a b+c"}},
			})
		}
		const role = "arn:aws:iam::123456789012:role/role-0000"
		s.TaskDefinitions = []account.TaskDefinition{{TaskDefinitionArn: "arn:aws:ecs:us-east-1:123456789012:task-definition/work:7", TaskRoleArn: role, ExecutionRoleArn: role}}
		s.PodIdentities = []account.PodIdentityAssociation{{ClusterName: "c", Namespace: "n", ServiceAccount: "s", RoleArn: role}}
		s.Buckets = []account.Bucket{{Name: "remotionlambda-useast1-abc", Region: "us-east-1", ObjectOwnership: "BucketOwnerEnforced"}, {Name: "other", Region: "us-east-1"}}
		s.BucketPolicies = map[string]account.Document{"remotionlambda-useast1-abc": named("", "Deny").Document}
		s.Organization = &account.Organization{
			ID: "o-a1b2c3d4e5", ManagementAccountID: "888888888888",
			ServiceControlPolicies:  [][]account.NamedPolicy{{named("root", "Allow")}, {named("unit", "Allow"), named("stop", "Deny")}, {named("own", "Allow")}},
			ResourceControlPolicies: [][]account.NamedPolicy{{named("rcp", "Allow")}, {}, {}},
		}
	}
}

// TestSnapshot: what is downloaded is what the account holds, page by page and
// through throttling.
func TestSnapshot(t *testing.T) {
	var served *account.Snapshot
	c := open(t, func(s *account.Snapshot) { full(1500)(s); served = s }, "GetAccountAuthorizationDetails=throttle:2", "ListFunctions=throttle:1", "DescribePolicy=500:1")
	pages := 0
	got, err := c.Snapshot(t.Context(), SnapshotOptions{Regions: []string{"us-east-1"}, Keep: func(p Part) error {
		if p.Step == "iam" {
			pages++
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if pages < 2 || len(got.Gaps) != 0 {
		t.Errorf("%d pages, gaps %+v", pages, got.Gaps)
	}
	names := func(s *account.Snapshot) (out []string) {
		for _, r := range s.AuthorizationDetails.Roles {
			out = append(out, r.Arn)
		}
		return out
	}
	if diff := cmp.Diff(names(served), names(got)); diff != "" {
		t.Error(diff)
	}
	for what, pair := range map[string][2]any{
		"organization": {served.Organization, got.Organization}, "tasks": {served.TaskDefinitions, got.TaskDefinitions}, "pods": {served.PodIdentities, got.PodIdentities},
		"buckets": {served.Buckets[:1], got.Buckets}, "bucket policies": {served.BucketPolicies, got.BucketPolicies}, "caller": {served.Caller, got.Caller},
		"tags": {served.AuthorizationDetails.Roles[len(served.AuthorizationDetails.Roles)-1].Tags, got.AuthorizationDetails.Roles[len(got.AuthorizationDetails.Roles)-1].Tags},
	} {
		if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
	for _, f := range served.Functions {
		if strings.Contains(f.FunctionArn, "us-east-1") {
			if have, err := got.Function(f.FunctionArn); err != nil || have.Role != f.Role {
				t.Errorf("function %s: %+v, %v", f.FunctionName, have, err)
			}
		}
	}
	if _, err := got.InstanceProfile("render-worker"); err != nil {
		t.Error(err)
	}
}

// TestSnapshotResumes: whatever part was kept last, the rest is the same.
func TestSnapshotResumes(t *testing.T) {
	c := open(t, full(2500))
	var parts []Part
	whole, err := c.Snapshot(t.Context(), SnapshotOptions{Regions: []string{"us-east-1"}, Keep: func(p Part) error { parts = append(parts, p); return nil }})
	if err != nil {
		t.Fatal(err)
	}
	want, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	for n := range parts {
		ctx, cancel := context.WithCancel(t.Context())
		var kept []Part
		if _, err := c.Snapshot(ctx, SnapshotOptions{Regions: []string{"us-east-1"}, Keep: func(p Part) error {
			if kept = append(kept, p); len(kept) == n+1 {
				cancel()
			}
			return nil
		}}); err == nil && n < len(parts)-1 {
			t.Errorf("after %d parts it was not interrupted", n+1)
		}
		cancel()
		again, err := c.Snapshot(t.Context(), SnapshotOptions{Regions: []string{"us-east-1"}, Resume: kept[:n+1]})
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(again)
		if err != nil || string(got) != string(want) {
			t.Errorf("from part %d (%s) on it differs, %v", n+1, kept[n].Step, err)
		}
	}
}

// TestSnapshotGaps: what may not be read is told, and what that leaves open.
func TestSnapshotGaps(t *testing.T) {
	for _, tt := range []struct{ fault, operation string }{
		{"ListFunctions=denied", "lambda:ListFunctions"},
		{"DescribeInstances=denied", "ec2:DescribeInstances"},
		{"ListTaskDefinitionFamilies=denied", "ecs:ListTaskDefinitionFamilies"},
		{"ListClusters=denied", "eks:ListClusters"},
		{"ListBuckets=denied", "s3:ListBuckets"},
		{"GetBucketPolicy=denied", "s3:GetBucketPolicy"},
		{"ListPoliciesForTarget=denied", "organizations:ListPoliciesForTarget"},
	} {
		s, err := open(t, full(1), tt.fault).Snapshot(t.Context(), SnapshotOptions{Regions: []string{"us-east-1"}})
		if err != nil || len(s.Gaps) != 1 || s.Gaps[0].Operation != tt.operation || s.Gaps[0].Affects == "" {
			t.Errorf("%s: %v", tt.fault, err)
		}
	}
	_, err := open(t, nil, "GetAccountAuthorizationDetails=denied").Snapshot(t.Context(), SnapshotOptions{Regions: []string{"us-east-1"}})
	if e, ok := errors.AsType[*source.Error](err); !ok || e.Kind != source.KindDenied {
		t.Errorf("without the account's roles: %v", err)
	}
	// An account that is in no organization lacks nothing.
	s, err := open(t, func(s *account.Snapshot) { s.Organization = nil }).Snapshot(t.Context(), SnapshotOptions{Regions: []string{"us-east-1"}})
	if err != nil || len(s.Gaps) != 0 || s.Organization != nil {
		t.Errorf("gaps %+v, organization %+v, %v", s.Gaps, s.Organization, err)
	}
}

// TestSnapshotOfManagement: of the management account, which the organization's
// policies do not restrict, none is kept.
func TestSnapshotOfManagement(t *testing.T) {
	s, err := open(t, func(s *account.Snapshot) { full(10)(s); s.Organization.ManagementAccountID = s.AccountID }).Snapshot(t.Context(), SnapshotOptions{Regions: []string{"us-east-1"}})
	if err != nil {
		t.Fatal(err)
	}
	want := &account.Organization{ID: "o-a1b2c3d4e5", ManagementAccountID: s.AccountID}
	if diff := cmp.Diff(want, s.Organization); diff != "" {
		t.Error(diff)
	}
}

// TestOnlyFor: what one check needs, and no more.
func TestOnlyFor(t *testing.T) {
	c := open(t, full(10))
	for _, target := range []audit.Target{
		{Kind: audit.TargetFunction, Name: "video-api"},
		{Kind: audit.TargetInstance, Name: "i-0a1b2c3d4e5f67890"},
		{Kind: audit.TargetUser, Name: "deployer"},
		{Kind: audit.TargetTaskDefinition, Name: "work"},
		{Kind: audit.TargetPodIdentity, Name: "c/n/s"},
		{Kind: audit.TargetInstanceProfile, Name: "render-worker"},
	} {
		r, err := c.Resolve(t.Context(), target)
		if err != nil {
			t.Fatal(err)
		}
		s, err := c.OnlyFor(t.Context(), []Resolved{{target, r}})
		if err != nil {
			t.Errorf("%s: %v", target, err)
			continue
		}
		if n := len(s.AuthorizationDetails.Roles) + len(s.AuthorizationDetails.Users); n != 1 || s.Organization == nil {
			t.Errorf("%s: %d principals, organization %v", target, n, s.Organization)
		}
		found := map[audit.TargetKind]func() error{
			audit.TargetFunction:        func() error { _, err := s.Function(target.Name); return err },
			audit.TargetInstance:        func() error { _, err := s.Instance(target.Name); return err },
			audit.TargetUser:            func() error { _, err := s.Group("video-team"); return err },
			audit.TargetTaskDefinition:  func() error { _, err := s.TaskDefinition(target.Name); return err },
			audit.TargetPodIdentity:     func() error { _, err := s.PodIdentity(target.Name); return err },
			audit.TargetInstanceProfile: func() error { _, err := s.InstanceProfile(target.Name); return err },
		}[target.Kind]
		if err := found(); err != nil {
			t.Errorf("%s is not found again: %v", target, err)
		}
	}
}
