// Package s3 asks S3 which buckets there are and how they are set up, by package
// wire. It reads no object.
//
// Source: Amazon S3 API Reference, "ListBuckets", "GetBucketLocation",
// "GetBucketPolicy", "GetBucketOwnershipControls" and "GetPublicAccessBlock",
// version 2006-03-01.
package s3

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"

	"remotion-doctor/source/awsapi/wire"
)

// A Client asks S3 in one Region.
type Client struct{ wire *wire.Client }

// New returns a client; an empty region is that of the configuration.
func New(cfg aws.Config, region string) *Client {
	return &Client{wire.New(cfg, wire.Service{ID: "S3", Name: "s3", Host: host, Raw: true, Errors: readError}, region)}
}

// host: dual-stack endpoints say so, below the suffix of all others.
// Source: Amazon S3 User Guide, "Using Amazon S3 dual-stack endpoints"; the rule set
// of service/s3 v1.114.9.
func host(p wire.Place) string {
	service := "s3"
	if p.FIPS {
		service += "-fips"
	}
	if p.DualStack {
		service += ".dualstack"
	}
	return service + "." + p.Region + "." + p.Suffix
}

// ListBuckets returns a page of the account's buckets; token is nil for the first.
func (c *Client) ListBuckets(ctx context.Context, token *string) (Buckets, error) {
	query := url.Values{}
	if token != nil {
		query.Set("continuation-token", *token)
	}
	var out Buckets
	err := c.wire.Call(ctx, wire.Request{Operation: "ListBuckets", Method: http.MethodGet, Query: query}, func(body []byte) (err error) {
		out, err = readBuckets(body)
		return err
	})
	return out, err
}

// GetBucketLocation returns where a bucket is, as S3 words it: nothing for
// us-east-1.
func (c *Client) GetBucketLocation(ctx context.Context, bucket string) (string, error) {
	out := ""
	err := c.get(ctx, "GetBucketLocation", bucket, "location", func(body []byte) (err error) {
		out, err = readLocation(body)
		return err
	})
	return out, err
}

// GetBucketPolicy returns the text of a bucket's policy.
func (c *Client) GetBucketPolicy(ctx context.Context, bucket string) (string, error) {
	out := ""
	err := c.get(ctx, "GetBucketPolicy", bucket, "policy", func(body []byte) error {
		out = string(body)
		return nil
	})
	return out, err
}

// GetBucketOwnershipControls returns the rules about who owns what is put into a
// bucket; S3 allows one.
func (c *Client) GetBucketOwnershipControls(ctx context.Context, bucket string) ([]string, error) {
	var out []string
	err := c.get(ctx, "GetBucketOwnershipControls", bucket, "ownershipControls", func(body []byte) (err error) {
		out, err = readOwnership(body)
		return err
	})
	return out, err
}

// GetPublicAccessBlock returns a bucket's settings of Block Public Access.
func (c *Client) GetPublicAccessBlock(ctx context.Context, bucket string) (PublicAccessBlock, error) {
	var out PublicAccessBlock
	err := c.get(ctx, "GetPublicAccessBlock", bucket, "publicAccessBlock", func(body []byte) (err error) {
		out, err = readPublicAccessBlock(body)
		return err
	})
	return out, err
}

// nameable are the names that a bucket may have, old ones in us-east-1 included.
// Source: Amazon S3 User Guide, "General purpose bucket naming rules".
var nameable = regexp.MustCompile(`^[A-Za-z0-9._-]{3,255}$`)

func (c *Client) get(ctx context.Context, operation, bucket, what string, read func([]byte) error) error {
	// Without a name, the operation would be another one.
	if !nameable.MatchString(bucket) {
		return fmt.Errorf("%q is no name of a bucket", bucket)
	}
	return c.wire.Call(ctx, wire.Request{
		Operation: operation, Method: http.MethodGet, Bucket: bucket, Query: url.Values{what: {""}},
	}, read)
}
