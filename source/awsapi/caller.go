package awsapi

import (
	"context"
)

// CallerOf asks AWS whose credentials those of the options are. Where prefix is
// not empty they are replaced by those in the variables that begin with it, such
// as AWS_ACCESS_KEY_ID, which getenv returns.
func CallerOf(ctx context.Context, o Options, prefix string, getenv func(string) string) (string, error) {
	if prefix != "" {
		o.AccessKeyID, o.SecretAccessKey, o.SessionToken = getenv(prefix+"_ACCESS_KEY_ID"), getenv(prefix+"_SECRET_ACCESS_KEY"), getenv(prefix+"_SESSION_TOKEN")
	}
	c, err := Open(ctx, o)
	if err != nil {
		return "", err
	}
	return c.Caller(ctx)
}
