package s3

import (
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"

	"remotion-doctor/source/awsapi/wire"
)

// replies is a transport that keeps the request and answers with a body.
type replies struct {
	asked  *http.Request
	status int
	body   string
}

func (r *replies) RoundTrip(q *http.Request) (*http.Response, error) {
	r.asked = q
	return &http.Response{StatusCode: r.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(r.body)), Request: q}, nil
}

func client(r *replies, at string) *Client {
	cfg := aws.Config{
		HTTPClient: &http.Client{Transport: r}, Retryer: func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", ""),
	}
	if at != "" {
		cfg.BaseEndpoint = &at
	}
	return New(cfg, "eu-west-1")
}

// TestAddresses: a bucket is a part of the host where its name fits and the endpoint
// is not configured, else of the path, and nothing in it leads elsewhere.
// Source: the requests of service/s3 v1.114.9.
func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ at, bucket, want string }{
		{"", "buck", "https://buck.s3.eu-west-1.amazonaws.com/?policy="},
		{"", "a.b", "https://s3.eu-west-1.amazonaws.com/a.b?policy="},
		{"", "Up_per", "https://s3.eu-west-1.amazonaws.com/Up_per?policy="},
		{"", "...", "https://s3.eu-west-1.amazonaws.com/...?policy="},
		{"http://127.0.0.1:1/base", "buck", "http://127.0.0.1:1/base/buck?policy="},
		{"", "", ""},
		{"", "..", ""},
		{"", "x/y", ""},
		{"", "x@evil.example", ""},
		{"", "arn:aws:s3:::x", ""},
	} {
		r := &replies{status: 200, body: "{}"}
		text, err := client(r, c.at).GetBucketPolicy(t.Context(), c.bucket)
		if c.want == "" {
			if err == nil || r.asked != nil {
				t.Errorf("%q is taken for a bucket: %v", c.bucket, err)
			}
			continue
		}
		if err != nil || text != "{}" || r.asked.URL.String() != c.want {
			t.Errorf("%q: asked %s (%v), want %s", c.bucket, r.asked.URL, err, c.want)
		}
	}
}

// TestSignature: requests are signed as S3 wants it.
// Source: Amazon S3 API Reference, "Signature Calculations for the Authorization
// Header": x-amz-content-sha256 is required.
func TestSignature(t *testing.T) {
	t.Parallel()
	r := &replies{status: 200, body: `<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>`}
	if _, err := client(r, "").ListBuckets(t.Context(), aws.String("a b/c")); err != nil {
		t.Fatal(err)
	}
	if got := r.asked.URL.String(); got != "https://s3.eu-west-1.amazonaws.com/?continuation-token=a%20b%2Fc" {
		t.Errorf("asked %s", got)
	}
	const nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	if got := r.asked.Header.Get("X-Amz-Content-Sha256"); got != nothing {
		t.Errorf("the hash of the body is %s", got)
	}
	auth := r.asked.Header.Get("Authorization")
	if !strings.Contains(auth, "/eu-west-1/s3/aws4_request") || !strings.Contains(auth, "x-amz-content-sha256") {
		t.Errorf("signed %s", auth)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	const head = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	for _, c := range []struct {
		body string
		ask  func(*Client) (any, error)
		want any // nil where the answer is none
	}{
		{head + `<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>i</ID></Owner><Buckets><Bucket><CreationDate>2026-01-01T00:00:00.000Z</CreationDate><Name>a</Name></Bucket><Bucket><Name>b</Name></Bucket></Buckets><ContinuationToken>t</ContinuationToken></ListAllMyBucketsResult>`, list, Buckets{[]string{"a", "b"}, aws.String("t")}},
		{`<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>`, list, Buckets{[]string{}, nil}},
		{`<ListAllMyBucketsResult/>`, list, Buckets{}},
		{`<Other/>`, list, nil},
		{head + `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">eu-west-1</LocationConstraint>`, locate, "eu-west-1"},
		{`<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>`, locate, ""},
		{`<Other/>`, locate, nil},
		{``, locate, nil},
		{`<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>`, owner, []string{"BucketOwnerEnforced"}},
		{`<OwnershipControls/>`, owner, []string(nil)},
		{`<Other/>`, owner, nil},
		{`<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>FALSE</IgnorePublicAcls><BlockPublicPolicy></BlockPublicPolicy></PublicAccessBlockConfiguration>`, block, PublicAccessBlock{&yes, &no, nil, nil}},
		{`<Other/>`, block, nil},
	} {
		got, err := c.ask(client(&replies{status: 200, body: c.body}, ""))
		switch {
		case c.want == nil && err == nil:
			t.Errorf("%s is taken for %+v", c.body, got)
		case c.want != nil && (err != nil || !reflect.DeepEqual(got, c.want)):
			t.Errorf("%s is %+v (%v), want %+v", c.body, got, err, c.want)
		}
	}
}

func list(c *Client) (any, error)   { return asAny(c.ListBuckets(background, nil)) }
func locate(c *Client) (any, error) { return asAny(c.GetBucketLocation(background, "buck")) }
func owner(c *Client) (any, error)  { return asAny(c.GetBucketOwnershipControls(background, "buck")) }
func block(c *Client) (any, error)  { return asAny(c.GetPublicAccessBlock(background, "buck")) }

var background = context.Background()

func asAny[T any](v T, err error) (any, error) { return v, err }

func TestErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ body, code string }{
		{`<?xml version="1.0"?><Error><Code>NoSuchBucketPolicy</Code><Message>The bucket policy does not exist</Message><RequestId>R7</RequestId></Error>`, "NoSuchBucketPolicy"},
		{`<html>no</html>`, "UnknownError"},
		{``, "UnknownError"},
	} {
		_, err := client(&replies{status: 404, body: c.body}, "").GetBucketPolicy(t.Context(), "buck")
		e, ok := errors.AsType[smithy.APIError](err)
		if !ok || e.ErrorCode() != c.code || strings.Contains(c.body, "R7") != strings.Contains(err.Error(), "R7") {
			t.Errorf("%q comes out as %v", c.body, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`<ListAllMyBucketsResult><Buckets><Bucket><Name>a</Name></Bucket></Buckets></ListAllMyBucketsResult>`))
	f.Add([]byte(`<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>`))
	f.Add([]byte(`<Error><Code>a</Code></Error>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		kinds := 0
		if _, err := readBuckets(body); err == nil {
			kinds++
		}
		if _, err := readLocation(body); err == nil {
			kinds++
		}
		if _, err := readOwnership(body); err == nil {
			kinds++
		}
		if _, err := readPublicAccessBlock(body); err == nil {
			kinds++
		}
		if readError(nil, body) != (wire.APIError{}) {
			kinds++
		}
		if kinds > 1 {
			t.Errorf("%q is %d answers at once", body, kinds)
		}
	})
}

// TestHost: hosts are those of the SDK's generated client.
// Source: the answers of service/s3 v1.114.9's endpoint resolver.
func TestHost(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		region     string
		fips, dual bool
		want       string
	}{
		{"us-east-1", false, false, "s3.us-east-1.amazonaws.com"},
		{"us-east-1", false, true, "s3.dualstack.us-east-1.amazonaws.com"},
		{"us-east-1", true, false, "s3-fips.us-east-1.amazonaws.com"},
		{"us-east-1", true, true, "s3-fips.dualstack.us-east-1.amazonaws.com"},
		{"cn-north-1", false, true, "s3.dualstack.cn-north-1.amazonaws.com.cn"},
		{"us-gov-west-1", true, false, "s3-fips.us-gov-west-1.amazonaws.com"},
		{"us-iso-east-1", false, true, "s3.dualstack.us-iso-east-1.c2s.ic.gov"},
		{"eusc-de-east-1", false, false, "s3.eusc-de-east-1.amazonaws.eu"},
	} {
		if got := host(wire.PlaceOf(c.region, c.fips, c.dual)); got != c.want {
			t.Errorf("%s, FIPS %t, dual-stack %t: %s, want %s", c.region, c.fips, c.dual, got, c.want)
		}
	}
}
