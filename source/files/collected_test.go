package files

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"remotion-doctor/iam/account"
)

// TestCollected reads an account that iam-collect has stored: paths in lower case
// and encoded, files only for what is not empty.
func TestCollected(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	base := filepath.Join(root, "aws", "aws", "accounts", "123456789012")
	for path, value := range map[string]any{
		"iam/role/video-api/metadata":          map[string]string{"arn": "arn:aws:iam::123456789012:role/svc/Video-API", "name": "Video-API", "path": "/svc/", "id": "AROA1", "permissionBoundary": "arn:aws:iam::123456789012:policy/Edge"},
		"iam/role/video-api/inline-policies":   []any{map[string]any{"PolicyName": "p", "PolicyDocument": map[string]any{"Version": "2012-10-17", "Statement": []any{}}}},
		"iam/role/video-api/managed-policies":  []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"},
		"iam/role/video-api/trust-policy":      map[string]any{"Version": "2012-10-17"},
		"iam/role/video-api/tags":              map[string]string{"team": "video"},
		"iam/user/ann/metadata":                map[string]string{"arn": "arn:aws:iam::123456789012:user/Ann", "name": "Ann"},
		"iam/user/ann/groups":                  []string{"arn:aws:iam::123456789012:group/Ops"},
		"iam/group/ops/metadata":               map[string]string{"arn": "arn:aws:iam::123456789012:group/Ops", "name": "Ops"},
		"iam/policy/edge/metadata":             map[string]string{"arn": "arn:aws:iam::123456789012:policy/Edge", "name": "Edge", "defaultVersionId": "v3"},
		"iam/policy/edge/current-policy":       map[string]any{"Version": "2012-10-17"},
		"s3/remotionlambda-x/metadata":         map[string]string{"name": "remotionlambda-x"},
		"s3/remotionlambda-x/policy":           map[string]any{"Version": "2012-10-17"},
		"lambda/us-east-1/function/f/metadata": map[string]string{"arn": "arn:aws:lambda:us-east-1:123456789012:function:F", "name": "F", "role": "arn:aws:iam::123456789012:role/svc/Video-API"},
	} {
		full := filepath.Join(base, filepath.FromSlash(path)+".json")
		data, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	list, err := CollectedIn(root)
	if err != nil || len(list) != 1 || list[0].ID != "123456789012" || list[0].Partition != "aws" {
		t.Fatal(list, err)
	}
	got, err := list[0].Read()
	if err != nil {
		t.Fatal(err)
	}
	doc := account.Document{Text: `{"Version":"2012-10-17"}`}
	want := &account.Snapshot{
		Version: 1, AccountID: "123456789012", Partition: "aws", Gaps: got.Gaps,
		AuthorizationDetails: account.AuthorizationDetails{
			Roles: []account.Role{{
				Path: "/svc/", RoleName: "Video-API", RoleID: "AROA1", Arn: "arn:aws:iam::123456789012:role/svc/Video-API", AssumeRolePolicyDocument: &doc,
				RolePolicyList:          []account.InlinePolicy{{PolicyName: "p", PolicyDocument: account.Document{Text: `{"Statement":[],"Version":"2012-10-17"}`}}},
				AttachedManagedPolicies: []account.AttachedPolicy{{PolicyName: "ReadOnlyAccess", PolicyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess"}},
				PermissionsBoundary:     &account.AttachedBoundary{PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: "arn:aws:iam::123456789012:policy/Edge"},
				Tags:                    []account.Tag{{Key: "team", Value: "video"}},
			}},
			Users:    []account.User{{UserName: "Ann", Arn: "arn:aws:iam::123456789012:user/Ann", GroupList: []string{"Ops"}}},
			Groups:   []account.Group{{GroupName: "Ops", Arn: "arn:aws:iam::123456789012:group/Ops"}},
			Policies: []account.ManagedPolicy{{PolicyName: "Edge", Arn: "arn:aws:iam::123456789012:policy/Edge", DefaultVersionID: "v3", PolicyVersionList: []account.PolicyVersion{{VersionID: "v3", IsDefaultVersion: true, Document: doc}}}},
		},
		BucketPolicies: map[string]account.Document{"remotionlambda-x": doc},
		Functions:      []account.Function{{FunctionName: "F", FunctionArn: "arn:aws:lambda:us-east-1:123456789012:function:F", Role: "arn:aws:iam::123456789012:role/svc/Video-API"}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if len(got.Gaps) != 1 || !strings.HasPrefix(got.Gaps[0].Operation, "organizations:") {
		t.Errorf("gaps: %+v", got.Gaps)
	}
	if err := os.WriteFile(filepath.Join(base, "iam/role/video-api/tags.json"), []byte("["), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := list[0].Read(); err == nil || !strings.Contains(err.Error(), "tags.json") {
		t.Errorf("a broken file: %v", err)
	}
	if list, err := CollectedIn(t.TempDir()); err != nil || len(list) != 0 {
		t.Errorf("an empty folder: %v, %v", list, err)
	}
}
