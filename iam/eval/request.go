package eval

import "strings"

// A request is a probe prepared for many decisions.
type request struct {
	action   string // in lower case
	hash     uint64 // of action
	service  string // of the action, in lower case
	resource string
	context  requestContext
	// known are the principal's facts; nil for a request that is taken as given.
	known *facts
	// region and owner are aws:RequestedRegion and aws:ResourceAccount where the
	// context does not tell them.
	region, owner value
	// atHome says that the resource belongs to the principal's account.
	atHome bool
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
