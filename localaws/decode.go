package localaws

import (
	"encoding/base64"
	"encoding/json"
)

// unauthorized refuses an operation of EC2, which encodes why.
// Source: EC2 API Reference, "Error codes", UnauthorizedOperation.
func (s *Server) unauthorized(operation string) apiError {
	s.mu.RLock()
	caller := s.snapshot.Caller
	s.mu.RUnlock()
	action := "ec2:" + operation
	reason := "User: " + caller + " is not authorized to perform: " + action + " because no identity-based policy allows the " + action + " action."
	return apiError{"UnauthorizedOperation", 403, "You are not authorized to perform this operation. " + reason + " Encoded authorization failure message: " + encodeMessage(caller, action)}
}

// encodeMessage makes an authorization message that only this server decodes,
// as only AWS decodes its own.
func encodeMessage(principal, action string) string {
	type items struct {
		Items []any `json:"items"`
	}
	type identity struct {
		ID  string `json:"id"`
		ARN string `json:"arn"`
	}
	type scene struct {
		Principal  identity `json:"principal"`
		Action     string   `json:"action"`
		Resource   string   `json:"resource"`
		Conditions items    `json:"conditions"`
	}
	none := items{[]any{}}
	text, _ := json.Marshal(struct { // plain data always encodes
		Allowed           bool  `json:"allowed"`
		ExplicitDeny      bool  `json:"explicitDeny"`
		MatchedStatements items `json:"matchedStatements"`
		Failures          items `json:"failures"`
		Context           scene `json:"context"`
	}{MatchedStatements: none, Failures: none, Context: scene{identity{ARN: principal}, action, "*", none}})
	return base64.RawURLEncoding.EncodeToString(text)
}

func decodeAuthorizationMessage(c *call) (any, error) {
	text, err := base64.RawURLEncoding.DecodeString(c.form.Get("EncodedMessage"))
	if err != nil || !json.Valid(text) || len(text) == 0 {
		return nil, apiError{"InvalidAuthorizationMessageException", 400, "Message is not valid"}
	}
	return struct{ DecodedMessage string }{string(text)}, nil
}
