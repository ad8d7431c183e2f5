package awsapi

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
)

// ReadPolicy reads a managed policy with all of its versions; nil where there
// is none.
func (c *Client) ReadPolicy(ctx context.Context, arn string) (*account.ManagedPolicy, error) {
	out, err := c.readPolicy(ctx, arn)
	if err == nil {
		return out, nil
	}
	e := explain("reading the versions of "+clean(arn), err)
	if f, ok := e.(*source.Error); ok && f.Kind == source.KindNotFound {
		return nil, nil
	}
	return nil, e
}

func (c *Client) readPolicy(ctx context.Context, arn string) (*account.ManagedPolicy, error) {
	got, err := c.iam().GetPolicy(ctx, &awsiam.GetPolicyInput{PolicyArn: &arn})
	if err != nil {
		return nil, err
	}
	if got.Policy == nil || aws.ToString(got.Policy.Arn) != arn {
		return nil, wrongAnswer("iam:GetPolicy", "it does not contain the policy %q", arn)
	}
	p := got.Policy
	out := &account.ManagedPolicy{
		PolicyName: aws.ToString(p.PolicyName), PolicyID: aws.ToString(p.PolicyId), Arn: aws.ToString(p.Arn), Path: aws.ToString(p.Path),
		DefaultVersionID: aws.ToString(p.DefaultVersionId), Description: aws.ToString(p.Description), Tags: tagsOf(p.Tags),
		AttachmentCount: int(aws.ToInt32(p.AttachmentCount)), PermissionsBoundaryUsageCount: int(aws.ToInt32(p.PermissionsBoundaryUsageCount)),
	}
	versions, err := c.versions(ctx, arn)
	if err != nil {
		return nil, err
	}
	for _, v := range versions {
		text, err := c.iam().GetPolicyVersion(ctx, &awsiam.GetPolicyVersionInput{PolicyArn: &arn, VersionId: v.VersionId})
		if err != nil {
			return nil, err
		}
		if text.PolicyVersion == nil || aws.ToString(text.PolicyVersion.VersionId) != aws.ToString(v.VersionId) || isEmpty(aws.ToString(text.PolicyVersion.Document)) {
			return nil, wrongAnswer("iam:GetPolicyVersion", "it does not contain version %s of %q", aws.ToString(v.VersionId), arn)
		}
		one := account.PolicyVersion{VersionID: aws.ToString(v.VersionId), IsDefaultVersion: v.IsDefaultVersion, Document: account.Document{Text: policy.DecodeURL(*text.PolicyVersion.Document)}}
		if v.CreateDate != nil {
			one.CreateDate = v.CreateDate.UTC().Format(time.RFC3339)
		}
		out.PolicyVersionList = append(out.PolicyVersionList, one)
	}
	return out, nil
}

func (c *Client) versions(ctx context.Context, arn string) ([]types.PolicyVersion, error) {
	client := c.iam()
	return collect(ctx, "iam:ListPolicyVersions", func(ctx context.Context, marker *string) (page[types.PolicyVersion], error) {
		out, err := client.ListPolicyVersions(ctx, &awsiam.ListPolicyVersionsInput{PolicyArn: &arn, Marker: marker})
		if err != nil {
			return page[types.PolicyVersion]{}, err
		}
		return listPage(out.Versions, out.IsTruncated, out.Marker), nil
	})
}

// PolicyNamed returns the ARN of the account's own managed policy of a name,
// whatever its path; empty where there is none. IAM compares names without
// case.
func (c *Client) PolicyNamed(ctx context.Context, name string) (string, error) {
	client := c.iam()
	list, err := collect(ctx, "iam:ListPolicies", func(ctx context.Context, marker *string) (page[types.Policy], error) {
		out, err := client.ListPolicies(ctx, &awsiam.ListPoliciesInput{Scope: types.PolicyScopeTypeLocal, Marker: marker})
		if err != nil {
			return page[types.Policy]{}, err
		}
		return listPage(out.Policies, out.IsTruncated, out.Marker), nil
	})
	if err != nil {
		return "", explain("asking iam:ListPolicies", err)
	}
	for _, p := range list {
		if strings.EqualFold(aws.ToString(p.PolicyName), name) {
			return aws.ToString(p.Arn), nil
		}
	}
	return "", nil
}
