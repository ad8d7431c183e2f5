package awsapi

import (
	"context"
	"path"
	"slices"
	"strings"

	"remotion-doctor/source/awsapi/s3"
)

// Objects are the objects of a bucket whose keys have a prefix: where a run of many
// workers keeps its parts. It is the only thing of S3 that is written to.
type Objects struct {
	client         *s3.Client
	bucket, prefix string
}

// Objects returns the objects below a prefix of a bucket, which may be empty.
func (c *Client) Objects(bucket, prefix string) *Objects {
	return &Objects{client: s3.New(c.of("s3"), c.config.Region), bucket: bucket, prefix: strings.Trim(prefix, "/")}
}

func (o *Objects) key(name string) string { return strings.TrimPrefix(path.Join(o.prefix, name), "/") }

// Put writes an object, and replaces what is there. The error is an [*source.Error].
func (o *Objects) Put(ctx context.Context, name, mediaType string, data []byte) error {
	if err := o.client.PutObject(ctx, o.bucket, o.key(name), mediaType, data); err != nil {
		return explain("writing "+o.URL(name), err)
	}
	return nil
}

// Get returns what an object holds.
func (o *Objects) Get(ctx context.Context, name string) ([]byte, error) {
	data, err := o.client.GetObject(ctx, o.bucket, o.key(name))
	if err != nil {
		return nil, explain("reading "+o.URL(name), err)
	}
	return data, nil
}

// Keys returns the names of the objects that begin with a prefix, sorted.
func (o *Objects) Keys(ctx context.Context, prefix string) ([]string, error) {
	whole := o.key(prefix)
	if strings.HasSuffix(prefix, "/") {
		whole += "/"
	}
	keys, err := collect(ctx, "s3:ListObjectsV2", func(ctx context.Context, token *string) (page[string], error) {
		at := ""
		if token != nil {
			at = *token
		}
		list, err := o.client.ListObjectsV2(ctx, o.bucket, whole, at)
		if err != nil {
			return page[string]{}, err
		}
		var next *string
		if list.Next != "" {
			next = &list.Next
		}
		return tokenPage(append([]string{}, list.Keys...), next), nil
	})
	if err != nil {
		return nil, explain("listing "+o.URL(prefix), err)
	}
	for i := range keys {
		keys[i] = strings.TrimPrefix(strings.TrimPrefix(keys[i], o.prefix), "/")
	}
	slices.Sort(keys)
	return keys, nil
}

// URL is the address of an object, for people.
func (o *Objects) URL(name string) string { return "s3://" + o.bucket + "/" + o.key(name) }
