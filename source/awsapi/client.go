package awsapi

import (
	"cmp"
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"

	"remotion-doctor/audit"
	"remotion-doctor/source/awsapi/ec2"
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
	// Roles are assumed one after the other; the last one's credentials are used.
	Roles []Role
	// RefusedUntil is until when a refusal of AssumeRole is tried again, every
	// RefusedPause (5 s where zero).
	RefusedUntil time.Time
	RefusedPause time.Duration
	// Adaptive slows down, for each service by itself, while AWS throttles.
	Adaptive bool
	// Isolated reads neither the environment nor any file: made-up credentials
	// sign the requests to EndpointURL.
	Isolated bool
	// Concurrency bounds the calls that are in flight together; 8 where zero.
	Concurrency int
	// AttemptTimeout bounds each attempt of a call; 10 s where zero.
	AttemptTimeout time.Duration
	// CallTimeout bounds a call with all its retries; 30 s where zero.
	CallTimeout time.Duration
	// OnRetry, where it is not nil, is called with the failed attempts of a call
	// that takes longer than three seconds, perhaps by several goroutines.
	OnRetry func(Retry)
	// OnAttempt, where it is not nil, is called after each attempt, perhaps by several
	// goroutines.
	OnAttempt func(Attempt)
	// OnSlow, where it is not nil, is called when a call has had no answer for three
	// seconds.
	OnSlow func(operation string, after time.Duration)
	// Backoff replaces the waiting between retries, for tests.
	Backoff func(attempt int) time.Duration
	// Like is a client whose connections are used, too.
	Like *Client
	// Transport replaces how requests are sent.
	Transport http.RoundTripper
}

// A Client talks to AWS with one set of credentials. It is a [source.Source]
// and may be used by several goroutines.
type Client struct {
	config      aws.Config
	concurrency int
	calls       atomic.Int64
	probes      atomic.Int64
	read        readings
	paces       *paces // nil where calls are not slowed down
}

// Open loads the configuration. It does not talk to AWS.
func Open(ctx context.Context, o Options) (*Client, error) {
	retryer := newRetryer(o.Backoff)
	limits := newPatience(o, retryer)
	// The clients of credential providers have the same limits.
	cfg, err := loadConfig(ctx, o, []func(*config.LoadOptions) error{
		config.WithRetryer(func() aws.Retryer { return retryer }),
		config.WithEC2RoleCredentialOptions(impatient),
		config.WithAppID("remotion-doctor"),
		config.WithLogger(logging.Nop{}), // explain words errors, not the SDK's log
		config.WithAPIOptions([]func(*middleware.Stack) error{limits.add}),
	})
	if err != nil {
		return nil, explain("reading the AWS configuration", err)
	}
	if o.EndpointURL != "" {
		cfg.BaseEndpoint = &o.EndpointURL
	}
	if cfg.BaseEndpoint != nil {
		if err := checkEndpoint(*cfg.BaseEndpoint); err != nil {
			return nil, err
		}
		if o.Profile == "" && cfg.Credentials != nil && loopback(*cfg.BaseEndpoint) {
			cfg.Credentials = aws.NewCredentialsCache(orDemo{cfg.Credentials})
		}
	}
	switch {
	case o.Like != nil:
		cfg.HTTPClient = o.Like.config.HTTPClient
	case cfg.HTTPClient == nil:
		cfg.HTTPClient = awshttp.NewBuildableClient() // one for all services
	}
	own := newPatience(o, retryer)
	own.credentials = cfg.Credentials
	cfg.Retryer = func() aws.Retryer { return retryer }
	cfg.APIOptions = []func(*middleware.Stack) error{own.add}
	c := &Client{config: assume(cfg, &o, retryer), concurrency: cmp.Or(o.Concurrency, 8)}
	if o.Adaptive {
		c.paces = &paces{backoff: o.Backoff, of: map[string]aws.Retryer{}}
	}
	return c, nil
}

func loadConfig(ctx context.Context, o Options, load []func(*config.LoadOptions) error) (aws.Config, error) {
	if o.Isolated {
		cfg := aws.Config{
			Region:      o.Region,
			Credentials: credentials.StaticCredentialsProvider{Value: demo},
			Logger:      logging.Nop{},
		}
		if o.Transport != nil {
			cfg.HTTPClient = httpClient(o.Transport)
		}
		return cfg, nil
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
	if o.Transport != nil {
		load = append(load, config.WithHTTPClient(httpClient(o.Transport)))
	}
	return config.LoadDefaultConfig(ctx, load...)
}

// httpClient follows no redirect: a request is signed for one host.
func httpClient(t http.RoundTripper) *http.Client {
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
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
	return awsiam.NewFromConfig(c.of("iam"), func(o *awsiam.Options) { o.Region = c.globalRegion() })
}

func (c *Client) sts() *sts.Client {
	return sts.NewFromConfig(c.of("sts"), func(o *sts.Options) { o.Region = c.globalRegion() })
}

func (c *Client) lambda(region string) *lambda.Client {
	return lambda.NewFromConfig(c.of("lambda"), func(o *lambda.Options) { o.Region = cmp.Or(region, c.config.Region) })
}

func (c *Client) ec2(region string) *ec2.Client { return ec2.New(c.of("ec2"), region) }
