package awsapi

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
)

// A Role is one to assume; each of a list is assumed with the credentials of the
// one before.
type Role struct {
	ARN        string
	ExternalID string
	// SessionName is remotion-doctor where empty.
	SessionName string
	// Duration of the credentials; an hour where zero, and at most an hour for a role
	// that is assumed with those of another (IAM User Guide, "Roles terms and
	// concepts", role chaining). They are renewed before they end.
	Duration time.Duration
}

// renewal is how long before their end credentials are renewed: no call begins with
// some that end in the middle of it.
const renewal = callTimeout + 30*time.Second

// assume returns the configuration with the credentials of the last role.
func assume(cfg aws.Config, o *Options, retryer aws.Retryer) aws.Config {
	for _, r := range o.Roles {
		client := sts.NewFromConfig(cfg, func(s *sts.Options) { s.Region = cmp.Or(cfg.Region, "us-east-1") })
		provider := stscreds.NewAssumeRoleProvider(client, r.ARN, func(a *stscreds.AssumeRoleOptions) {
			a.RoleSessionName, a.Duration = cmp.Or(r.SessionName, "remotion-doctor"), cmp.Or(r.Duration, time.Hour)
			if r.ExternalID != "" {
				a.ExternalID = &r.ExternalID
			}
		})
		next := cfg.Copy()
		next.Credentials = aws.NewCredentialsCache(&settling{role: r.ARN, provider: provider, until: o.RefusedUntil, pause: cmp.Or(o.RefusedPause, 5*time.Second)}, func(c *aws.CredentialsCacheOptions) {
			c.ExpiryWindow = renewal
		})
		limits := newPatience(*o, retryer)
		limits.credentials, limits.assumed = next.Credentials, true
		next.APIOptions = []func(*middleware.Stack) error{limits.add}
		cfg = next
	}
	return cfg
}

// A settling provider asks again after a refusal, until some time: a role that was
// made a moment ago is not known everywhere yet.
//
// Source: IAM User Guide, "Troubleshoot IAM", "Changes that I make are not always
// immediately visible".
type settling struct {
	role     string
	provider aws.CredentialsProvider
	until    time.Time
	pause    time.Duration
}

// Retrieve implements aws.CredentialsProvider.
func (s *settling) Retrieve(ctx context.Context) (aws.Credentials, error) {
	for {
		c, err := s.provider.Retrieve(ctx)
		api, ok := errors.AsType[smithy.APIError](err)
		if err == nil || !ok || api.ErrorCode() != "AccessDenied" || time.Now().Add(s.pause).After(s.until) {
			return c, s.named(err)
		}
		select {
		case <-time.After(s.pause):
		case <-ctx.Done():
			return c, s.named(err)
		}
	}
}

func (s *settling) named(err error) error {
	if err == nil {
		return nil
	}
	return &roleError{s.role, err}
}

// A roleError says which role could not be assumed.
type roleError struct {
	role string
	error
}

// Unwrap returns what the SDK says.
func (e *roleError) Unwrap() error { return e.error }
