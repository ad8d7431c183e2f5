package iac

import (
	"slices"
	"strings"

	"remotion-doctor/iam/policy"
)

// A resource is one resource of a template.
type resource struct {
	stack      *stack
	id, typ    string
	at         policy.Position
	node       *node
	properties *node
	path       string // of the CDK
	named      *value
	naming     bool
	// open says in words what may be added to the resource or change it.
	open []string
	// allows says in words what may be allowed that is not known.
	allows []string
	// nested is the stack that it is, where its template was read.
	nested *stack
	// servant is the function or state machine that SAM makes the role for.
	servant *resource
}

// policyProperties are the properties that say which policies somebody has.
var policyProperties = map[string]bool{
	"Policies": true, "ManagedPolicyArns": true, "PermissionsBoundary": true, "PolicyDocument": true, "Role": true, "Roles": true, "RoleName": true,
	"Users": true, "UserName": true, "Groups": true, "GroupName": true, "Events": true, "Path": true, "TaskRoleArn": true, "RoleArn": true,
}

// settleProperties does the loops and includes among the properties.
func (r *resource) settleProperties() error {
	n := r.properties
	if n == nil || n.kind == nullNode {
		r.properties = nil
		return nil
	}
	if n.kind != objectNode {
		return r.stack.fail(n.start, "", "Properties of %s must be an object, not %s", r.id, n.kind.title())
	}
	whole := *n
	// Of what stands there twice, only this concerns anybody.
	whole.twice = slices.DeleteFunc(slices.Clone(n.twice), func(key string) bool { return !policyProperties[key] })
	var open []string
	whole.members, open = r.stack.settle(&whole)
	whole.twice = nil
	r.properties, r.open = &whole, append(r.open, open...)
	return nil
}

// label names a resource as the user should read it.
func (r *resource) label() string { return r.stack.prefix + r.id }

// standIn is a name for a thing whose name the deploy makes. It is unique in
// the app.
func (r *resource) standIn() string {
	return strings.NewReplacer("/", "-").Replace(r.label())
}

// property returns a resolved property.
func (r *resource) property(path ...string) (value, error) {
	n := r.properties.at(path...)
	if n == nil {
		return value{}, nil
	}
	return r.stack.resolve(n)
}

// exists says whether the resource will be created.
func (r *resource) exists() (truth, error) {
	own := truth{known: true, holds: true}
	if n := r.node.get("Condition"); n != nil {
		t, err := r.stack.condition(n.str(), n)
		if err != nil {
			return truth{}, err
		}
		own = t
	}
	if p := r.stack.parent; p != nil && (!own.known || own.holds) {
		t, err := p.exists()
		if err != nil || !t.known || !t.holds {
			return t, err
		}
	}
	return own, nil
}
