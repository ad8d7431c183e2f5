package wire

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strings"
)

// JSON calls an operation of a service that speaks AWS's JSON protocol, version 1.1:
// in is the request's body, out what the answer's body is read into, and target what
// the service calls itself.
func (c *Client) JSON(ctx context.Context, target, operation string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return c.Call(ctx, Request{
		Operation: operation,
		Header:    http.Header{"Content-Type": {"application/x-amz-json-1.1"}, "X-Amz-Target": {target + "." + operation}},
		Body:      body,
	}, func(body []byte) error { return json.Unmarshal(body, out) })
}

// JSONErrors reads what services that speak JSON answer to a refused request: the
// error's name in a header or in the body, perhaps behind a namespace or before a
// URL.
// Source: Smithy, "AWS JSON 1.1 protocol" and "AWS restJson1 protocol", Operation
// error serialization.
func JSONErrors(header http.Header, body []byte) APIError {
	var e struct {
		Type    string `json:"__type"`
		Code    string `json:"code"`
		Message string `json:"message"` // names are compared without case
	}
	if json.Unmarshal(body, &e) != nil {
		return APIError{}
	}
	code := cmp.Or(header.Get("X-Amzn-Errortype"), e.Type, e.Code)
	code, _, _ = strings.Cut(code, ":")
	if _, name, found := strings.Cut(code, "#"); found {
		code = name
	}
	return APIError{Code: code, Message: e.Message, RequestID: header.Get("X-Amzn-Requestid")}
}
