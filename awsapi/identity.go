package awsapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// An identityLists reads the policies of a role, a user or a group: IAM has
// operations of their own for each of them.
type identityLists struct {
	inline   func(context.Context) ([]string, error)
	document func(ctx context.Context, policyName string) (string, error)
	attached func(context.Context) ([]types.AttachedPolicy, error)
}

func roleLists(client *iam.Client, name string) identityLists {
	return identityLists{
		inline: func(ctx context.Context) (out []string, err error) {
			pages := iam.NewListRolePoliciesPaginator(client, &iam.ListRolePoliciesInput{RoleName: &name})
			for pages.HasMorePages() {
				page, err := pages.NextPage(ctx)
				if err != nil {
					return nil, err
				}
				out = append(out, page.PolicyNames...)
			}
			return out, nil
		},
		document: func(ctx context.Context, policyName string) (string, error) {
			out, err := client.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: &name, PolicyName: &policyName})
			if err != nil {
				return "", err
			}
			return aws.ToString(out.PolicyDocument), nil
		},
		attached: func(ctx context.Context) (out []types.AttachedPolicy, err error) {
			pages := iam.NewListAttachedRolePoliciesPaginator(client, &iam.ListAttachedRolePoliciesInput{RoleName: &name})
			for pages.HasMorePages() {
				page, err := pages.NextPage(ctx)
				if err != nil {
					return nil, err
				}
				out = append(out, page.AttachedPolicies...)
			}
			return out, nil
		},
	}
}

func userLists(client *iam.Client, name string) identityLists {
	return identityLists{
		inline: func(ctx context.Context) (out []string, err error) {
			pages := iam.NewListUserPoliciesPaginator(client, &iam.ListUserPoliciesInput{UserName: &name})
			for pages.HasMorePages() {
				page, err := pages.NextPage(ctx)
				if err != nil {
					return nil, err
				}
				out = append(out, page.PolicyNames...)
			}
			return out, nil
		},
		document: func(ctx context.Context, policyName string) (string, error) {
			out, err := client.GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: &name, PolicyName: &policyName})
			if err != nil {
				return "", err
			}
			return aws.ToString(out.PolicyDocument), nil
		},
		attached: func(ctx context.Context) (out []types.AttachedPolicy, err error) {
			pages := iam.NewListAttachedUserPoliciesPaginator(client, &iam.ListAttachedUserPoliciesInput{UserName: &name})
			for pages.HasMorePages() {
				page, err := pages.NextPage(ctx)
				if err != nil {
					return nil, err
				}
				out = append(out, page.AttachedPolicies...)
			}
			return out, nil
		},
	}
}

func groupLists(client *iam.Client, name string) identityLists {
	return identityLists{
		inline: func(ctx context.Context) (out []string, err error) {
			pages := iam.NewListGroupPoliciesPaginator(client, &iam.ListGroupPoliciesInput{GroupName: &name})
			for pages.HasMorePages() {
				page, err := pages.NextPage(ctx)
				if err != nil {
					return nil, err
				}
				out = append(out, page.PolicyNames...)
			}
			return out, nil
		},
		document: func(ctx context.Context, policyName string) (string, error) {
			out, err := client.GetGroupPolicy(ctx, &iam.GetGroupPolicyInput{GroupName: &name, PolicyName: &policyName})
			if err != nil {
				return "", err
			}
			return aws.ToString(out.PolicyDocument), nil
		},
		attached: func(ctx context.Context) (out []types.AttachedPolicy, err error) {
			pages := iam.NewListAttachedGroupPoliciesPaginator(client, &iam.ListAttachedGroupPoliciesInput{GroupName: &name})
			for pages.HasMorePages() {
				page, err := pages.NextPage(ctx)
				if err != nil {
					return nil, err
				}
				out = append(out, page.AttachedPolicies...)
			}
			return out, nil
		},
	}
}
