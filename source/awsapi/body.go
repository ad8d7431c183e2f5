package awsapi

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// maxAnswer bounds what is read of one answer. A page of an account's 1,000
// largest roles concerns 20 MB.
const maxAnswer = 256 << 20

// readAnswer reads the whole answer of an attempt, within its time, and refuses
// what no operation of AWS answers with: a web page, or nothing. The SDK takes
// either for an answer without results where the protocol lets it.
func readAnswer(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	out, meta, err := next.HandleDeserialize(ctx, in)
	response, ok := out.RawResponse.(*smithyhttp.Response)
	if err != nil || !ok || response.Body == nil {
		return out, meta, err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	_ = response.Body.Close() // all that matters of it was read
	if err != nil {
		return out, meta, &cutError{err}
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return out, meta, refuse(newCall(ctx), response.Response, body)
}

// refuse returns the error of a successful answer that cannot be one of AWS's.
func refuse(c *call, r *http.Response, body []byte) error {
	switch {
	case r.StatusCode >= 300:
		return nil // AWS's error, or one by its status
	case len(body) > maxAnswer:
		return wrongAnswer(c.name(), "it is larger than %d MB", maxAnswer>>20)
	case strings.Contains(r.Header.Get("Content-Type"), "html"):
		return &foreignError{r.StatusCode}
	case c.operation == "PutObject": // S3 says nothing where it has done it
		return nil
	case len(bytes.TrimSpace(body)) == 0:
		return wrongAnswer(c.name(), "it is empty")
	}
	return nil
}

// A cutError says that an answer ended before its end.
type cutError struct{ err error }

func (e *cutError) Error() string { return "the answer was cut off: " + e.err.Error() }

// Unwrap returns the reader's error.
func (e *cutError) Unwrap() error { return e.err }

// A foreignError says that something else than AWS answered.
type foreignError struct{ status int }

func (e *foreignError) Error() string { return fmt.Sprintf("a web page (HTTP %d)", e.status) }
