package eval

import "strings"

// Resources are the policies of resources, compiled once for all principals. A
// nil Resources is empty. It may be used by several goroutines.
type Resources struct {
	list  []resourcePolicy
	byARN map[string]*resourcePolicy
}

// NewResources compiles the policies of resources, no two of which have the same
// ARN.
func NewResources(list ...ResourcePolicy) *Resources {
	out := &Resources{list: make([]resourcePolicy, len(list)), byARN: make(map[string]*resourcePolicy, len(list))}
	for i := range list {
		out.list[i] = compileResourcePolicy(&list[i])
		if arn := list[i].ARN; arn != "" {
			out.byARN[withoutVersions(arn)] = &out.list[i]
		}
	}
	return out
}

// withoutVersions is the ARN of a function or log group without the ":*" for
// what is in it.
func withoutVersions(arn string) string { return strings.TrimSuffix(arn, ":*") }

// find returns the policy of the resource of a request, or of the one that it is
// in: the bucket of an object, the function of a version.
func (r *Resources) find(resource string) *resourcePolicy {
	if r == nil {
		return nil
	}
	for name := withoutVersions(resource); name != ""; {
		if p, ok := r.byARN[name]; ok {
			return p
		}
		name = name[:max(0, strings.LastIndexAny(name, "/:"))]
	}
	return nil
}

// all are the policies in their order.
func (r *Resources) all() []resourcePolicy {
	if r == nil {
		return nil
	}
	return r.list
}
