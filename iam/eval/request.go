package eval

import (
	"strings"

	"remotion-doctor/iam/policy"
)

// A request is a probe prepared for many decisions.
type request struct {
	action   string // in lower case
	hash     uint64 // of action
	service  string // of the action, in lower case
	resource string
	context  requestContext
	// principal is the ARN that resource-based policies name.
	principal string
	// mismatch says that the action does not work on this kind of resource:
	// no statement can match.
	mismatch bool
	// simulated selects the simulator's behaviour where it differs.
	simulated bool
	assume    assumption
	branches  branches // nil where none is tried
}

func newRequest(action, resource string, ctx requestContext) *request {
	lower := strings.ToLower(action)
	service, _, _ := strings.Cut(lower, ":")
	return &request{action: lower, hash: hashAction(lower), service: service, resource: resource, context: ctx}
}

// addPrincipal sets the context keys that follow from the principal's ARN.
// Source: IAM User Guide, "AWS global condition context keys", properties of
// the principal; recorded cases caller-*, prin-key-*.
func (r *request) addPrincipal(arn string) {
	a, ok := policy.ParseARN(arn)
	if !ok {
		return
	}
	r.context.setDefault("aws:PrincipalArn", "aws:principalarn", arn)
	r.context.setDefault("aws:PrincipalAccount", "aws:principalaccount", a.AccountID)
	if a.Type() == "user" {
		r.context.setDefault("aws:username", "aws:username", a.Name())
	}
}

// addPrincipalDefaults sets the keys that follow from the request's principal.
func (r *request) addPrincipalDefaults() {
	r.addPrincipal(r.principal)
	kind := "User"
	if a, _ := policy.ParseARN(r.principal); a.Type() == "role" {
		kind = "AssumedRole"
	}
	r.context.setDefault("aws:PrincipalType", "aws:principaltype", kind)
}

// addDefaults sets the keys that follow from the principal and the resource.
func (r *request) addDefaults() {
	r.addPrincipalDefaults()
	if a, ok := policy.ParseARN(r.resource); ok && !strings.ContainsAny(a.Region, "*?") {
		r.context.setDefault("aws:RequestedRegion", "aws:requestedregion", a.Region)
	}
}
