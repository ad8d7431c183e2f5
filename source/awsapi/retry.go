package awsapi

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// maxAttempts is enough to outlast IAM's throttling, which the usual three
// attempts are not (cloud-custodian#7641, openshift/installer#1418). The time of
// the call ends first.
const maxAttempts = 10

// maxBackoff keeps the last attempts within the time of a call.
const maxBackoff = 8 * time.Second

// newRetryer retries throttling, server errors and answers that do not come,
// with full jitter.
func newRetryer(backoff func(int) time.Duration) aws.Retryer {
	return retry.NewStandard(standard(backoff))
}

func standard(backoff func(int) time.Duration) func(*retry.StandardOptions) {
	return func(o *retry.StandardOptions) {
		o.MaxAttempts = maxAttempts
		o.MaxBackoff = maxBackoff
		o.RateLimiter = ratelimit.None // the attempts are bound already
		o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(worthRetrying)}, o.Retryables...)
		if backoff != nil {
			o.Backoff = retry.BackoffDelayerFunc(func(n int, _ error) (time.Duration, error) { return backoff(n), nil })
		}
	}
}

// worthRetrying decides what the SDK's own rules leave open.
func worthRetrying(err error) aws.Ternary {
	_, final := errors.AsType[*finalError](err)
	_, silent := errors.AsType[*noAnswerError](err)
	_, cut := errors.AsType[*cutError](err)
	_, foreign := errors.AsType[*foreignError](err)
	switch {
	case final, foreign, nobodyThere(err):
		return aws.FalseTernary
	case silent, cut:
		return aws.TrueTernary
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return aws.FalseTernary
	}
	return aws.UnknownTernary
}

// nobodyThere spares the user the retries where no host answers at all.
func nobodyThere(err error) bool {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return true
	}
	e, ok := errors.AsType[*net.OpError](err)
	return ok && e.Op == "dial"
}
