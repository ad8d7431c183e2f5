package awsapi

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
)

// getRole asks for a role, once.
func (c *Client) getRole(ctx context.Context, name string) (*types.Role, error) {
	return settled(ctx, &c.read.roles, name, func() (*types.Role, error) { return askRole(ctx, c.iam(), name) })
}

// getUser asks for a user, once.
func (c *Client) getUser(ctx context.Context, name string) (*types.User, error) {
	return settled(ctx, &c.read.users, name, func() (*types.User, error) { return askUser(ctx, c.iam(), name) })
}

// settled reads something once, and again where it failed for a passing reason.
func settled[T any](ctx context.Context, o *once[T], name string, read func() (T, error)) (T, error) {
	key := strings.ToLower(name)
	out, err := o.get(ctx, key, read)
	if err != nil {
		if e, ok := explain("", err).(*source.Error); !ok || !e.Refused() {
			o.drop(key)
		}
	}
	return out, err
}

// askRole asks for a role, and refuses an answer about another one. Names of
// IAM are the same whatever the case.
func askRole(ctx context.Context, client *awsiam.Client, name string) (*types.Role, error) {
	out, err := client.GetRole(ctx, &awsiam.GetRoleInput{RoleName: &name})
	if err != nil {
		return nil, err
	}
	if out.Role == nil {
		return nil, wrongAnswer("iam:GetRole", "it has no role")
	}
	return out.Role, isAbout("iam:GetRole", "role", name, aws.ToString(out.Role.Arn))
}

// askUser asks for a user, and refuses an answer about another one.
func askUser(ctx context.Context, client *awsiam.Client, name string) (*types.User, error) {
	out, err := client.GetUser(ctx, &awsiam.GetUserInput{UserName: &name})
	if err != nil {
		return nil, err
	}
	if out.User == nil {
		return nil, wrongAnswer("iam:GetUser", "it has no user")
	}
	return out.User, isAbout("iam:GetUser", "user", name, aws.ToString(out.User.Arn))
}

func isAbout(operation, kind, name, arn string) error {
	p, err := iam.NewPrincipal(arn)
	if err != nil || p.Type() != kind || !strings.EqualFold(p.Name(), name) {
		return wrongAnswer(operation, "asked for the %s %q, it has %q", kind, name, arn)
	}
	return nil
}

// getManaged reads the default version of a managed policy. operation is the
// one that failed.
func getManaged(ctx context.Context, client *awsiam.Client, arn string) (m account.ManagedPolicy, operation string, err error) {
	operation = "iam:GetPolicy"
	got, err := client.GetPolicy(ctx, &awsiam.GetPolicyInput{PolicyArn: &arn})
	switch {
	case err != nil:
		return m, operation, err
	case got.Policy == nil || aws.ToString(got.Policy.DefaultVersionId) == "":
		return m, operation, wrongAnswer(operation, "it has no policy with a default version")
	case aws.ToString(got.Policy.Arn) != arn:
		return m, operation, wrongAnswer(operation, "asked for the policy %q, it has %q", arn, aws.ToString(got.Policy.Arn))
	}
	operation = "iam:GetPolicyVersion"
	id := aws.ToString(got.Policy.DefaultVersionId)
	version, err := client.GetPolicyVersion(ctx, &awsiam.GetPolicyVersionInput{PolicyArn: &arn, VersionId: &id})
	switch {
	case err != nil:
		return m, operation, err
	case version.PolicyVersion == nil || isEmpty(aws.ToString(version.PolicyVersion.Document)):
		return m, operation, wrongAnswer(operation, "it has no document")
	case aws.ToString(version.PolicyVersion.VersionId) != id:
		return m, operation, wrongAnswer(operation, "asked for the version %q, it has %q", id, aws.ToString(version.PolicyVersion.VersionId))
	}
	text := policy.DecodeURL(*version.PolicyVersion.Document)
	return account.ManagedPolicy{
		PolicyName: aws.ToString(got.Policy.PolicyName), PolicyID: aws.ToString(got.Policy.PolicyId), Arn: arn, Path: aws.ToString(got.Policy.Path), DefaultVersionID: id,
		PolicyVersionList: []account.PolicyVersion{{VersionID: id, IsDefaultVersion: true, Document: account.Document{Text: text}}},
	}, operation, parses(operation, text)
}
