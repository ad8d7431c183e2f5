package accessdenied

import (
	"encoding/json"
	"regexp"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
)

// An event is a record of CloudTrail, as far as it says who was denied what.
// Source: AWS CloudTrail User Guide, "CloudTrail record contents".
type event struct {
	UserIdentity struct {
		Type        string
		ARN         string
		InvokedBy   string
		PrincipalID string
		// UserName is the token's subject where Type is WebIdentityUser.
		UserName         string
		IdentityProvider string
	}
	EventSource, EventName, AWSRegion string
	ErrorCode, ErrorMessage           string
	RequestParameters                 map[string]any
	Resources                         []struct{ ARN string }
}

// events returns the records of a text in JSON: one, those of a log file
// (Records), or those of LookupEvents, which holds each as a string.
func events(text string) []event {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[") {
		return nil
	}
	var one struct {
		event
		Records []event
		Events  []struct{ CloudTrailEvent string }
		// Detail is the record in an event of EventBridge.
		Detail event
	}
	var list []event
	switch err := json.Unmarshal([]byte(text), &one); {
	case err != nil:
		if json.Unmarshal([]byte(text), &list) != nil {
			return nil
		}
	case len(one.Records) > 0:
		list = one.Records
	case len(one.Events) > 0:
		for _, e := range one.Events {
			list = append(list, events(e.CloudTrailEvent)...)
		}
	case one.Detail.EventSource != "":
		list = []event{one.Detail}
	default:
		list = []event{one.event}
	}
	var out []event
	for _, e := range list {
		if e.EventSource != "" && e.EventName != "" && e.ErrorCode != "" {
			out = append(out, e)
		}
	}
	return out
}

// fill completes what the event's message leaves open.
func (e *event) fill(m *iam.DeniedMessage) {
	if m.Code == "" {
		m.Code = e.ErrorCode
	}
	if m.Principal == "" {
		m.Principal = e.UserIdentity.ARN
	}
	if m.Action == "" {
		m.Action = e.action()
	}
	if m.Resource == "" {
		m.Resource = e.resource(m.Action)
	}
	m.Claims = e.claims()
}

// claims are those of the token of a web identity: the principal's id is the
// provider, the audience and the subject, in a row.
// Source: AWS CloudTrail User Guide, "CloudTrail userIdentity element", examples
// with web identity.
func (e *event) claims() iam.Context {
	u := &e.UserIdentity
	_, issuer, ok := strings.Cut(u.IdentityProvider, ":oidc-provider/")
	if u.Type != "WebIdentityUser" || !ok {
		return nil
	}
	rest, ok := strings.CutPrefix(u.PrincipalID, u.IdentityProvider+":")
	if !ok {
		return nil
	}
	audience, ok := strings.CutSuffix(rest, ":"+u.UserName)
	if !ok {
		return nil
	}
	return iam.Context{
		{Key: issuer + ":aud", Type: iam.String, Values: []string{audience}},
		{Key: issuer + ":sub", Type: iam.String, Values: []string{u.UserName}},
	}
}

// apiDate is the date of the API at the end of some event names:
// ListFunctions20150331, GetFunction20150331v2.
// Source: Lambda Developer Guide, "Logging Lambda API calls using CloudTrail".
var apiDate = regexp.MustCompile(`_?(?:19|20)\d{6}(?:v\d+)?$|(?:19|20)\d\d_\d\d_\d\d(?:v\d+)?$`)

func (e *event) action() string {
	service, _, _ := strings.Cut(e.EventSource, ".")
	if service == "monitoring" {
		service = "cloudwatch"
	}
	return actionOf(service, apiDate.ReplaceAllString(e.EventName, ""))
}

// resource is what the event names: in its resources, else in the parameters.
func (e *event) resource(action string) string {
	a, ok := actions.Lookup(action)
	if !ok {
		return ""
	}
	for _, r := range e.Resources {
		if a.Takes(r.ARN) {
			return r.ARN
		}
	}
	for _, arn := range e.parameters() {
		if arn != "" && a.Takes(arn) {
			return arn
		}
	}
	if len(a.ResourceTypes) == 0 {
		return "*"
	}
	return ""
}

// parameters are the ARNs that the request's parameters name.
func (e *event) parameters() []string {
	text := func(name string) string { s, _ := e.RequestParameters[name].(string); return s }
	var out []string
	if bucket := text("bucketName"); bucket != "" {
		arn := "arn:" + partition(e.AWSRegion) + ":s3:::" + bucket
		if key := text("key"); key != "" {
			out = append(out, arn+"/"+key)
		}
		out = append(out, arn)
	}
	account := e.account()
	if name := text("functionName"); strings.HasPrefix(name, "arn:") {
		out = append(out, name)
	} else if name != "" && account != "" {
		out = append(out, "arn:"+partition(e.AWSRegion)+":lambda:"+e.AWSRegion+":"+account+":function:"+name)
	}
	for _, kind := range []string{"role", "user", "policy", "group"} {
		if name := text(kind + "Name"); name != "" && account != "" {
			out = append(out, "arn:"+partition(e.AWSRegion)+":iam::"+account+":"+kind+"/"+name)
		}
	}
	for _, name := range []string{"roleArn", "policyArn", "resourceArn", "resource", "keyId"} {
		out = append(out, text(name))
	}
	return out
}

func (e *event) account() string {
	parts := strings.SplitN(e.UserIdentity.ARN, ":", 6)
	if len(parts) < 6 {
		return ""
	}
	return parts[4]
}

func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}
