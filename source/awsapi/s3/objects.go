package s3

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"remotion-doctor/source/awsapi/wire"
)

// PutObject writes an object, with what it holds by its media type. It replaces what
// is there.
// Source: Amazon S3 API Reference, "PutObject".
func (c *Client) PutObject(ctx context.Context, bucket, key, mediaType string, data []byte) error {
	if err := usable(bucket, key); err != nil {
		return err
	}
	return c.wire.Call(ctx, wire.Request{
		Operation: "PutObject", Method: http.MethodPut, Bucket: bucket, Path: strings.Split(key, "/"),
		Header: http.Header{"Content-Type": {mediaType}}, Body: data,
	}, func([]byte) error { return nil })
}

// GetObject returns what an object holds.
// Source: Amazon S3 API Reference, "GetObject".
func (c *Client) GetObject(ctx context.Context, bucket, key string) ([]byte, error) {
	if err := usable(bucket, key); err != nil {
		return nil, err
	}
	var out []byte
	err := c.wire.Call(ctx, wire.Request{Operation: "GetObject", Method: http.MethodGet, Bucket: bucket, Path: strings.Split(key, "/")}, func(body []byte) error {
		out = body
		return nil
	})
	return out, err
}

// Objects is one page of the keys of objects.
type Objects struct {
	Keys []string
	// Next is where the list goes on; empty at its end.
	Next string
}

// ListObjectsV2 returns a page of the objects whose keys have a prefix; token is empty
// for the first page.
// Source: Amazon S3 API Reference, "ListObjectsV2".
func (c *Client) ListObjectsV2(ctx context.Context, bucket, prefix, token string) (Objects, error) {
	if !nameable.MatchString(bucket) {
		return Objects{}, fmt.Errorf("%q is no name of a bucket", bucket)
	}
	query := url.Values{"list-type": {"2"}, "prefix": {prefix}}
	if token != "" {
		query.Set("continuation-token", token)
	}
	var out Objects
	err := c.wire.Call(ctx, wire.Request{Operation: "ListObjectsV2", Method: http.MethodGet, Bucket: bucket, Query: query}, func(body []byte) error {
		var list struct {
			XMLName               xml.Name `xml:"ListBucketResult"`
			Contents              []struct{ Key string }
			IsTruncated           bool
			NextContinuationToken string
		}
		if err := xml.Unmarshal(body, &list); err != nil {
			return err
		}
		for _, o := range list.Contents {
			out.Keys = append(out.Keys, o.Key)
		}
		if list.IsTruncated && list.NextContinuationToken == "" {
			return fmt.Errorf("more follows, and it does not say where")
		}
		out.Next = list.NextContinuationToken
		return nil
	})
	return out, err
}

// usable refuses a bucket or key that would be another request.
func usable(bucket, key string) error {
	switch {
	case !nameable.MatchString(bucket):
		return fmt.Errorf("%q is no name of a bucket", bucket)
	case key == "" || strings.HasPrefix(key, "/") || strings.Contains("/"+key+"/", "//") || strings.Contains("/"+key+"/", "/../") || strings.Contains("/"+key+"/", "/./"):
		return fmt.Errorf("%q is no key that is written here", key)
	}
	return nil
}
