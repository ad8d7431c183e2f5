package files

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"remotion-doctor/iam/account"
	"remotion-doctor/source"
)

// A Collected is an account in the storage of iam-collect: a folder a resource, a
// JSON file a kind of data.
//
// Source: cloud-copilot/iam-collect 0.1.206, docs/Storage.md and src/persistence:
// aws/PARTITION/accounts/ID/SERVICE/[REGION/][TYPE/]NAME/KIND.json; paths are in
// lower case and encoded, the true name is in metadata.json; a kind that is empty
// has no file.
type Collected struct{ ID, Partition, Folder string }

// CollectedIn returns the accounts in iam-collect's storage, and none where a
// folder is no such storage.
func CollectedIn(folder string) ([]Collected, error) {
	paths, err := fs.Glob(os.DirFS(folder), "aws/*/accounts/*")
	if err != nil {
		return nil, err
	}
	var out []Collected
	for _, p := range paths {
		id, p := path.Base(p), filepath.Join(folder, filepath.FromSlash(p))
		if len(id) == 12 && strings.Trim(id, "0123456789") == "" {
			out = append(out, Collected{ID: id, Partition: filepath.Base(filepath.Dir(filepath.Dir(p))), Folder: p})
		}
	}
	slices.SortFunc(out, func(a, b Collected) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

// Read returns what is in the storage of the account. What it has no files for,
// buckets' policies and those of the organization apart, is not there; the policies
// of the organization are a gap. The error is a [*source.Error] that names the file.
func (c *Collected) Read() (*account.Snapshot, error) {
	out := &account.Snapshot{Version: 1, AccountID: c.ID, Partition: c.Partition, Gaps: []account.Gap{{
		Operation: "organizations:ListPoliciesForTarget", Reason: "iam-collect's files of the organization are not read", Affects: "whether a service or resource control policy stops what the role is granted",
	}}}
	r := collectedReader{out: out}
	for kind, read := range map[string]func(folder string, m *collectedIdentity){"role": r.role, "user": r.user, "group": r.group, "policy": r.policy} {
		r.each(filepath.Join(c.Folder, "iam", kind), read)
	}
	r.each(filepath.Join(c.Folder, "s3"), r.bucket)
	regions, err := os.ReadDir(filepath.Join(c.Folder, "lambda"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fileError(err)
	}
	for _, region := range regions {
		r.each(filepath.Join(c.Folder, "lambda", region.Name(), "function"), r.function)
	}
	d := &out.AuthorizationDetails
	slices.SortFunc(d.Roles, func(a, b account.Role) int { return strings.Compare(a.Arn, b.Arn) })
	slices.SortFunc(d.Users, func(a, b account.User) int { return strings.Compare(a.Arn, b.Arn) })
	return out, r.err
}

// A collectedIdentity is metadata.json.
type collectedIdentity struct {
	ARN      string `json:"arn"`
	Name     string `json:"name"`
	ID       string `json:"id"`
	Path     string `json:"path"`
	Boundary string `json:"permissionBoundary"`
	Default  string `json:"defaultVersionId"`
	Role     string `json:"role"`
}

// A collectedReader reads folders and keeps the first error.
type collectedReader struct {
	out *account.Snapshot
	err error
}

// each reads every resource in a folder.
func (r *collectedReader) each(folder string, read func(folder string, m *collectedIdentity)) {
	list, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && r.err == nil {
		r.err = fileError(err)
	}
	for _, e := range list {
		if !e.IsDir() || r.err != nil {
			continue
		}
		m := &collectedIdentity{}
		at := filepath.Join(folder, e.Name())
		r.read(at, "metadata", m)
		read(at, m)
	}
}

// read reads a kind of data, where there is some, and reports whether there is.
func (r *collectedReader) read(folder, kind string, into any) bool {
	path := filepath.Join(folder, kind+".json")
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil && r.err == nil {
		r.err = &source.Error{Op: "reading " + Name(path), Kind: source.KindInput, Msg: err.Error(), Hint: "collect the account again", Err: err}
	}
	return err == nil
}

func (r *collectedReader) inline(folder string) (out []account.InlinePolicy) {
	r.read(folder, "inline-policies", &out)
	return out
}

func (r *collectedReader) managed(folder string) []account.AttachedPolicy {
	var arns []string
	r.read(folder, "managed-policies", &arns)
	var out []account.AttachedPolicy
	for _, arn := range arns {
		out = append(out, account.AttachedPolicy{PolicyName: arn[strings.LastIndexByte(arn, '/')+1:], PolicyArn: arn})
	}
	return out
}

func boundary(arn string) *account.AttachedBoundary {
	if arn == "" {
		return nil
	}
	return &account.AttachedBoundary{PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: arn}
}

// collectedTags are an object of tags, or AWS's list of them.
type collectedTags []account.Tag

// UnmarshalJSON reads both forms.
func (t *collectedTags) UnmarshalJSON(data []byte) error {
	named := map[string]string{}
	if err := json.Unmarshal(data, &named); err != nil {
		return json.Unmarshal(data, (*[]account.Tag)(t))
	}
	for k, v := range named {
		*t = append(*t, account.Tag{Key: k, Value: v})
	}
	return nil
}

func (r *collectedReader) tags(folder string) []account.Tag {
	var out collectedTags
	r.read(folder, "tags", &out)
	slices.SortFunc(out, func(a, b account.Tag) int { return strings.Compare(a.Key, b.Key) })
	return out
}

func (r *collectedReader) role(folder string, m *collectedIdentity) {
	role := account.Role{Path: m.Path, RoleName: m.Name, RoleID: m.ID, Arn: m.ARN, RolePolicyList: r.inline(folder), AttachedManagedPolicies: r.managed(folder), PermissionsBoundary: boundary(m.Boundary), Tags: r.tags(folder)}
	trust := &account.Document{}
	if r.read(folder, "trust-policy", trust) {
		role.AssumeRolePolicyDocument = trust
	}
	d := &r.out.AuthorizationDetails
	d.Roles = append(d.Roles, role)
}

func (r *collectedReader) user(folder string, m *collectedIdentity) {
	u := account.User{Path: m.Path, UserName: m.Name, UserID: m.ID, Arn: m.ARN, UserPolicyList: r.inline(folder), AttachedManagedPolicies: r.managed(folder), PermissionsBoundary: boundary(m.Boundary), Tags: r.tags(folder)}
	var groups []string
	r.read(folder, "groups", &groups)
	for _, g := range groups {
		u.GroupList = append(u.GroupList, g[strings.LastIndexByte(g, '/')+1:])
	}
	d := &r.out.AuthorizationDetails
	d.Users = append(d.Users, u)
}

func (r *collectedReader) group(folder string, m *collectedIdentity) {
	d := &r.out.AuthorizationDetails
	d.Groups = append(d.Groups, account.Group{Path: m.Path, GroupName: m.Name, GroupID: m.ID, Arn: m.ARN, GroupPolicyList: r.inline(folder), AttachedManagedPolicies: r.managed(folder)})
}

func (r *collectedReader) policy(folder string, m *collectedIdentity) {
	p := account.ManagedPolicy{PolicyName: m.Name, Arn: m.ARN, Path: m.Path, DefaultVersionID: m.Default}
	doc := account.Document{}
	if r.read(folder, "current-policy", &doc) {
		p.PolicyVersionList = []account.PolicyVersion{{VersionID: m.Default, IsDefaultVersion: true, Document: doc}}
	}
	d := &r.out.AuthorizationDetails
	d.Policies = append(d.Policies, p)
}

func (r *collectedReader) bucket(folder string, m *collectedIdentity) {
	doc := account.Document{}
	if !r.read(folder, "policy", &doc) || m.Name == "" {
		return
	}
	if r.out.BucketPolicies == nil {
		r.out.BucketPolicies = map[string]account.Document{}
	}
	r.out.BucketPolicies[m.Name] = doc
}

func (r *collectedReader) function(_ string, m *collectedIdentity) {
	if m.Role != "" {
		r.out.Functions = append(r.out.Functions, account.Function{FunctionName: m.Name, FunctionArn: m.ARN, Role: m.Role})
	}
}
