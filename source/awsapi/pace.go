package awsapi

import (
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// paces are the retryers of the services of one account: each learns from the
// throttling of its own service how many requests it may send.
//
// Source: AWS SDKs and Tools Reference Guide, "Retry behavior", adaptive mode.
type paces struct {
	backoff func(int) time.Duration
	mu      sync.Mutex
	of      map[string]aws.Retryer
}

func (p *paces) retryer(service string) aws.Retryer {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of[service] == nil {
		p.of[service] = retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
			o.StandardOptions = append(o.StandardOptions, standard(p.backoff), func(s *retry.StandardOptions) { s.RateLimiter = ratelimit.None })
		})
	}
	return p.of[service]
}

// of is the configuration of the client of a service.
func (c *Client) of(service string) aws.Config {
	if c.paces == nil {
		return c.config
	}
	cfg := c.config.Copy()
	cfg.Retryer = func() aws.Retryer { return c.paces.retryer(service) }
	return cfg
}
