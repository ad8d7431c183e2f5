package awsapi

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
)

func (c *Client) s3(region string) *s3.Client {
	return s3.NewFromConfig(c.config, func(o *s3.Options) {
		o.Region = cmp.Or(region, c.globalRegion())
		o.UsePathStyle = c.config.BaseEndpoint != nil
	})
}

// Functions returns the functions of a region whose names have a prefix.
func (c *Client) Functions(ctx context.Context, region, prefix string) ([]account.Function, error) {
	var out []account.Function
	pages := lambda.NewListFunctionsPaginator(c.lambda(region), &lambda.ListFunctionsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain("looking for "+prefix+"* functions in "+region, err)
		}
		for _, f := range page.Functions {
			if name := aws.ToString(f.FunctionName); strings.HasPrefix(name, prefix) {
				out = append(out, account.Function{FunctionName: name, FunctionArn: aws.ToString(f.FunctionArn), Role: aws.ToString(f.Role)})
			}
		}
	}
	return out, nil
}

// Trust returns the text of a role's trust policy.
func (c *Client) Trust(ctx context.Context, p iam.Principal) (string, error) {
	name := p.Name()
	out, err := c.iam().GetRole(ctx, &awsiam.GetRoleInput{RoleName: &name})
	if err != nil {
		return "", explain("reading the trust policy of "+clean(p.ARN), err)
	}
	if out.Role == nil {
		return "", &source.Error{Op: "reading the trust policy of " + clean(p.ARN), Kind: source.KindOther, Msg: "AWS's answer holds no role"}
	}
	return policy.DecodeURL(aws.ToString(out.Role.AssumeRolePolicyDocument)), nil
}

// rolePages bounds the search for roles of a similar name.
const rolePages = 5

// RoleNames returns names of roles, of a large account not all.
func (c *Client) RoleNames(ctx context.Context) ([]string, error) {
	var out []string
	pages := awsiam.NewListRolesPaginator(c.iam(), &awsiam.ListRolesInput{MaxItems: aws.Int32(1000)})
	for n := 0; n < rolePages && pages.HasMorePages(); n++ {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain("listing the roles", err)
		}
		for _, r := range page.Roles {
			out = append(out, aws.ToString(r.RoleName))
		}
	}
	return out, nil
}

// BucketNames returns the names of the account's buckets.
func (c *Client) BucketNames(ctx context.Context) ([]string, error) {
	var out []string
	pages := s3.NewListBucketsPaginator(c.s3(""), &s3.ListBucketsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain("listing the buckets", err)
		}
		for _, b := range page.Buckets {
			out = append(out, aws.ToString(b.Name))
		}
	}
	return out, nil
}

// BucketPolicy returns the text of a bucket's policy, or an empty one where it
// has none.
func (c *Client) BucketPolicy(ctx context.Context, name, region string) (string, error) {
	out, err := c.s3(region).GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: &name})
	if hasCode(err, "NoSuchBucketPolicy") {
		return "", nil
	}
	if err != nil {
		return "", explain("reading the policy of the bucket "+clean(name), err)
	}
	return aws.ToString(out.Policy), nil
}

// Bucket returns the region and settings of a bucket. Settings that may not be
// read stay empty.
func (c *Client) Bucket(ctx context.Context, name, region string) (account.Bucket, error) {
	b := account.Bucket{Name: name}
	// Only the partition's first region answers about buckets of all others (S3
	// API reference, GetBucketLocation).
	home := "us-east-1"
	if policy.PartitionOf(region) == "aws-cn" {
		home = "cn-north-1"
	}
	where, err := c.s3(home).GetBucketLocation(ctx, &s3.GetBucketLocationInput{Bucket: &name})
	if err != nil {
		return b, explain("looking up the bucket "+clean(name), err)
	}
	b.Region = cmp.Or(string(where.LocationConstraint), "us-east-1")
	if b.Region == "EU" {
		b.Region = "eu-west-1" // "EU" is the old name (S3 API reference, GetBucketLocation)
	}
	if out, err := c.s3(b.Region).GetBucketOwnershipControls(ctx, &s3.GetBucketOwnershipControlsInput{Bucket: &name}); err == nil && out.OwnershipControls != nil && len(out.OwnershipControls.Rules) > 0 {
		b.ObjectOwnership = string(out.OwnershipControls.Rules[0].ObjectOwnership)
	}
	if out, err := c.s3(b.Region).GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: &name}); err == nil && out.PublicAccessBlockConfiguration != nil {
		p := out.PublicAccessBlockConfiguration
		b.PublicAccessBlock = &account.PublicAccessBlock{
			BlockPublicAcls: aws.ToBool(p.BlockPublicAcls), IgnorePublicAcls: aws.ToBool(p.IgnorePublicAcls),
			BlockPublicPolicy: aws.ToBool(p.BlockPublicPolicy), RestrictPublicBuckets: aws.ToBool(p.RestrictPublicBuckets),
		}
	}
	return b, nil
}

func hasCode(err error, code string) bool {
	e, ok := errors.AsType[smithy.APIError](err)
	return ok && e.ErrorCode() == code
}
