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
	// caller is whom resource-based policies name.
	caller *caller
	// mismatch says that the action does not work on this kind of resource:
	// no statement can match.
	mismatch bool
	// simulated selects the simulator's behaviour where it differs.
	simulated bool
	assume    assumption
	suppose   supposition
}

func newRequest(action, resource string, ctx requestContext) *request {
	lower := strings.ToLower(action)
	service, _, _ := strings.Cut(lower, ":")
	return &request{action: lower, hash: hashAction(lower), service: service, resource: resource, context: ctx}
}

// addPrincipal sets the context keys that follow from the principal's ARN.
// Source: IAM User Guide, "AWS global condition context keys", properties of
// the principal; recorded cases caller-*, prin-key-*.
func (r *request) addPrincipal() {
	if r.caller.kind == callerExternal {
		return
	}
	r.context.setDefault("aws:PrincipalArn", "aws:principalarn", r.caller.arn)
	r.context.setDefault("aws:PrincipalAccount", "aws:principalaccount", r.caller.account)
	if a, _ := policy.ParseARN(r.caller.arn); a.Type() == "user" {
		r.context.setDefault("aws:username", "aws:username", a.Name())
	}
}

// principalTypes are the values of aws:PrincipalType.
// Source: IAM User Guide, "IAM policy elements: Variables and tags", principal
// key values.
var principalTypes = map[callerKind]string{
	callerUser: "User", callerRole: "AssumedRole", callerRoot: "Account", callerSession: "FederatedUser",
}

// addPrincipalDefaults sets the keys that follow from the request's principal.
func (r *request) addPrincipalDefaults() {
	r.addPrincipal()
	r.context.setDefault("aws:PrincipalType", "aws:principaltype", principalTypes[r.caller.kind])
}

// addDefaults sets the keys that follow from the principal and the resource.
func (r *request) addDefaults() {
	r.addPrincipalDefaults()
	if a, ok := policy.ParseARN(r.resource); ok && !strings.ContainsAny(a.Region, "*?") {
		r.context.setDefault("aws:RequestedRegion", "aws:requestedregion", a.Region)
	}
}
