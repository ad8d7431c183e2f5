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
	// caller is whom resource-based policies name.
	caller *caller
	// mismatch says that the action does not work on this kind of resource:
	// no statement can match.
	mismatch bool
	// simulated selects the simulator's behaviour where it differs.
	simulated bool
	assume    assumption
	branches  *branches // nil where none is tried
	suppose   supposition
}

func newRequest(action, resource string, ctx requestContext) request {
	lower := strings.ToLower(action)
	service, _, _ := strings.Cut(lower, ":")
	return request{action: lower, hash: hashAction(lower), service: service, resource: resource, context: ctx}
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

// addRegion sets the region of the resource.
func (r *request) addRegion() {
	if a, ok := policy.ParseARN(r.resource); ok && a.Region != "" && !strings.ContainsAny(a.Region, "*?") {
		r.region = single("aws:RequestedRegion", "aws:requestedregion", a.Region)
	}
}
