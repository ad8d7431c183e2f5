package awsapi

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

func TestLoopback(t *testing.T) {
	t.Parallel()
	for endpoint, want := range map[string]bool{
		"http://127.0.0.1:4566": true, "http://[::1]:4566": true, "http://localhost:4566": true,
		"https://iam.amazonaws.com": false, "http://127.0.0.1.example.com": false, "http://169.254.169.254": false, "http://localhost.example.com": false, "::": false,
	} {
		if got := loopback(endpoint); got != want {
			t.Errorf("%s: %v", endpoint, got)
		}
	}
}

// TestOrDemo: the credentials that there are come first, and an interruption is not
// taken for the lack of them.
func TestOrDemo(t *testing.T) {
	t.Parallel()
	own := aws.Credentials{AccessKeyID: "AKIDOWN", SecretAccessKey: "x"}
	found := orDemo{aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return own, nil })}
	if c, err := found.Retrieve(t.Context()); err != nil || c.AccessKeyID != own.AccessKeyID {
		t.Errorf("%v, error %v", c.AccessKeyID, err)
	}
	none := orDemo{aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, errors.New("none")
	})}
	if c, err := none.Retrieve(t.Context()); err != nil || c.AccessKeyID != demo.AccessKeyID {
		t.Errorf("%v, error %v", c.AccessKeyID, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := none.Retrieve(ctx); err == nil {
		t.Error("an interruption is an answer")
	}
}
