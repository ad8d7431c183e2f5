package localaws

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"remotion-doctor/iam/account"
)

// A Directory is what Organizations knows of the accounts, in the shapes of its API:
// the file organization.json in a folder of snapshots.
type Directory struct {
	// Management is the account that may ask Organizations.
	Management string `json:"MasterAccountId,omitzero"`
	Accounts   []Member
	Units      []Unit
	// Policies are those in addition to FullAWSAccess and RCPFullAWSAccess, which every
	// root, unit and account has.
	Policies []Attached
}

// An Attached is a policy of the organization with what it is attached to.
type Attached struct {
	ID      string `json:"Id"`
	Name    string
	Type    string // SERVICE_CONTROL_POLICY or RESOURCE_CONTROL_POLICY
	Content json.RawMessage
	Targets []string
}

// A Member is an account of an organization.
type Member struct {
	ID     string `json:"Id"`
	Name   string
	Status string // ACTIVE, SUSPENDED or PENDING_CLOSURE
	// Parent is the unit or root that it is in.
	Parent string        `json:"ParentId,omitzero"`
	Tags   []account.Tag `json:",omitempty"`
	// OffRegions are Regions that are not enabled in the account.
	OffRegions []string `json:",omitempty"`
}

// A Unit is an organizational unit.
type Unit struct {
	ID     string `json:"Id"`
	Name   string
	Parent string `json:"ParentId,omitzero"`
}

// rootID is the root of every directory.
const rootID = "r-root"

// ReadDirectory reads organization.json in a folder; the zero Directory where there
// is none.
func ReadDirectory(folder string) (Directory, error) {
	var d Directory
	data, err := os.ReadFile(filepath.Join(folder, "organization.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return d, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &d)
	}
	if err != nil {
		err = fmt.Errorf("organization.json: %w", err)
	}
	return d, err
}

// with completes a directory: every snapshot is an account, active and in the root
// unless it says otherwise.
func (d Directory) with(snapshots []*account.Snapshot, home string) Directory {
	d.Management = cmp.Or(d.Management, home)
	d.Accounts = slices.Clone(d.Accounts)
	for _, s := range snapshots {
		if !slices.ContainsFunc(d.Accounts, func(m Member) bool { return m.ID == s.AccountID }) {
			d.Accounts = append(d.Accounts, Member{ID: s.AccountID})
		}
	}
	for i := range d.Accounts {
		m := &d.Accounts[i]
		m.Name, m.Status, m.Parent = cmp.Or(m.Name, "account-"+m.ID), cmp.Or(m.Status, "ACTIVE"), cmp.Or(m.Parent, rootID)
	}
	slices.SortFunc(d.Accounts, func(a, b Member) int { return strings.Compare(a.ID, b.ID) })
	return d
}

func (d *Directory) account(id string) Member {
	if i := slices.IndexFunc(d.Accounts, func(m Member) bool { return m.ID == id }); i >= 0 {
		return d.Accounts[i]
	}
	return Member{}
}

// listing are the operations about the whole organization.
var listing = map[string]func(d *Directory, in organizationRequest) (any, apiError){
	"ListAccounts":                     (*Directory).listAccounts,
	"ListAccountsForParent":            (*Directory).listAccountsFor,
	"ListRoots":                        (*Directory).listRoots,
	"ListOrganizationalUnitsForParent": (*Directory).listUnits,
	"ListTagsForResource":              (*Directory).listTags,
	"ListParents":                      (*Directory).listParents,
	"ListPoliciesForTarget":            (*Directory).listPolicies,
	"DescribePolicy":                   (*Directory).describePolicy,
	"DescribeOrganizationalUnit":       (*Directory).describeUnit,
}

// pageSize is how many accounts a page has.
// Source: Organizations API Reference, "ListAccounts": MaxResults up to 20.
const pageSize = 20

func (d *Directory) listAccounts(in organizationRequest) (any, apiError) {
	return d.members(in, func(Member) bool { return true })
}

func (d *Directory) listAccountsFor(in organizationRequest) (any, apiError) {
	if !d.has(in.ParentID) {
		return nil, apiError{"ParentNotFoundException", 400, "You specified parent that doesn't exist."}
	}
	return d.members(in, func(m Member) bool { return m.Parent == in.ParentID })
}

func (d *Directory) has(id string) bool {
	return id == rootID || slices.ContainsFunc(d.Units, func(u Unit) bool { return u.ID == id })
}

func (d *Directory) members(in organizationRequest, of func(Member) bool) (any, apiError) {
	var all []map[string]string
	for _, m := range d.Accounts {
		if of(m) {
			all = append(all, map[string]string{"Id": m.ID, "Name": m.Name, "Status": m.Status, "Arn": "arn:aws:organizations::" + d.Management + ":account/o-snapshot/" + m.ID})
		}
	}
	list, next, err := pagedBy(all, in.NextToken, pageSize)
	return map[string]any{"Accounts": list, "NextToken": next}, err
}

func (d *Directory) listRoots(organizationRequest) (any, apiError) {
	return map[string]any{"Roots": []any{map[string]string{"Id": rootID, "Name": "Root"}}}, apiError{}
}

func (d *Directory) listUnits(in organizationRequest) (any, apiError) {
	if !d.has(in.ParentID) {
		return nil, apiError{"ParentNotFoundException", 400, "You specified parent that doesn't exist."}
	}
	var all []map[string]string
	for _, u := range d.Units {
		if cmp.Or(u.Parent, rootID) == in.ParentID {
			all = append(all, map[string]string{"Id": u.ID, "Name": u.Name})
		}
	}
	list, next, err := pagedBy(all, in.NextToken, pageSize)
	return map[string]any{"OrganizationalUnits": list, "NextToken": next}, err
}

func (d *Directory) describeUnit(in organizationRequest) (any, apiError) {
	for _, u := range d.Units {
		if u.ID == in.UnitID {
			return map[string]any{"OrganizationalUnit": map[string]string{"Id": u.ID, "Name": u.Name}}, apiError{}
		}
	}
	return nil, apiError{"OrganizationalUnitNotFoundException", 400, "You specified an organizational unit that doesn't exist."}
}

func (d *Directory) listTags(in organizationRequest) (any, apiError) {
	m := d.account(in.ResourceID)
	if m.ID == "" {
		return nil, apiError{"TargetNotFoundException", 400, "You specified a target that does not exist."}
	}
	return map[string]any{"Tags": append([]account.Tag{}, m.Tags...)}, apiError{}
}

func (d *Directory) listParents(in organizationRequest) (any, apiError) {
	parent := d.account(in.ChildID).Parent
	for _, u := range d.Units {
		if u.ID == in.ChildID {
			parent = cmp.Or(u.Parent, rootID)
		}
	}
	if parent == "" {
		return nil, apiError{"ChildNotFoundException", 400, "You specified a child that does not exist."}
	}
	kind := "ORGANIZATIONAL_UNIT"
	if parent == rootID {
		kind = "ROOT"
	}
	return map[string]any{"Parents": []any{map[string]string{"Id": parent, "Type": kind}}}, apiError{}
}

// everything are the policies that AWS attaches everywhere.
// Source: Organizations User Guide, "Service control policies" and "Resource control
// policies".
var everything = []Attached{
	{ID: "p-FullAWSAccess", Name: "FullAWSAccess", Type: "SERVICE_CONTROL_POLICY", Content: json.RawMessage(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`)},
	{ID: "p-RCPFullAWSAccess", Name: "RCPFullAWSAccess", Type: "RESOURCE_CONTROL_POLICY", Content: json.RawMessage(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`)},
}

func summary(p *Attached) map[string]any {
	return map[string]any{"Id": p.ID, "Name": p.Name, "Type": p.Type, "AwsManaged": strings.Contains(p.ID, "FullAWSAccess")}
}

func (d *Directory) listPolicies(in organizationRequest) (any, apiError) {
	if d.account(in.TargetID).ID == "" && !d.has(in.TargetID) {
		return nil, apiError{"TargetNotFoundException", 400, "You specified a target that does not exist."}
	}
	list := []any{}
	for i := range everything {
		if everything[i].Type == in.Filter {
			list = append(list, summary(&everything[i]))
		}
	}
	for i := range d.Policies {
		if p := &d.Policies[i]; p.Type == in.Filter && slices.Contains(p.Targets, in.TargetID) {
			list = append(list, summary(p))
		}
	}
	return map[string]any{"Policies": list}, apiError{}
}

func (d *Directory) describePolicy(in organizationRequest) (any, apiError) {
	for _, p := range slices.Concat(everything, d.Policies) {
		if p.ID == in.PolicyID {
			return map[string]any{"Policy": map[string]any{"PolicySummary": summary(&p), "Content": string(p.Content)}}, apiError{}
		}
	}
	return nil, apiError{"PolicyNotFoundException", 400, "You specified a policy that does not exist."}
}

func (d *Directory) describe() any {
	return map[string]any{"Organization": map[string]any{
		"Id": "o-snapshot", "Arn": "arn:aws:organizations::" + d.Management + ":organization/o-snapshot", "FeatureSet": "ALL",
		"MasterAccountId": d.Management, "MasterAccountArn": "arn:aws:organizations::" + d.Management + ":account/o-snapshot/" + d.Management,
	}}
}
