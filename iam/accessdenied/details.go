package accessdenied

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// A DetailsError says where a recorded authorization could not be read.
type DetailsError struct {
	Pos policy.Position
	Msg string
}

func (e *DetailsError) Error() string { return fmt.Sprintf("%s: %s", e.Pos, e.Msg) }

// ReadDetails reads what AWS kept of a denied request: the answer of
// iam-toolbox GetRequestAuthorizationDetails, or the message that
// sts:DecodeAuthorizationMessage decodes, by itself or as the answer of the
// AWS CLI. Of several evaluations the one that was denied counts. The error is
// a [*DetailsError].
func ReadDetails(data []byte) (*iam.RecordedAuthorization, error) {
	var probe struct {
		DecodedMessage string
		Evaluations    []evaluation `json:"evaluations"`
		Allowed        *bool        `json:"allowed"`
	}
	if err := json.Unmarshal(data, &probe); err != nil {
		return nil, located(data, err)
	}
	switch {
	case probe.DecodedMessage != "":
		return ReadDetails([]byte(probe.DecodedMessage))
	case probe.Allowed != nil:
		return readDecoded(data)
	case len(probe.Evaluations) > 0:
		return readEvaluations(data)
	}
	return nil, &DetailsError{policy.Position{Line: 1, Column: 1}, "this is no answer of get-request-authorization-details and no decoded authorization message: it has no evaluations"}
}

func located(data []byte, err error) error {
	offset := len(data)
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = int(e.Offset) - 1
	}
	msg := err.Error()
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset, msg = int(e.Offset)-1, e.Field+" must not be "+e.Value
	}
	return &DetailsError{policy.NewLines(string(data)).At(offset), msg}
}

// The answer of GetRequestAuthorizationDetails.
// Source: IAM Toolbox API Reference, GetRequestAuthorizationDetails
// (2018-05-10, preview).
type evaluation struct {
	Action          string         `json:"action"`
	Resource        string         `json:"resource"`
	Context         map[string]any `json:"context"`
	EvaluatedEffect string         `json:"evaluatedEffect"`
	MatchedPolicies []struct {
		URI               string `json:"uri"`
		MatchedStatements []struct {
			Sid             string `json:"sid"`
			EvaluatedEffect string `json:"evaluatedEffect"`
		} `json:"matchedStatements"`
	} `json:"matchedPolicies"`
}

type details struct {
	Evaluations []evaluation `json:"evaluations"`
	Policies    []struct {
		Type       string `json:"type"`
		URI        string `json:"uri"`
		AttachedTo []struct {
			ARN string `json:"arn"`
		} `json:"attachedTo"`
	} `json:"policies"`
	RequestContext map[string]any `json:"requestContext"`
}

var recordedDecisions = map[string]iam.Decision{
	"ALLOW": iam.Allowed, "EXPLICIT_DENY": iam.ExplicitDeny, "IMPLICIT_DENY": iam.ImplicitDeny,
}

var recordedLayers = map[string]iam.Layer{
	"IDENTITY_BASED_POLICY": iam.LayerIdentity, "RESOURCE_BASED_POLICY": iam.LayerResource,
	"PERMISSIONS_BOUNDARY": iam.LayerBoundary, "SESSION_POLICY": iam.LayerSession,
	"SERVICE_CONTROL_POLICY": iam.LayerSCP, "RESOURCE_CONTROL_POLICY": iam.LayerRCP, "VPC_ENDPOINT_POLICY": iam.LayerEndpoint,
}

func readEvaluations(data []byte) (*iam.RecordedAuthorization, error) {
	var d details
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, located(data, err)
	}
	e := &d.Evaluations[0]
	if i := slices.IndexFunc(d.Evaluations, func(e evaluation) bool { return e.EvaluatedEffect != "ALLOW" }); i >= 0 {
		e = &d.Evaluations[i]
	}
	out := &iam.RecordedAuthorization{
		Decision: recordedDecisions[e.EvaluatedEffect], Action: e.Action, Resource: e.Resource,
		Statements: []iam.Recorded{}, Policies: []iam.Recorded{},
	}
	layers := map[string]iam.Layer{}
	for _, p := range d.Policies {
		r := iam.Recorded{Policy: p.URI, Layer: recordedLayers[p.Type]}
		for _, a := range p.AttachedTo {
			r.AttachedTo = append(r.AttachedTo, a.ARN)
		}
		layers[p.URI] = r.Layer
		out.Policies = append(out.Policies, r)
	}
	for _, p := range e.MatchedPolicies {
		for _, s := range p.MatchedStatements {
			out.Statements = append(out.Statements, iam.Recorded{Policy: p.URI, Layer: layers[p.URI], Effect: effectWord(s.EvaluatedEffect), Sid: s.Sid})
			if out.Decision == iam.ExplicitDeny && s.EvaluatedEffect == "DENY" {
				out.Layer = layers[p.URI]
			}
		}
	}
	out.Context = contextOf(d.RequestContext, e.Context)
	for _, c := range out.Context {
		if strings.EqualFold(c.Key, "aws:PrincipalArn") && len(c.Values) == 1 {
			out.Principal = c.Values[0]
		}
	}
	return out, nil
}

func effectWord(s string) string {
	switch s {
	case "ALLOW":
		return string(policy.Allow)
	case "DENY":
		return string(policy.Deny)
	}
	return s
}

// contextOf merges context maps, the later winning, sorted by key. Lists come
// as JSON lists or in brackets: "[a, b]". A source address comes as a network
// of one address.
func contextOf(maps ...map[string]any) iam.Context {
	var out iam.Context
	for _, m := range maps {
		for key, v := range m {
			out = slices.DeleteFunc(out, func(e iam.ContextEntry) bool { return strings.EqualFold(e.Key, key) })
			out = append(out, entryOf(key, v))
		}
	}
	slices.SortFunc(out, func(a, b iam.ContextEntry) int { return strings.Compare(a.Key, b.Key) })
	return out
}

func entryOf(key string, v any) iam.ContextEntry {
	e := iam.ContextEntry{Key: key, Type: iam.String}
	switch v := v.(type) {
	case []any:
		e.Type = iam.StringList
		for _, item := range v {
			e.Values = append(e.Values, fmt.Sprint(item))
		}
	case string:
		inner, bracketed := strings.CutPrefix(v, "[")
		if bracketed && strings.HasSuffix(inner, "]") {
			e.Type = iam.StringList
			for item := range strings.SplitSeq(strings.TrimSuffix(inner, "]"), ",") {
				e.Values = append(e.Values, strings.TrimSpace(item))
			}
			return e
		}
		if strings.EqualFold(key, "aws:SourceIp") {
			v = strings.TrimSuffix(strings.TrimSuffix(v, "/32"), "/128")
		}
		e.Values = []string{v}
	default:
		e.Values = []string{fmt.Sprint(v)}
	}
	return e
}

// decoded is the message of sts:DecodeAuthorizationMessage.
// Source: STS API Reference, DecodeAuthorizationMessage.
type decoded struct {
	Allowed           bool `json:"allowed"`
	ExplicitDeny      bool `json:"explicitDeny"`
	MatchedStatements struct {
		Items []struct {
			StatementID      string `json:"statementId"`
			Effect           string `json:"effect"`
			SourcePolicyID   string `json:"sourcePolicyId"`
			SourcePolicyType string `json:"sourcePolicyType"`
		} `json:"items"`
	} `json:"matchedStatements"`
	Context struct {
		Principal struct {
			ARN string `json:"arn"`
		} `json:"principal"`
		Action     string `json:"action"`
		Resource   string `json:"resource"`
		Conditions struct {
			Items []struct {
				Key    string `json:"key"`
				Values struct {
					Items []struct {
						Value string `json:"value"`
					} `json:"items"`
				} `json:"values"`
			} `json:"items"`
		} `json:"conditions"`
	} `json:"context"`
}

func readDecoded(data []byte) (*iam.RecordedAuthorization, error) {
	var d decoded
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, located(data, err)
	}
	out := &iam.RecordedAuthorization{
		Decision: iam.ImplicitDeny, Action: d.Context.Action, Resource: d.Context.Resource, Principal: d.Context.Principal.ARN,
		Statements: []iam.Recorded{}, Policies: []iam.Recorded{},
	}
	switch {
	case d.Allowed:
		out.Decision = iam.Allowed
	case d.ExplicitDeny:
		out.Decision = iam.ExplicitDeny
	}
	for _, s := range d.MatchedStatements.Items {
		out.Statements = append(out.Statements, iam.Recorded{Policy: s.SourcePolicyID, Effect: effectWord(s.Effect), Sid: s.StatementID})
	}
	values := map[string]any{}
	for _, c := range d.Context.Conditions.Items {
		list := []any{}
		for _, v := range c.Values.Items {
			list = append(list, v.Value)
		}
		if len(list) == 1 {
			values[c.Key] = list[0]
		} else {
			values[c.Key] = list
		}
	}
	out.Context = contextOf(values)
	return out, nil
}
