package wire

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// skewThreshold is how far the clock may be off before requests are signed for the
// service's time: AWS accepts five minutes.
// Source: the SDK's retry.Attempt, which decides by the same figure whether a
// refusal for the time is worth another attempt.
const skewThreshold = 4 * time.Minute

// sign signs each attempt, by the service's clock where this one is wrong.
func (c *Client) sign(r Request) middleware.FinalizeMiddleware {
	sum := sha256.Sum256(r.Body)
	payload := hex.EncodeToString(sum[:])
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = c.service.Raw })
	return middleware.FinalizeMiddlewareFunc("Signing", func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (out middleware.FinalizeOutput, meta middleware.Metadata, err error) {
		request, ok := in.Request.(*smithyhttp.Request)
		if !ok || c.config.Credentials == nil {
			return out, meta, fmt.Errorf("there is nothing to sign %T with", in.Request)
		}
		credentials, err := c.config.Credentials.Retrieve(ctx)
		if err != nil {
			return out, meta, fmt.Errorf("get identity: get credentials: %w", err) // as the SDK's clients word it
		}
		if c.service.Raw {
			request.Header.Set("X-Amz-Content-Sha256", payload)
		}
		now := time.Now().Add(time.Duration(c.skew.Load()))
		if err := signer.SignHTTP(ctx, credentials, request.Request, payload, c.service.Name, c.region, now); err != nil {
			return out, meta, fmt.Errorf("signing the request: %w", err)
		}
		out, meta, err = next.HandleFinalize(ctx, in)
		if skew, ok := awsmiddleware.GetAttemptSkew(meta); ok && err != nil && skew.Abs() > skewThreshold && !c.config.DisableClockSkewCorrection {
			c.skew.Store(int64(skew))
		}
		return out, meta, err
	})
}
