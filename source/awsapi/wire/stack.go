package wire

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// assemble puts the steps of a call together as the SDK's generated clients do, so
// that the configuration's API options find the steps that they name.
func (c *Client) assemble(stack *middleware.Stack, at *url.URL, r Request, read func([]byte) error) error {
	retryer := c.config.Retryer
	if retryer == nil {
		retryer = func() aws.Retryer { return retry.NewStandard() }
	}
	agent := awsmiddleware.NewRequestUserAgent()
	agent.AddSDKAgentKey(awsmiddleware.APIMetadata, c.service.Name)
	if c.config.AppID != "" {
		agent.AddSDKAgentKey(awsmiddleware.ApplicationIdentifier, c.config.AppID)
	}
	err := errors.Join(
		stack.Serialize.Add(middleware.SerializeMiddlewareFunc("OperationSerializer", serialize(at, r)), middleware.After),
		stack.Build.Add(agent, middleware.After),
		awsmiddleware.AddClientRequestIDMiddleware(stack),
		stack.Finalize.Add(retry.NewAttemptMiddleware(retryer(), smithyhttp.RequestCloner, func(a *retry.Attempt) {
			a.LogAttempts, a.DisableClockSkewCorrection = c.config.ClientLogMode.IsRetries(), c.config.DisableClockSkewCorrection
		}), middleware.After),
		stack.Finalize.Add(c.sign(r), middleware.After),
		stack.Deserialize.Add(&awshttp.ResponseErrorWrapper{}, middleware.After),
		stack.Deserialize.Add(&awsmiddleware.RequestIDRetriever{}, middleware.After),
		stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("OperationDeserializer", c.deserialize(read)), middleware.After),
		stack.Deserialize.Add(&awsmiddleware.RecordResponseTiming{}, middleware.After),
	)
	for _, option := range c.config.APIOptions {
		err = errors.Join(err, option(stack))
	}
	return err
}

// serialize makes the request.
func serialize(at *url.URL, r Request) func(context.Context, middleware.SerializeInput, middleware.SerializeHandler) (middleware.SerializeOutput, middleware.Metadata, error) {
	return func(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (out middleware.SerializeOutput, meta middleware.Metadata, err error) {
		request, ok := in.Request.(*smithyhttp.Request)
		if !ok {
			return out, meta, fmt.Errorf("unknown transport type %T", in.Request)
		}
		request.Method = cmp.Or(r.Method, http.MethodPost)
		request.URL = at.JoinPath("/")
		for _, part := range r.Path {
			request.URL = request.URL.JoinPath(url.PathEscape(part))
		}
		request.URL.RawQuery = r.Query.Encode()
		for name, values := range r.Header {
			request.Header[name] = values
		}
		if in.Request, err = request.SetStream(bytes.NewReader(r.Body)); err != nil {
			return out, meta, err
		}
		return next.HandleSerialize(ctx, in)
	}
}

// deserialize reads the answer.
func (c *Client) deserialize(read func([]byte) error) func(context.Context, middleware.DeserializeInput, middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	return func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
		out, meta, err := next.HandleDeserialize(ctx, in)
		response, ok := out.RawResponse.(*smithyhttp.Response)
		if err != nil || !ok {
			return out, meta, err
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			return out, meta, unread(err, nil)
		}
		if response.StatusCode < 200 || response.StatusCode >= 300 {
			id, err := c.service.api(response.Header, body)
			if id != "" {
				awsmiddleware.SetRequestIDMetadata(&meta, id)
			}
			return out, meta, err
		}
		if err := read(body); err != nil {
			return out, meta, unread(err, body)
		}
		return out, meta, nil
	}
}
