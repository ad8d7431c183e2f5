package awsapi

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
)

// BucketNames returns the names of the account's buckets.
func (c *Client) BucketNames(ctx context.Context) ([]string, error) {
	const operation = "s3:ListBuckets"
	client := c.s3("")
	buckets, err := collect(ctx, operation, func(ctx context.Context, token *string) (page[types.Bucket], error) {
		out, err := client.ListBuckets(ctx, &s3.ListBucketsInput{ContinuationToken: token})
		if err != nil {
			return page[types.Bucket]{}, err
		}
		return tokenPage(out.Buckets, out.ContinuationToken), nil
	})
	if err != nil {
		return nil, explain("listing the buckets ("+operation+")", err)
	}
	out := make([]string, 0, len(buckets))
	for _, b := range buckets {
		if aws.ToString(b.Name) == "" {
			return nil, wrongAnswer(operation, "it has a bucket without a name")
		}
		out = append(out, *b.Name)
	}
	return out, nil
}

// BucketPolicy returns a bucket's own policy; nil where it has none.
func (c *Client) BucketPolicy(ctx context.Context, name, region string) (*eval.Policy, error) {
	op := "reading the policy of the bucket " + clean(name)
	text, err := c.bucketPolicy(ctx, name, region)
	if err != nil || text == "" {
		return nil, err
	}
	doc, err := policy.Parse(text)
	if err != nil {
		return nil, &source.Error{Op: op, Operation: getBucketPolicy, Kind: source.KindOther, Msg: "the policy is not understood: " + clean(err.Error()), Err: err}
	}
	arn := "arn:" + policy.PartitionOf(cmp.Or(region, c.globalRegion())) + ":s3:::" + name
	return &eval.Policy{ID: iam.InlinePolicy(arn, ""), Name: name, Document: doc}, nil
}

const getBucketPolicy = "s3:GetBucketPolicy"

// bucketPolicy returns the text of a bucket's policy; empty where it has none.
func (c *Client) bucketPolicy(ctx context.Context, name, region string) (string, error) {
	out, err := c.s3(region).GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: &name})
	switch {
	case hasCode(err, "NoSuchBucketPolicy"):
		return "", nil
	case err != nil:
		return "", explain("reading the policy of the bucket "+clean(name), err)
	case isEmpty(aws.ToString(out.Policy)):
		return "", wrongAnswer(getBucketPolicy, "it has no policy of the bucket %q", name)
	}
	return *out.Policy, nil
}

// Bucket returns the region and settings of a bucket. Settings that could not be
// read are gaps of it.
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
	for _, setting := range bucketSettings {
		if err := setting.read(ctx, c.s3(b.Region), &b); err != nil {
			e := explain("reading the bucket "+clean(name), err).(*source.Error)
			if e.Kind == source.KindCredentials || e.Kind == source.KindInterrupted {
				return b, e
			}
			gap := source.Unread("s3:"+setting.operation+" "+clean(name), setting.what+" of the bucket "+clean(name), iam.MayDeny, e)
			gap.Layer, gap.Actions, gap.Resources = iam.LayerResource, setting.affects, []string{"arn:" + policy.PartitionOf(b.Region) + ":s3:::" + name + "/*"}
			if e.Kind == source.KindDenied {
				gap.Hint = "allow " + setting.action + " to the credentials that run the check"
			}
			b.Gaps = append(b.Gaps, gap)
		}
	}
	return b, nil
}

// A bucketSetting is one thing to ask S3 about a bucket. Without the setting a
// request may be refused that every policy allows.
type bucketSetting struct {
	operation, action, what string
	affects                 []string // the actions that it may refuse
	read                    func(context.Context, *s3.Client, *account.Bucket) error
}

var bucketSettings = []bucketSetting{
	{"GetBucketOwnershipControls", "s3:GetBucketOwnershipControls", "object ownership", []string{"s3:PutObjectAcl"}, readOwnership},
	{"GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock", "Block Public Access", []string{"s3:PutObjectAcl", "s3:PutBucketPolicy"}, readPublicAccess},
}

func readOwnership(ctx context.Context, client *s3.Client, b *account.Bucket) error {
	out, err := client.GetBucketOwnershipControls(ctx, &s3.GetBucketOwnershipControlsInput{Bucket: &b.Name})
	switch {
	case hasCode(err, "OwnershipControlsNotFoundError"):
		return nil // it has none
	case err != nil:
		return err
	case out.OwnershipControls == nil || len(out.OwnershipControls.Rules) != 1 || out.OwnershipControls.Rules[0].ObjectOwnership == "":
		return wrongAnswer("s3:GetBucketOwnershipControls", "it has no ObjectOwnership")
	}
	b.ObjectOwnership = string(out.OwnershipControls.Rules[0].ObjectOwnership)
	return nil
}

func readPublicAccess(ctx context.Context, client *s3.Client, b *account.Bucket) error {
	out, err := client.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: &b.Name})
	switch {
	case hasCode(err, "NoSuchPublicAccessBlockConfiguration"):
		return nil // it has none
	case err != nil:
		return err
	}
	p := out.PublicAccessBlockConfiguration
	if p == nil || p.BlockPublicAcls == nil || p.IgnorePublicAcls == nil || p.BlockPublicPolicy == nil || p.RestrictPublicBuckets == nil {
		return wrongAnswer("s3:GetPublicAccessBlock", "it lacks a setting")
	}
	b.PublicAccessBlock = &account.PublicAccessBlock{
		BlockPublicAcls: *p.BlockPublicAcls, IgnorePublicAcls: *p.IgnorePublicAcls,
		BlockPublicPolicy: *p.BlockPublicPolicy, RestrictPublicBuckets: *p.RestrictPublicBuckets,
	}
	return nil
}
