package eval

import (
	"strings"

	"remotion-doctor/iam"
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

// addDefaults sets the keys that are known of the request, where it does not
// tell them itself.
func (r *request) addDefaults(known iam.Context) {
	for _, e := range known {
		r.context.setDefault(e)
	}
}
