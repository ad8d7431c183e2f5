package awsapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
)

// The limits of one call where [Options] name no others. The SDK itself waits
// without end for an answer that never comes.
// Source: AWS SDKs and Tools Reference Guide, "Smart configuration defaults".
const (
	attemptTimeout = 10 * time.Second
	callTimeout    = 30 * time.Second
	// noticeAfter is how long a call may be retried in silence.
	noticeAfter = 3 * time.Second
)

// A Retry is a failed attempt of a call that is going to be made again.
type Retry struct {
	Operation string // iam:GetRole
	Attempt   int    // the one that failed, from 1
	Err       error  // an [*source.Error]
}

// A patience bounds the attempts of each call and reports those that take
// long. The caller's context bounds all of it.
type patience struct {
	attempt, call time.Duration
	retryable     func(error) bool
	notify        func(Retry)
	attempted     func(Attempt)
	slow          func(operation string, after time.Duration)
	credentials   aws.CredentialsProvider
	assumed       bool // the credentials are those of a role
	health        health
	notices       notices
}

func newPatience(o Options, retryer aws.Retryer) *patience {
	return &patience{
		attempt: cmp.Or(o.AttemptTimeout, attemptTimeout), call: cmp.Or(o.CallTimeout, callTimeout),
		retryable: retryer.IsErrorRetryable, notify: o.OnRetry, attempted: o.OnAttempt, slow: o.OnSlow,
	}
}

// add puts the limits into the stack of an operation: one around all attempts,
// and one around each.
func (p *patience) add(stack *middleware.Stack) error {
	return errors.Join(
		stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("CallLimit", p.limitCall), "Retry", middleware.Before),
		stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("AttemptLimit", p.limitAttempt), "Signing", middleware.After),
		stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("ReadAnswer", readAnswer), middleware.After),
	)
}

// A call is one operation with all its attempts.
type call struct {
	service, operation, region string

	mu       sync.Mutex
	attempts int
	last     error // of an attempt that failed
	late     bool  // it has taken longer than noticeAfter
	over     bool
}

type callKey struct{}

func newCall(ctx context.Context) *call {
	return &call{service: awsmiddleware.GetServiceID(ctx), operation: awsmiddleware.GetOperationName(ctx), region: awsmiddleware.GetRegion(ctx)}
}

// name is the operation as policies write it: iam:GetRole.
func (c *call) name() string { return strings.ToLower(c.service) + ":" + c.operation }

func (p *patience) limitCall(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
	if p.credentials != nil {
		// A person may have to type a code for them, so that they come before
		// the clock starts. Their error is the attempt's as well.
		if _, err := p.credentials.Retrieve(ctx); err != nil && p.assumed {
			return middleware.FinalizeOutput{}, middleware.Metadata{}, err // it says which role
		}
	}
	c := newCall(ctx)
	limited, cancel := context.WithTimeout(context.WithValue(ctx, callKey{}, c), p.call)
	defer cancel()
	timer := time.AfterFunc(noticeAfter, func() { p.tell(c, c.setLate); p.wait(c) })
	out, meta, err := next.HandleFinalize(limited, in)
	timer.Stop()
	if c.finish(); err == nil {
		return out, meta, nil
	}
	if limited.Err() != nil && ctx.Err() == nil {
		err = c.gaveUp(p.call)
	}
	return out, meta, &callError{call: c, ended: ctx.Err(), Err: err}
}

// gaveUp is the error of a call whose time is over: that of its last attempt,
// or that there was no answer.
func (c *call) gaveUp(after time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last != nil {
		return c.last
	}
	return &noAnswerError{after}
}

func (p *patience) limitAttempt(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
	limited, cancel := context.WithTimeout(ctx, p.attempt)
	defer cancel()
	start := time.Now()
	out, meta, err := next.HandleFinalize(limited, in)
	p.report(ctx, time.Since(start), meta, err)
	if ctx.Err() != nil {
		return out, meta, err // the call is over
	}
	if limited.Err() != nil && err != nil {
		err = &noAnswerError{p.attempt}
	}
	c, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		return out, meta, err
	}
	again := err != nil && p.retryable(err)
	if p.health.failing(c.service+" "+c.region, again) >= p.call {
		// Nothing has answered for as long as one call may take: the rest is
		// spared the retries, so that the command comes to an end.
		return out, meta, &finalError{err}
	}
	if again {
		p.tell(c, func() { c.attempts, c.last = c.attempts+1, err })
	}
	return out, meta, err
}

// tell notes what happened to a call and reports its last error where the call
// takes long.
func (p *patience) tell(c *call, note func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	note()
	if p.notify == nil || !c.late || c.over || c.last == nil || !p.notices.due(c.name()) {
		return
	}
	p.notify(Retry{Operation: c.name(), Attempt: c.attempts, Err: explain("asking "+c.name(), &callError{call: c, Err: c.last})})
}

// wait reports a call that has had no answer of any kind for noticeAfter.
func (p *patience) wait(c *call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p.slow != nil && !c.over && c.last == nil && p.notices.due(c.name()) {
		p.slow(c.name(), noticeAfter)
	}
}

func (c *call) setLate() { c.late = true }

func (c *call) finish() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = true
}

// A callError says which operation failed, and where.
type callError struct {
	call  *call
	ended error // why the caller's context has ended, where it has
	Err   error
}

func (e *callError) Error() string { return e.call.name() + ": " + e.Err.Error() }

// Unwrap returns what the SDK says.
func (e *callError) Unwrap() error { return e.Err }

// A noAnswerError says that an endpoint did not answer.
type noAnswerError struct{ after time.Duration }

func (e *noAnswerError) Error() string { return fmt.Sprintf("no answer within %s", e.after) }

// A finalError is not worth another attempt.
type finalError struct{ error }

// Unwrap returns the attempt's error.
func (e *finalError) Unwrap() error { return e.error }
