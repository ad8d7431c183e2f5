package awsapi

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"remotion-doctor/iam/account"
)

func (c *Client) organizations() *organizations.Client {
	return organizations.NewFromConfig(c.config, func(o *organizations.Options) { o.Region = c.globalRegion() })
}

// maxLevels bounds the way up: an organization has at most five levels of
// units below the root.
const maxLevels = 8

// readOrganization reads the policies above the account, root first. An account
// that is in no organization has none; SCPs and RCPs do not concern the
// management account; only that is kept.
// Source: Organizations User Guide, "Service control policies" and "Resource
// control policies".
func (t *taker) readOrganization(ctx context.Context, _ string, keep func(account.Snapshot, string) error) error {
	client := t.organizations()
	out, err := client.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	if hasCode(err, "AWSOrganizationsNotInUseException") {
		return keep(account.Snapshot{}, "")
	}
	if err != nil {
		return err
	}
	id, _ := t.known()
	if out.Organization == nil || aws.ToString(out.Organization.MasterAccountId) == "" {
		return wrongAnswer("organizations:DescribeOrganization", "it has no organization")
	}
	found := account.Organization{ID: aws.ToString(out.Organization.Id), ManagementAccountID: aws.ToString(out.Organization.MasterAccountId)}
	if found.ManagementAccountID == id {
		return keep(account.Snapshot{Organization: &found}, "")
	}
	chain, err := chainOf(ctx, client, id)
	if err != nil {
		return err
	}
	r := organizationReader{client: client, documents: map[string]account.Document{}}
	if found.ServiceControlPolicies, err = r.levels(ctx, chain, types.PolicyTypeServiceControlPolicy); err != nil {
		return err
	}
	if found.ResourceControlPolicies, err = r.levels(ctx, chain, types.PolicyTypeResourceControlPolicy); err != nil {
		return err
	}
	return keep(account.Snapshot{Organization: &found}, "")
}

// chainOf returns the ids from the root to an account.
func chainOf(ctx context.Context, client *organizations.Client, id string) ([]string, error) {
	const operation = "organizations:ListParents"
	chain := []string{id}
	for len(chain) < maxLevels {
		child := chain[len(chain)-1]
		parents, err := collect(ctx, operation, func(ctx context.Context, token *string) (page[types.Parent], error) {
			out, err := client.ListParents(ctx, &organizations.ListParentsInput{ChildId: &child, NextToken: token})
			if err != nil {
				return page[types.Parent]{}, err
			}
			return tokenPage(out.Parents, out.NextToken), nil
		})
		if err != nil {
			return nil, err
		}
		if len(parents) != 1 || slices.Contains(chain, aws.ToString(parents[0].Id)) || aws.ToString(parents[0].Id) == "" {
			return nil, wrongAnswer(operation, "%q has not one parent of its own", child)
		}
		chain = append(chain, aws.ToString(parents[0].Id))
		if parents[0].Type == types.ParentTypeRoot {
			slices.Reverse(chain)
			return chain, nil
		}
	}
	return nil, wrongAnswer(operation, "the account is more than %d levels below the root", maxLevels)
}

// An organizationReader reads each policy once.
type organizationReader struct {
	client    *organizations.Client
	documents map[string]account.Document
}

// levels returns the policies of a type that are attached along the chain; none
// where the type is not enabled.
func (r *organizationReader) levels(ctx context.Context, chain []string, kind types.PolicyType) ([][]account.NamedPolicy, error) {
	var out [][]account.NamedPolicy
	for _, target := range chain {
		level := []account.NamedPolicy{}
		policies, err := collect(ctx, "organizations:ListPoliciesForTarget", func(ctx context.Context, token *string) (page[types.PolicySummary], error) {
			out, err := r.client.ListPoliciesForTarget(ctx, &organizations.ListPoliciesForTargetInput{TargetId: &target, Filter: kind, NextToken: token})
			if err != nil {
				return page[types.PolicySummary]{}, err
			}
			return tokenPage(out.Policies, out.NextToken), nil
		})
		if err != nil {
			return nil, err
		}
		for _, p := range policies {
			doc, err := r.document(ctx, aws.ToString(p.Id))
			if err != nil {
				return nil, err
			}
			level = append(level, account.NamedPolicy{Name: aws.ToString(p.Name), Document: doc})
		}
		out = append(out, level)
	}
	// Where a type is not enabled nothing of it is attached anywhere; where it
	// is, every entity has at least one.
	if slices.ContainsFunc(out, func(l []account.NamedPolicy) bool { return len(l) > 0 }) {
		return out, nil
	}
	return nil, nil
}

func (r *organizationReader) document(ctx context.Context, id string) (account.Document, error) {
	if d, ok := r.documents[id]; ok {
		return d, nil
	}
	out, err := r.client.DescribePolicy(ctx, &organizations.DescribePolicyInput{PolicyId: &id})
	const operation = "organizations:DescribePolicy"
	switch {
	case err != nil:
		return account.Document{}, err
	case out.Policy == nil || isEmpty(aws.ToString(out.Policy.Content)):
		return account.Document{}, wrongAnswer(operation, "it has no document of the policy %q", id)
	case out.Policy.PolicySummary != nil && aws.ToString(out.Policy.PolicySummary.Id) != id:
		return account.Document{}, wrongAnswer(operation, "asked for the policy %q, it has %q", id, aws.ToString(out.Policy.PolicySummary.Id))
	}
	d := account.Document{Text: aws.ToString(out.Policy.Content)}
	r.documents[id] = d
	return d, nil
}
