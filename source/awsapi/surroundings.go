package awsapi

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// Functions returns the functions of a region whose names have a prefix.
func (c *Client) Functions(ctx context.Context, region, prefix string) ([]account.Function, error) {
	all, err := c.functions(ctx, region)
	if err != nil {
		return nil, explain("looking for "+prefix+"* functions in "+region, err)
	}
	return slices.DeleteFunc(all, func(f account.Function) bool { return !strings.HasPrefix(f.FunctionName, prefix) }), nil
}

// functions lists the functions of a region.
func (c *Client) functions(ctx context.Context, region string) ([]account.Function, error) {
	const operation = "lambda:ListFunctions"
	client := c.lambda(region)
	list, err := collect(ctx, operation, func(ctx context.Context, marker *string) (page[types.FunctionConfiguration], error) {
		out, err := client.ListFunctions(ctx, &lambda.ListFunctionsInput{Marker: marker})
		if err != nil {
			return page[types.FunctionConfiguration]{}, err
		}
		return tokenPage(out.Functions, out.NextMarker), nil
	})
	if err != nil {
		return nil, err
	}
	out := make([]account.Function, 0, len(list))
	for i := range list {
		f := &list[i]
		if aws.ToString(f.FunctionName) == "" || aws.ToString(f.FunctionArn) == "" {
			return nil, wrongAnswer(operation, "it has a function without a name")
		}
		out = append(out, account.Function{
			FunctionName: aws.ToString(f.FunctionName), FunctionArn: aws.ToString(f.FunctionArn), Role: aws.ToString(f.Role),
			Runtime: string(f.Runtime), MemorySize: int(aws.ToInt32(f.MemorySize)), Timeout: int(aws.ToInt32(f.Timeout)),
			Variables: remotionVariables(f),
		})
	}
	return out, nil
}

// remotionVariables are the names of a function's variables that Remotion reads: who
// has some uses it. The values stay where they are.
// Source: Remotion, "Permissions" and "Setup": REMOTION_AWS_ACCESS_KEY_ID and others.
func remotionVariables(f *types.FunctionConfiguration) []string {
	if f.Environment == nil {
		return nil
	}
	var out []string
	for name := range f.Environment.Variables {
		if strings.HasPrefix(name, "REMOTION_") {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// Trust returns the text of a role's trust policy.
func (c *Client) Trust(ctx context.Context, p iam.Principal) (string, error) {
	role, err := c.getRole(ctx, p.Name())
	if err != nil {
		return "", explain("reading the trust policy of "+clean(p.ARN), err)
	}
	if isEmpty(aws.ToString(role.AssumeRolePolicyDocument)) {
		return "", wrongAnswer("iam:GetRole", "it has no trust policy of the role %q", p.Name())
	}
	return policy.DecodeURL(*role.AssumeRolePolicyDocument), nil
}

// rolePages bounds the search for roles of a similar name.
const rolePages = 5

// RoleNames returns names of roles, of a large account not all.
func (c *Client) RoleNames(ctx context.Context) ([]string, error) {
	client := c.iam()
	roles, err := collectFew(ctx, "iam:ListRoles", rolePages, func(ctx context.Context, marker *string) (page[iamtypes.Role], error) {
		out, err := client.ListRoles(ctx, &awsiam.ListRolesInput{MaxItems: aws.Int32(1000), Marker: marker})
		if err != nil {
			return page[iamtypes.Role]{}, err
		}
		return listPage(out.Roles, out.IsTruncated, out.Marker), nil
	})
	if err != nil {
		return nil, explain("listing the roles", err)
	}
	var out []string
	for i := range roles {
		out = append(out, aws.ToString(roles[i].RoleName))
	}
	return out, nil
}

func hasCode(err error, code string) bool {
	e, ok := errors.AsType[smithy.APIError](err)
	return ok && e.ErrorCode() == code
}
