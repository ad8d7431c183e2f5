// Package wire calls operations of AWS whose service clients are out of
// proportion: that of EC2 is 30 MB of source for one operation and took a third of
// the time that this program takes to build; those of S3, ECS, EKS and Organizations
// together took a seventh, and two milliseconds of each start. Signer, retries,
// clock, HTTP client and errors are the SDK's, and so is how an endpoint is
// configured; what is written here is only what a generated client would say.
package wire

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// A Service is an API of AWS.
type Service struct {
	ID   string // as the SDK and AWS_ENDPOINT_URL_… name it: EC2
	Name string // in endpoints and signatures: ec2
	// Host is the service's host in a place; nil where it is [Place.Host].
	Host func(Place) string
	// Global says that one Region of each partition answers for all.
	Global bool
	// Raw says that signatures take paths as they are, and that the hash of the body
	// is a header, as S3 has it.
	Raw bool
	// Errors reads the answer to a refused request; [JSONErrors] for services that
	// speak JSON. Of what is none of the service's answers it says nothing.
	Errors func(header http.Header, body []byte) APIError
}

// An APIError is what the body of a refused request says.
type APIError struct{ Code, Message, RequestID string }

// A Client calls a service in one Region. It may be used by several goroutines.
type Client struct {
	service Service
	config  aws.Config
	region  string
	skew    atomic.Int64 // of the clock, in nanoseconds, as answers tell
}

// New returns a client of a service. The configuration's HTTP client, credentials,
// retries, endpoints and API options hold, as they do for the SDK's own clients; an
// empty region is that of the configuration.
func New(cfg aws.Config, s Service, region string) *Client {
	if region == "" {
		region = cfg.Region
	}
	if s.Global && region != "" {
		region = partitionOf(region).home
	}
	return &Client{service: s, config: cfg, region: region}
}

// A Request is what is sent to a service.
type Request struct {
	Operation string
	// Bucket is a part of the host, or of the path where the endpoint is configured
	// or the name fits no host; empty where none is asked about.
	Bucket string
	Method string   // POST where empty
	Path   []string // below the endpoint, part by part; no part is a path
	Query  url.Values
	Header http.Header
	Body   []byte
}

// Call sends a request and hands the body of the answer to read. Errors are those
// of the SDK's clients: a [smithy.APIError] where the service says what is wrong, and
// an [awshttp.ResponseError] with the status and the request's id around it.
func (c *Client) Call(ctx context.Context, r Request, read func(body []byte) error) error {
	at, own, err := endpoint(ctx, &c.config, c.service, c.region)
	if err != nil {
		return c.failed(r, err)
	}
	switch {
	case r.Bucket == "":
	case own || !hostable.MatchString(r.Bucket):
		r.Path = append([]string{r.Bucket}, r.Path...)
	default:
		at.Host = r.Bucket + "." + at.Host
	}
	stack := middleware.NewStack(r.Operation, smithyhttp.NewStackRequest)
	if err := c.assemble(stack, at, r, read); err != nil {
		return c.failed(r, err)
	}
	ctx = middleware.ClearStackValues(ctx)
	ctx = awsmiddleware.SetServiceID(ctx, c.service.ID)
	ctx = awsmiddleware.SetRegion(ctx, c.region)
	ctx = awsmiddleware.SetOperationName(ctx, r.Operation)
	client := c.config.HTTPClient
	if client == nil {
		client = awshttp.NewBuildableClient()
	}
	_, _, err = middleware.DecorateHandler(smithyhttp.NewClientHandlerWithOptions(client), stack).Handle(ctx, nil)
	return c.failed(r, err)
}

// hostable are the names of buckets that become part of a host's name; one with a
// dot would not fit the certificate.
// Source: Amazon S3 User Guide, "Virtual hosting of general purpose buckets".
var hostable = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)

// failed names the operation of an error; nil stays nil.
func (c *Client) failed(r Request, err error) error {
	if err == nil {
		return nil
	}
	return &smithy.OperationError{ServiceID: c.service.ID, OperationName: r.Operation, Err: err}
}

// api is the error that a body of a refused request comes to, and the request's id.
func (s Service) api(header http.Header, body []byte) (id string, err error) {
	e := s.Errors(header, body)
	if e.Code == "" {
		e.Code = "UnknownError"
	}
	if e.Message == "" {
		e.Message = e.Code
	}
	return e.RequestID, &smithy.GenericAPIError{Code: e.Code, Message: e.Message}
}

// unread is the error of an answer that is not what the operation answers.
func unread(err error, body []byte) error {
	return &smithy.DeserializationError{Err: fmt.Errorf("failed to decode response body, %w", err), Snapshot: body[:min(len(body), 1024)]}
}
