package awsapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// An identityLists reads the policies of a role, a user or a group: IAM has
// operations of their own for each of them.
type identityLists struct {
	inline   func(context.Context) ([]string, error)
	document func(ctx context.Context, policyName string) (*string, error)
	attached func(context.Context) ([]types.AttachedPolicy, error)
}

func roleLists(client *iam.Client, name string) identityLists {
	return identityLists{
		inline: func(ctx context.Context) ([]string, error) {
			pages := iam.NewListRolePoliciesPaginator(client, &iam.ListRolePoliciesInput{RoleName: &name})
			return collect(ctx, pages, func(p *iam.ListRolePoliciesOutput) []string { return p.PolicyNames })
		},
		document: func(ctx context.Context, policyName string) (*string, error) {
			out, err := client.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: &name, PolicyName: &policyName})
			if err != nil {
				return nil, err
			}
			return out.PolicyDocument, nil
		},
		attached: func(ctx context.Context) ([]types.AttachedPolicy, error) {
			pages := iam.NewListAttachedRolePoliciesPaginator(client, &iam.ListAttachedRolePoliciesInput{RoleName: &name})
			return collect(ctx, pages, func(p *iam.ListAttachedRolePoliciesOutput) []types.AttachedPolicy { return p.AttachedPolicies })
		},
	}
}

func userLists(client *iam.Client, name string) identityLists {
	return identityLists{
		inline: func(ctx context.Context) ([]string, error) {
			pages := iam.NewListUserPoliciesPaginator(client, &iam.ListUserPoliciesInput{UserName: &name})
			return collect(ctx, pages, func(p *iam.ListUserPoliciesOutput) []string { return p.PolicyNames })
		},
		document: func(ctx context.Context, policyName string) (*string, error) {
			out, err := client.GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: &name, PolicyName: &policyName})
			if err != nil {
				return nil, err
			}
			return out.PolicyDocument, nil
		},
		attached: func(ctx context.Context) ([]types.AttachedPolicy, error) {
			pages := iam.NewListAttachedUserPoliciesPaginator(client, &iam.ListAttachedUserPoliciesInput{UserName: &name})
			return collect(ctx, pages, func(p *iam.ListAttachedUserPoliciesOutput) []types.AttachedPolicy { return p.AttachedPolicies })
		},
	}
}

func groupLists(client *iam.Client, name string) identityLists {
	return identityLists{
		inline: func(ctx context.Context) ([]string, error) {
			pages := iam.NewListGroupPoliciesPaginator(client, &iam.ListGroupPoliciesInput{GroupName: &name})
			return collect(ctx, pages, func(p *iam.ListGroupPoliciesOutput) []string { return p.PolicyNames })
		},
		document: func(ctx context.Context, policyName string) (*string, error) {
			out, err := client.GetGroupPolicy(ctx, &iam.GetGroupPolicyInput{GroupName: &name, PolicyName: &policyName})
			if err != nil {
				return nil, err
			}
			return out.PolicyDocument, nil
		},
		attached: func(ctx context.Context) ([]types.AttachedPolicy, error) {
			pages := iam.NewListAttachedGroupPoliciesPaginator(client, &iam.ListAttachedGroupPoliciesInput{GroupName: &name})
			return collect(ctx, pages, func(p *iam.ListAttachedGroupPoliciesOutput) []types.AttachedPolicy { return p.AttachedPolicies })
		},
	}
}
