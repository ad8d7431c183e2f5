package wire

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
)

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
