// Package organizations asks Organizations about the policies above an account, by
// package wire.
//
// Source: AWS Organizations API Reference, "DescribeOrganization", "ListParents",
// "ListPoliciesForTarget" and "DescribePolicy", version 2016-11-28.
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
