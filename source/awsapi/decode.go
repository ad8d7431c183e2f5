package awsapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// DecodeAuthorizationMessage returns what an encoded authorization message
// says, as JSON. The error is an [*source.Error].
func (c *Client) DecodeAuthorizationMessage(ctx context.Context, encoded string) (string, error) {
	out, err := c.sts().DecodeAuthorizationMessage(ctx, &sts.DecodeAuthorizationMessageInput{EncodedMessage: &encoded})
	if err != nil {
		return "", explain("decoding the authorization message", err)
	}
	return aws.ToString(out.DecodedMessage), nil
}
