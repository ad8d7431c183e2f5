package awsapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// Decode returns what an encoded authorization message says, as JSON. The error
// is an [*source.Error].
func (c *Client) Decode(ctx context.Context, encoded string) (string, error) {
	const operation = "sts:DecodeAuthorizationMessage"
	out, err := c.sts().DecodeAuthorizationMessage(ctx, &sts.DecodeAuthorizationMessageInput{EncodedMessage: &encoded})
	if err != nil {
		return "", explain("decoding the authorization message", err)
	}
	if aws.ToString(out.DecodedMessage) == "" {
		return "", wrongAnswer(operation, "it has no message")
	}
	return *out.DecodedMessage, nil
}
