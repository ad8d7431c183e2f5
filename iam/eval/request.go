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
	// region is aws:RequestedRegion where only the resource tells it.
	region value
	// principal is the ARN that resource-based policies name.
	principal string
	// mismatch says that the action does not work on this kind of resource:
	// no statement can match.
	mismatch bool
	// simulated selects the simulator's behaviour where it differs.
	simulated bool
	assume    assumption
	branches  *branches // nil where none is tried
}

func newRequest(action, resource string, ctx requestContext) *request {
	lower := strings.ToLower(action)
	service, _, _ := strings.Cut(lower, ":")
	return &request{action: lower, hash: hashAction(lower), service: service, resource: resource, context: ctx}
}

// principalContext returns the context keys that follow from who asks. userID is
// the unique id of an IAM user, or empty.
// Source: IAM User Guide, "AWS global condition context keys", properties of
// the principal; recorded cases caller-*, prin-key-*.
func principalContext(arn, userID string) requestContext {
	var out requestContext
	a, ok := policy.ParseARN(arn)
	if ok {
		out.add(single("aws:PrincipalArn", "aws:principalarn", arn))
	}
	if a.AccountID != "" {
		out.add(single("aws:PrincipalAccount", "aws:principalaccount", a.AccountID))
	}
	if a.Type() == "user" && a.Name() != "" {
		out.add(single("aws:username", "aws:username", a.Name()))
	}
	kind := "User"
	if a.Type() == "role" {
		kind = "AssumedRole"
	}
	out.add(single("aws:PrincipalType", "aws:principaltype", kind))
	if userID != "" {
		out.add(single("aws:userid", "aws:userid", userID))
	}
	return out
}

// addRegion sets the region, where the resource tells it.
func (r *request) addRegion() {
	if a, ok := policy.ParseARN(r.resource); ok && a.Region != "" && !strings.ContainsAny(a.Region, "*?") {
		r.region = single("aws:RequestedRegion", "aws:requestedregion", a.Region)
	}
}

// addPrincipal adds the keys of the principal that the request does not give.
// A context without any other is shared.
func (r *request) addPrincipal(keys requestContext) {
	if len(r.context) == 0 {
		r.context = keys[:len(keys):len(keys)]
		return
	}
	r.context.add(keys...)
}
