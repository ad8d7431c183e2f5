package eval

import "remotion-doctor/iam/actions"

// knownAction reports whether a service is known to have the action.
func knownAction(action string) bool {
	_, ok := actions.Lookup(action)
	return ok
}

// takes reports whether an action works on a resource. Actions that are not
// known are not checked, as in the simulator (recorded cases action-unknown-*,
// kind-unknown-*).
func takes(action, resource string) bool {
	a, ok := actions.Lookup(action)
	return !ok || a.Takes(resource)
}

// takesInSimulator is takes as the policy simulator sees it.
func takesInSimulator(action, resource string) bool {
	a, ok := actions.Lookup(action)
	return !ok || a.TakesInSimulator(resource)
}
