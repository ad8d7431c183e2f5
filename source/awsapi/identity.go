package awsapi

import (
	"context"

	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// An identityLists reads the policies of a role, a user or a group: IAM has
// operations of their own for each of them.
type identityLists struct {
	inline   func(context.Context) ([]string, error)
	document func(ctx context.Context, policyName string) (*string, error)
	attached func(context.Context) ([]types.AttachedPolicy, error)
}

func roleLists(client *awsiam.Client, name string) identityLists {
	return identityLists{
		inline: func(ctx context.Context) ([]string, error) {
			pages := awsiam.NewListRolePoliciesPaginator(client, &awsiam.ListRolePoliciesInput{RoleName: &name})
			return collect(ctx, pages, func(p *awsiam.ListRolePoliciesOutput) []string { return p.PolicyNames })
		},
		document: func(ctx context.Context, policyName string) (*string, error) {
			out, err := client.GetRolePolicy(ctx, &awsiam.GetRolePolicyInput{RoleName: &name, PolicyName: &policyName})
			if err != nil {
				return nil, err
			}
			return out.PolicyDocument, nil
		},
		attached: func(ctx context.Context) ([]types.AttachedPolicy, error) {
			pages := awsiam.NewListAttachedRolePoliciesPaginator(client, &awsiam.ListAttachedRolePoliciesInput{RoleName: &name})
			return collect(ctx, pages, func(p *awsiam.ListAttachedRolePoliciesOutput) []types.AttachedPolicy { return p.AttachedPolicies })
		},
	}
}

func userLists(client *awsiam.Client, name string) identityLists {
	return identityLists{
		inline: func(ctx context.Context) ([]string, error) {
			pages := awsiam.NewListUserPoliciesPaginator(client, &awsiam.ListUserPoliciesInput{UserName: &name})
			return collect(ctx, pages, func(p *awsiam.ListUserPoliciesOutput) []string { return p.PolicyNames })
		},
		document: func(ctx context.Context, policyName string) (*string, error) {
			out, err := client.GetUserPolicy(ctx, &awsiam.GetUserPolicyInput{UserName: &name, PolicyName: &policyName})
			if err != nil {
				return nil, err
			}
			return out.PolicyDocument, nil
		},
		attached: func(ctx context.Context) ([]types.AttachedPolicy, error) {
			pages := awsiam.NewListAttachedUserPoliciesPaginator(client, &awsiam.ListAttachedUserPoliciesInput{UserName: &name})
			return collect(ctx, pages, func(p *awsiam.ListAttachedUserPoliciesOutput) []types.AttachedPolicy { return p.AttachedPolicies })
		},
	}
}

func groupLists(client *awsiam.Client, name string) identityLists {
	return identityLists{
		inline: func(ctx context.Context) ([]string, error) {
			pages := awsiam.NewListGroupPoliciesPaginator(client, &awsiam.ListGroupPoliciesInput{GroupName: &name})
			return collect(ctx, pages, func(p *awsiam.ListGroupPoliciesOutput) []string { return p.PolicyNames })
		},
		document: func(ctx context.Context, policyName string) (*string, error) {
			out, err := client.GetGroupPolicy(ctx, &awsiam.GetGroupPolicyInput{GroupName: &name, PolicyName: &policyName})
			if err != nil {
				return nil, err
			}
			return out.PolicyDocument, nil
		},
		attached: func(ctx context.Context) ([]types.AttachedPolicy, error) {
			pages := awsiam.NewListAttachedGroupPoliciesPaginator(client, &awsiam.ListAttachedGroupPoliciesInput{GroupName: &name})
			return collect(ctx, pages, func(p *awsiam.ListAttachedGroupPoliciesOutput) []types.AttachedPolicy { return p.AttachedPolicies })
		},
	}
}
