package awsapi

import (
	"context"
	"errors"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go/middleware"
)

// An Attempt is one request to AWS, as --debug shows it: what was asked, never with
// which parameters or credentials.
type Attempt struct {
	Operation string // iam:GetRole
	Region    string
	Number    int // of the call, from 1
	Duration  time.Duration
	RequestID string // empty where AWS gave none
	Err       error  // nil for an answer; an [*source.Error]
}

// report passes an attempt to [Options.OnAttempt].
func (p *patience) report(ctx context.Context, took time.Duration, meta middleware.Metadata, err error) {
	if p.attempted == nil {
		return
	}
	c, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		c = newCall(ctx) // of a provider of credentials
	}
	c.mu.Lock()
	a := Attempt{Operation: c.name(), Region: c.region, Number: c.attempts + 1, Duration: took}
	c.mu.Unlock()
	a.RequestID, _ = awsmiddleware.GetRequestIDMetadata(meta)
	if e, ok := errors.AsType[*awshttp.ResponseError](err); ok && a.RequestID == "" {
		a.RequestID = e.ServiceRequestID()
	}
	if err != nil {
		a.Err = explain("asking "+c.name(), &callError{call: c, Err: err})
	}
	p.attempted(a)
}
