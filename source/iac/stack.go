package iac

import (
	"fmt"
	"path/filepath"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// Options say what is known of a deployment.
type Options struct {
	// Region is what AWS::Region stands for, us-east-1 where empty.
	Region string
	// AccountID is the account; where it is empty nobody knows it, and
	// [UnknownAccount] stands for it.
	AccountID string
	// Parameters are values for a template's parameters.
	Parameters map[string]string
}

// UnknownAccount stands for the account of a deployment that nobody named.
const UnknownAccount = iam.UnknownAccount

func (o Options) region() string {
	if o.Region == "" {
		return "us-east-1"
	}
	return o.Region
}

func (o Options) account() string {
	if o.AccountID == "" {
		return UnknownAccount
	}
	return o.AccountID
}

func (o Options) partition() string { return policy.PartitionOf(o.region()) }

// An app is templates that are deployed together, and know each other's
// exports.
type app struct {
	stacks  []*stack
	exports map[string]*export
}

// An export is an output that other stacks import.
type export struct {
	stack *stack
	value *node
	open  bool
}

// A stack is one template with what is known of its deployment.
type stack struct {
	app       *app
	file      string
	name      string
	root      *node
	options   Options
	transform bool // a macro may make more resources

	resources  []*resource
	byID       map[string]*resource
	parameters map[string]*value
	conditions map[string]*truth
	paths      map[string]string // of the CDK's constructs
	steps      int
}

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
}

func newStack(a *app, f *templateFile, o Options) (*stack, error) {
	root := f.root
	s := &stack{
		app: a, file: f.file, name: f.name, root: root, options: o, paths: f.paths,
		byID: map[string]*resource{}, parameters: map[string]*value{}, conditions: map[string]*truth{},
	}
	s.transform = root.get("Transform") != nil
	resources := root.get("Resources")
	if !resources.is(objectNode) {
		at, what := root.start, "the file has no Resources: it is no template"
		if resources != nil {
			at, what = resources.start, "Resources must be an object, not "+resources.kind.title()
		}
		return nil, s.fail(at, "a template has Resources at its top level", "%s", what)
	}
	members, err := s.loops(resources)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		if err := s.addResource(m); err != nil {
			return nil, err
		}
	}
	return s, s.check()
}

func (s *stack) addResource(m member) error {
	if !m.value.is(objectNode) {
		return s.fail(m.value.start, "", "resource %s must be an object, not %s", m.key, m.value.kind.title())
	}
	typ := m.value.get("Type")
	if !typ.is(textNode) {
		return s.fail(m.at, "a resource has a Type, such as AWS::IAM::Role", "resource %s has no Type", m.key)
	}
	r := &resource{stack: s, id: m.key, typ: typ.text, at: m.at, node: m.value, properties: m.value.get("Properties")}
	if r.properties != nil && r.properties.kind == nullNode {
		r.properties = nil
	}
	if r.properties != nil && r.properties.kind != objectNode {
		return s.fail(r.properties.start, "", "Properties of %s must be an object, not %s", r.id, r.properties.kind.title())
	}
	r.path = firstOf(m.value.at("Metadata", "aws:cdk:path").str(), s.paths[r.id])
	s.resources = append(s.resources, r)
	s.byID[r.id] = r
	return nil
}

func (s *stack) fail(at policy.Position, hint, format string, args ...any) error {
	return &Error{s.file, at, fmt.Sprintf(format, args...), hint}
}

// label names a resource as the user should read it.
func (r *resource) label() string {
	if r.stack.app != nil && len(r.stack.app.stacks) > 1 {
		return r.stack.name + "/" + r.id
	}
	return r.id
}

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
	n := r.node.get("Condition")
	if n == nil {
		return truth{known: true, holds: true}, nil
	}
	return r.stack.condition(n.str(), n)
}

// stackName is the name of a template's file without its endings.
func stackName(file string) string {
	base := filepath.Base(file)
	name, _, _ := strings.Cut(base, ".")
	return name
}
