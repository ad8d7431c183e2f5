package accessdenied

import (
	"errors"
	"testing"

	"remotion-doctor/iam"
)

const recordedDeny = `{
  "requestContext": {"aws:PrincipalARN": "arn:aws:iam::111122223333:role/video", "aws:SourceIp": "192.0.2.1/32", "aws:PrincipalOrgPaths": "[o-a/r-b/, o-a/r-c/]", "aws:SecureTransport": "true"},
  "evaluations": [
    {"action": "iam:GetRole", "resource": "arn:aws:iam::111122223333:role/x", "evaluatedEffect": "ALLOW", "context": {}, "matchedPolicies": []},
    {"action": "iam:PassRole", "resource": "arn:aws:iam::111122223333:role/x", "evaluatedEffect": "EXPLICIT_DENY", "context": {"iam:PassedToService": "lambda.amazonaws.com"},
     "matchedPolicies": [{"uri": "arn:aws:organizations::1:policy/o-a/service_control_policy/p-1", "matchedStatements": [{"sid": "NoPassing", "evaluatedEffect": "DENY"}]},
                         {"uri": "inline:b6cf", "matchedStatements": [{"sid": "Pass", "evaluatedEffect": "ALLOW"}]}]}],
  "policies": [
    {"type": "SERVICE_CONTROL_POLICY", "inline": false, "uri": "arn:aws:organizations::1:policy/o-a/service_control_policy/p-1", "attachedTo": [{"arn": "arn:aws:organizations::1:root/o-a/r-b"}]},
    {"type": "IDENTITY_BASED_POLICY", "inline": true, "uri": "inline:b6cf", "attachedTo": [{"arn": "arn:aws:iam::111122223333:role/video"}]}]
}`

func TestReadDetails(t *testing.T) {
	r, err := ReadDetails([]byte(recordedDeny))
	if err != nil {
		t.Fatal(err)
	}
	if r.Decision != iam.ExplicitDeny || r.Layer != iam.LayerSCP || r.Action != "iam:PassRole" || r.Principal != "arn:aws:iam::111122223333:role/video" {
		t.Errorf("got %+v", r)
	}
	if len(r.Statements) != 2 || r.Statements[0].Sid != "NoPassing" || r.Statements[0].Layer != iam.LayerSCP || len(r.Policies) != 2 || r.Policies[1].Layer != iam.LayerIdentity {
		t.Errorf("got %+v and %+v", r.Statements, r.Policies)
	}
	values := map[string]iam.ContextEntry{}
	for _, e := range r.Context {
		values[e.Key] = e
	}
	if v := values["aws:SourceIp"]; v.Values[0] != "192.0.2.1" {
		t.Errorf("the address is %v", v)
	}
	if v := values["aws:PrincipalOrgPaths"]; v.Type != iam.StringList || len(v.Values) != 2 {
		t.Errorf("the paths are %v", v)
	}
	if v := values["iam:PassedToService"]; v.Values[0] != "lambda.amazonaws.com" {
		t.Errorf("the evaluation's own context is missing: %v", r.Context)
	}
}

func TestReadDecoded(t *testing.T) {
	const message = `{"allowed":false,"explicitDeny":false,"matchedStatements":{"items":[]},"failures":{"items":[]},"context":{"principal":{"id":"AROA:s","arn":"arn:aws:sts::111122223333:assumed-role/video/s"},"action":"ec2:DescribeInstances","resource":"*","conditions":{"items":[{"key":"aws:Region","values":{"items":[{"value":"us-east-1"}]}}]}}}`
	for _, text := range []string{message, `{"DecodedMessage": "` + jsonEscaped(message) + `"}`} {
		r, err := ReadDetails([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if r.Decision != iam.ImplicitDeny || r.Action != "ec2:DescribeInstances" || r.Principal == "" || len(r.Context) != 1 {
			t.Errorf("got %+v", r)
		}
	}
}

func jsonEscaped(s string) string {
	var out []byte
	for i := range len(s) {
		if s[i] == '"' {
			out = append(out, '\\')
		}
		out = append(out, s[i])
	}
	return string(out)
}

func TestReadDetailsErrors(t *testing.T) {
	for text, want := range map[string]string{
		"{":                       "1:1: unexpected end of JSON input",
		"{}":                      "1:1: this is no answer of get-request-authorization-details and no decoded authorization message: it has no evaluations",
		"{\n \"evaluations\": 3}": "2:17: evaluations must not be number",
	} {
		_, err := ReadDetails([]byte(text))
		e, ok := errors.AsType[*DetailsError](err)
		if !ok || e.Error() != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

func FuzzReadDetails(f *testing.F) {
	f.Add(recordedDeny)
	f.Fuzz(func(t *testing.T, text string) {
		if r, err := ReadDetails([]byte(text)); (r == nil) == (err == nil) {
			t.Errorf("%v, %v", r, err)
		}
	})
}
