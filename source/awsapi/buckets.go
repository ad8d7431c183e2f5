package awsapi

import (
	"cmp"
	"context"
	"slices"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
	"remotion-doctor/source/awsapi/s3"
)

func (c *Client) s3(region string) *s3.Client {
	return s3.New(c.of("s3"), cmp.Or(region, c.globalRegion()))
}

// BucketNames returns the names of the account's buckets.
func (c *Client) BucketNames(ctx context.Context) ([]string, error) {
	const operation = "s3:ListBuckets"
	client := c.s3("")
	buckets, err := collect(ctx, operation, func(ctx context.Context, token *string) (page[string], error) {
		out, err := client.ListBuckets(ctx, token)
		if err != nil {
			return page[string]{}, err
		}
		return tokenPage(out.Names, out.ContinuationToken), nil
	})
	if err != nil {
		return nil, explain("listing the buckets ("+operation+")", err)
	}
	if slices.Contains(buckets, "") {
		return nil, wrongAnswer(operation, "it has a bucket without a name")
	}
	return buckets, nil
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
	text, err := c.s3(region).GetBucketPolicy(ctx, name)
	switch {
	case hasCode(err, "NoSuchBucketPolicy"):
		return "", nil
	case err != nil:
		return "", explain("reading the policy of the bucket "+clean(name), err)
	case isEmpty(text):
		return "", wrongAnswer(getBucketPolicy, "it has no policy of the bucket %q", name)
	}
	return text, nil
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
	where, err := c.s3(home).GetBucketLocation(ctx, name)
	if err != nil {
		return b, explain("looking up the bucket "+clean(name), err)
	}
	b.Region = cmp.Or(where, "us-east-1")
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
	rules, err := client.GetBucketOwnershipControls(ctx, b.Name)
	switch {
	case hasCode(err, "OwnershipControlsNotFoundError"):
		return nil // it has none
	case err != nil:
		return err
	case len(rules) != 1 || rules[0] == "":
		return wrongAnswer("s3:GetBucketOwnershipControls", "it has no ObjectOwnership")
	}
	b.ObjectOwnership = rules[0]
	return nil
}

func readPublicAccess(ctx context.Context, client *s3.Client, b *account.Bucket) error {
	p, err := client.GetPublicAccessBlock(ctx, b.Name)
	switch {
	case hasCode(err, "NoSuchPublicAccessBlockConfiguration"):
		return nil // it has none
	case err != nil:
		return err
	}
	if p.BlockPublicACLs == nil || p.IgnorePublicACLs == nil || p.BlockPublicPolicy == nil || p.RestrictPublicBuckets == nil {
		return wrongAnswer("s3:GetPublicAccessBlock", "it lacks a setting")
	}
	b.PublicAccessBlock = &account.PublicAccessBlock{
		BlockPublicAcls: *p.BlockPublicACLs, IgnorePublicAcls: *p.IgnorePublicACLs,
		BlockPublicPolicy: *p.BlockPublicPolicy, RestrictPublicBuckets: *p.RestrictPublicBuckets,
	}
	return nil
}
