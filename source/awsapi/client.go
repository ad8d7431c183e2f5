package awsapi

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"

	"remotion-doctor/audit"
)

// Options say how to reach AWS. The zero Options follow the environment and
// the shared configuration files as the AWS CLI does.
type Options struct {
	Profile     string
	Region      string
	EndpointURL string
	// AccessKeyID and what belongs to it are used in place of the credentials
	// that would be found, where they are given.
	AccessKeyID, SecretAccessKey, SessionToken string
	// Isolated reads neither the environment nor any file: made-up credentials
	// sign the requests to EndpointURL.
	Isolated bool
	// Concurrency bounds the calls that are in flight together; 8 where zero.
	Concurrency int
	// Backoff replaces the waiting between retries, for tests.
	Backoff func(attempt int) time.Duration
}

// A Client talks to AWS with one set of credentials. It is an
// [iam.Evaluator] and may be used by several goroutines.
type Client struct {
	config      aws.Config
	endpoint    string
	concurrency int
	calls       atomic.Int64
	probes      atomic.Int64
}

// maxAttempts is enough to outlast IAM's throttling, which the usual three
// attempts are not (cloud-custodian#7641, openshift/installer#1418).
const maxAttempts = 8

// Open loads the configuration. It does not talk to AWS.
func Open(ctx context.Context, o Options) (*Client, error) {
	load := []func(*config.LoadOptions) error{
		config.WithRetryer(func() aws.Retryer { return newRetryer(o.Backoff) }),
		config.WithEC2RoleCredentialOptions(impatient),
		config.WithAppID("remotion-doctor"),
		config.WithLogger(logging.Nop{}), // errors are told by explain, not by the SDK's log
	}
	if o.Profile != "" {
		load = append(load, config.WithSharedConfigProfile(o.Profile))
	}
	if o.Region != "" {
		load = append(load, config.WithRegion(o.Region))
	}
	if o.AccessKeyID != "" {
		load = append(load, config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(o.AccessKeyID, o.SecretAccessKey, o.SessionToken)))
	}
	cfg, err := loadConfig(ctx, o, load)
	if err != nil {
		return nil, explain("reading the AWS configuration", err)
	}
	if o.EndpointURL != "" {
		cfg.BaseEndpoint = &o.EndpointURL
	}
	return &Client{config: cfg, endpoint: o.EndpointURL, concurrency: cmp.Or(o.Concurrency, 8)}, nil
}

func loadConfig(ctx context.Context, o Options, load []func(*config.LoadOptions) error) (aws.Config, error) {
	if !o.Isolated {
		return config.LoadDefaultConfig(ctx, load...)
	}
	return aws.Config{
		Region:      o.Region,
		Credentials: credentials.NewStaticCredentialsProvider("AKIDEMO", "demo", ""),
		Retryer:     func() aws.Retryer { return newRetryer(o.Backoff) },
		Logger:      logging.Nop{},
	}, nil
}

// newRetryer retries throttling and server errors with full jitter.
func newRetryer(backoff func(int) time.Duration) aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxAttempts
		o.MaxBackoff = 20 * time.Second
		o.RateLimiter = ratelimit.None // the attempts are bound already
		o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(nobodyThere)}, o.Retryables...)
		if backoff != nil {
			o.Backoff = retry.BackoffDelayerFunc(func(n int, _ error) (time.Duration, error) { return backoff(n), nil })
		}
	})
}

// nobodyThere spares the user the retries where no host answers at all.
func nobodyThere(err error) aws.Ternary {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return aws.FalseTernary
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "dial" {
		return aws.FalseTernary
	}
	return aws.UnknownTernary
}

// impatient keeps a machine that is not on EC2 from waiting for its metadata
// service.
func impatient(o *ec2rolecreds.Options) {
	o.Client = imds.New(imds.Options{
		Retryer:    aws.NopRetryer{},
		HTTPClient: &http.Client{Timeout: 2 * time.Second},
	})
}

// Region returns the configured region, or an empty string.
func (c *Client) Region() string { return c.config.Region }

// Usage returns what was asked so far.
func (c *Client) Usage() audit.Usage {
	return audit.Usage{Calls: int(c.calls.Load()), Probes: int(c.probes.Load())}
}

// globalRegion is where IAM and STS are asked if no region is configured.
func (c *Client) globalRegion() string { return cmp.Or(c.config.Region, "us-east-1") }

func (c *Client) iam() *awsiam.Client {
	return awsiam.NewFromConfig(c.config, func(o *awsiam.Options) { o.Region = c.globalRegion() })
}

func (c *Client) sts() *sts.Client {
	return sts.NewFromConfig(c.config, func(o *sts.Options) { o.Region = c.globalRegion() })
}

func (c *Client) lambda(region string) *lambda.Client {
	return lambda.NewFromConfig(c.config, func(o *lambda.Options) { o.Region = cmp.Or(region, c.config.Region) })
}

func (c *Client) ec2() *ec2.Client { return ec2.NewFromConfig(c.config) }
