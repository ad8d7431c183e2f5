// Package organizations asks Organizations about its accounts, and the policies above one, by
// package wire.
//
// Source: AWS Organizations API Reference, "DescribeOrganization", "ListParents",
// "ListPoliciesForTarget", "DescribePolicy", "ListRoots",
// "ListOrganizationalUnitsForParent", "ListAccountsForParent" and
// "ListTagsForResource", version 2016-11-28.
package organizations

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"remotion-doctor/source/awsapi/wire"
)

// A Client asks Organizations.
type Client struct{ wire *wire.Client }

// New returns a client for the partition of a Region.
func New(cfg aws.Config, region string) *Client {
	return &Client{wire.New(cfg, wire.Service{ID: "Organizations", Name: "organizations", Host: host, Global: true, Errors: wire.JSONErrors}, region)}
}

// host: in GovCloud all endpoints are FIPS endpoints.
// Source: the rule set of service/organizations v1.62.7.
func host(p wire.Place) string {
	if p.Partition == "aws-us-gov" {
		p.FIPS = false
	}
	return p.Host("organizations")
}

// An Organization is what is asked for of an organization.
type Organization struct {
	ID                  string `json:"Id"`
	ManagementAccountID string `json:"MasterAccountId"`
}

// DescribeOrganization returns the organization that the caller's account belongs
// to; nil where the answer holds none.
func (c *Client) DescribeOrganization(ctx context.Context) (*Organization, error) {
	var out struct{ Organization *Organization }
	err := c.call(ctx, "DescribeOrganization", struct{}{}, &out)
	return out.Organization, err
}

// Root is the type of the parent that has no parent itself.
const Root = "ROOT"

// A Parent is what an account or a unit is in.
type Parent struct {
	ID   string `json:"Id"`
	Type string
}

// Parents is one page of parents.
type Parents struct {
	Parents   []Parent // nil where the answer holds no list
	NextToken *string
}

// ListParents returns the parents of an account or a unit; token is nil for the
// first page.
func (c *Client) ListParents(ctx context.Context, child string, token *string) (Parents, error) {
	var out Parents
	err := c.call(ctx, "ListParents", struct {
		ChildID   string  `json:"ChildId"`
		NextToken *string `json:",omitzero"`
	}{child, token}, &out)
	return out, err
}

// The types of policies.
const (
	ServiceControlPolicy  = "SERVICE_CONTROL_POLICY"
	ResourceControlPolicy = "RESOURCE_CONTROL_POLICY"
)

// A Summary says which policy there is.
type Summary struct {
	ID   string `json:"Id"`
	Name string
}

// Policies is one page of policies, without their documents.
type Policies struct {
	Policies  []Summary // nil where the answer holds no list
	NextToken *string
}

// ListPoliciesForTarget returns the policies of a type that are attached to a root,
// unit or account; token is nil for the first page.
func (c *Client) ListPoliciesForTarget(ctx context.Context, target, kind string, token *string) (Policies, error) {
	var out Policies
	err := c.call(ctx, "ListPoliciesForTarget", struct {
		TargetID  string `json:"TargetId"`
		Filter    string
		NextToken *string `json:",omitzero"`
	}{target, kind, token}, &out)
	return out, err
}

// A Policy is a policy with its document.
type Policy struct {
	Content       string
	PolicySummary *Summary // nil where the answer does not say
}

// DescribePolicy returns a policy; nil where the answer holds none.
func (c *Client) DescribePolicy(ctx context.Context, id string) (*Policy, error) {
	var out struct{ Policy *Policy }
	err := c.call(ctx, "DescribePolicy", struct {
		PolicyID string `json:"PolicyId"`
	}{id}, &out)
	return out.Policy, err
}

func (c *Client) call(ctx context.Context, operation string, in, out any) error {
	return c.wire.JSON(ctx, "AWSOrganizationsV20161128", operation, in, out)
}

// An Account is a member of an organization.
type Account struct {
	ID     string `json:"Id"`
	Name   string
	Status string // ACTIVE, SUSPENDED, PENDING_CLOSURE
	// State takes the place of Status (Organizations API Reference, "Account").
	State string
}

// Accounts is one page of accounts.
type Accounts struct {
	Accounts  []Account // nil where the answer holds no list
	NextToken *string
}

// ListAccountsForParent returns the accounts that are in a root or unit itself;
// token is nil for the first page.
func (c *Client) ListAccountsForParent(ctx context.Context, parent string, token *string) (Accounts, error) {
	var out Accounts
	err := c.call(ctx, "ListAccountsForParent", ofParent{parent, token}, &out)
	return out, err
}

// A Unit is a root or an organizational unit.
type Unit struct {
	ID   string `json:"Id"`
	Name string
}

// Units is one page of units.
type Units struct {
	Units     []Unit `json:"OrganizationalUnits"` // nil where the answer holds no list
	NextToken *string
}

type ofParent struct {
	ParentID  string  `json:"ParentId"`
	NextToken *string `json:",omitzero"`
}

// ListOrganizationalUnitsForParent returns the units that are in a root or unit
// itself; token is nil for the first page.
func (c *Client) ListOrganizationalUnitsForParent(ctx context.Context, parent string, token *string) (Units, error) {
	var out Units
	err := c.call(ctx, "ListOrganizationalUnitsForParent", ofParent{parent, token}, &out)
	return out, err
}

// Roots is one page of roots.
type Roots struct {
	Roots     []Unit // nil where the answer holds no list
	NextToken *string
}

// ListRoots returns the roots; token is nil for the first page.
func (c *Client) ListRoots(ctx context.Context, token *string) (Roots, error) {
	var out Roots
	err := c.call(ctx, "ListRoots", struct {
		NextToken *string `json:",omitzero"`
	}{token}, &out)
	return out, err
}

// A Tag is a tag of an account.
type Tag struct{ Key, Value string }

// Tags is one page of tags.
type Tags struct {
	Tags      []Tag // nil where the answer holds no list
	NextToken *string
}

// ListTagsForResource returns the tags of an account or unit; token is nil for the
// first page.
func (c *Client) ListTagsForResource(ctx context.Context, id string, token *string) (Tags, error) {
	var out Tags
	err := c.call(ctx, "ListTagsForResource", struct {
		ResourceID string  `json:"ResourceId"`
		NextToken  *string `json:",omitzero"`
	}{id, token}, &out)
	return out, err
}
