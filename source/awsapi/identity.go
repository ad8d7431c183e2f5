package awsapi

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"remotion-doctor/iam/policy"
)

// An identity reads the policies of a role, a user or a group: IAM has
// operations of their own for each of them.
type identity struct {
	kind, name string // role, api
	inline     func(ctx context.Context, marker *string) (page[string], error)
	document   func(ctx context.Context, policyName string) (answered, text *string, err error)
	attached   func(ctx context.Context, marker *string) (page[types.AttachedPolicy], error)
}

// The names of the operations, by the kind of identity.
func (i *identity) listInline() string   { return "iam:List" + title(i.kind) + "Policies" }
func (i *identity) getInline() string    { return "iam:Get" + title(i.kind) + "Policy" }
func (i *identity) listAttached() string { return "iam:ListAttached" + title(i.kind) + "Policies" }

// where names an operation with its subject.
func (i *identity) where(operation string) string {
	return operation + " " + i.kind + "/" + clean(i.name)
}

func title(kind string) string { return strings.ToUpper(kind[:1]) + kind[1:] }

// text reads one inline policy.
func (i *identity) text(ctx context.Context, name string) (string, error) {
	answered, document, err := i.document(ctx, name)
	switch {
	case err != nil:
		return "", err
	case isEmpty(aws.ToString(document)):
		return "", wrongAnswer(i.getInline(), "it has no document of the policy %q", name)
	case aws.ToString(answered) != name:
		return "", wrongAnswer(i.getInline(), "asked for the policy %q, it has %q", name, aws.ToString(answered))
	}
	return policy.DecodeURL(*document), nil
}

// isEmpty reports a policy document that holds nothing. IAM stores none.
func isEmpty(document string) bool {
	switch strings.TrimSpace(policy.DecodeURL(document)) {
	case "", "{}", "null":
		return true
	}
	return false
}

func roleIdentity(client *awsiam.Client, name string) *identity {
	return &identity{
		kind: "role", name: name,
		inline: func(ctx context.Context, marker *string) (page[string], error) {
			out, err := client.ListRolePolicies(ctx, &awsiam.ListRolePoliciesInput{RoleName: &name, Marker: marker})
			if err != nil {
				return page[string]{}, err
			}
			return listPage(out.PolicyNames, out.IsTruncated, out.Marker), nil
		},
		document: func(ctx context.Context, policyName string) (*string, *string, error) {
			out, err := client.GetRolePolicy(ctx, &awsiam.GetRolePolicyInput{RoleName: &name, PolicyName: &policyName})
			if err != nil {
				return nil, nil, err
			}
			return out.PolicyName, out.PolicyDocument, nil
		},
		attached: func(ctx context.Context, marker *string) (page[types.AttachedPolicy], error) {
			out, err := client.ListAttachedRolePolicies(ctx, &awsiam.ListAttachedRolePoliciesInput{RoleName: &name, Marker: marker})
			if err != nil {
				return page[types.AttachedPolicy]{}, err
			}
			return listPage(out.AttachedPolicies, out.IsTruncated, out.Marker), nil
		},
	}
}

func userIdentity(client *awsiam.Client, name string) *identity {
	return &identity{
		kind: "user", name: name,
		inline: func(ctx context.Context, marker *string) (page[string], error) {
			out, err := client.ListUserPolicies(ctx, &awsiam.ListUserPoliciesInput{UserName: &name, Marker: marker})
			if err != nil {
				return page[string]{}, err
			}
			return listPage(out.PolicyNames, out.IsTruncated, out.Marker), nil
		},
		document: func(ctx context.Context, policyName string) (*string, *string, error) {
			out, err := client.GetUserPolicy(ctx, &awsiam.GetUserPolicyInput{UserName: &name, PolicyName: &policyName})
			if err != nil {
				return nil, nil, err
			}
			return out.PolicyName, out.PolicyDocument, nil
		},
		attached: func(ctx context.Context, marker *string) (page[types.AttachedPolicy], error) {
			out, err := client.ListAttachedUserPolicies(ctx, &awsiam.ListAttachedUserPoliciesInput{UserName: &name, Marker: marker})
			if err != nil {
				return page[types.AttachedPolicy]{}, err
			}
			return listPage(out.AttachedPolicies, out.IsTruncated, out.Marker), nil
		},
	}
}

func groupIdentity(client *awsiam.Client, name string) *identity {
	return &identity{
		kind: "group", name: name,
		inline: func(ctx context.Context, marker *string) (page[string], error) {
			out, err := client.ListGroupPolicies(ctx, &awsiam.ListGroupPoliciesInput{GroupName: &name, Marker: marker})
			if err != nil {
				return page[string]{}, err
			}
			return listPage(out.PolicyNames, out.IsTruncated, out.Marker), nil
		},
		document: func(ctx context.Context, policyName string) (*string, *string, error) {
			out, err := client.GetGroupPolicy(ctx, &awsiam.GetGroupPolicyInput{GroupName: &name, PolicyName: &policyName})
			if err != nil {
				return nil, nil, err
			}
			return out.PolicyName, out.PolicyDocument, nil
		},
		attached: func(ctx context.Context, marker *string) (page[types.AttachedPolicy], error) {
			out, err := client.ListAttachedGroupPolicies(ctx, &awsiam.ListAttachedGroupPoliciesInput{GroupName: &name, Marker: marker})
			if err != nil {
				return page[types.AttachedPolicy]{}, err
			}
			return listPage(out.AttachedPolicies, out.IsTruncated, out.Marker), nil
		},
	}
}
