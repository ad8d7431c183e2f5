package awsapi

import (
	"context"
	"net/netip"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// demo are credentials of nobody, for an AWS that is on this machine.
var demo = aws.Credentials{AccessKeyID: "AKIDEMO", SecretAccessKey: "demo", Source: "remotion-doctor"}

// An orDemo gives the credentials that there are, else those of nobody: `serve` and the
// like on this machine ask for some, and take any.
type orDemo struct{ aws.CredentialsProvider }

// Retrieve implements [aws.CredentialsProvider].
func (p orDemo) Retrieve(ctx context.Context) (aws.Credentials, error) {
	c, err := p.CredentialsProvider.Retrieve(ctx)
	if err != nil && ctx.Err() == nil {
		return demo, nil
	}
	return c, err
}

// loopback reports whether an endpoint is on this machine.
func loopback(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
}
