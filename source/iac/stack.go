package iac

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// Options say what is known of a deployment.
type Options struct {
	// Region is what AWS::Region represents, us-east-1 where empty.
	Region string
	// AccountID is the account; where it is empty nobody knows it, and
	// [UnknownAccount] represents it.
	AccountID string
	// Parameters are values for a template's parameters.
	Parameters map[string]string
}

// UnknownAccount represents the account of a deployment that nobody named.
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
	stacks  []*stack // with the nested ones
	roots   int      // stacks that are not nested
	exports map[string]*export
	// root is the folder below which files are read that templates name.
	root  string
	notes []string
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
	prefix    string // of its resources' labels
	root      *node
	options   Options
	bound     string // the region that the CDK has bound it to
	transform bool   // a macro may make more resources

	resources  []*resource
	byID       map[string]*resource
	parameters map[string]*value
	conditions map[string]*truth
	paths      map[string]string // of the CDK's constructs
	including  map[string]bool   // files that are being included
	steps      int

	// parent is the resource that a nested stack is; given are its parameters.
	parent  *resource
	given   map[string]value
	outputs map[string]bool // those that are being resolved
	// gaps are what is not known of the template as a whole.
	gaps []iam.Gap
}

func newStack(a *app, f *templateFile, o Options) *stack {
	s := &stack{
		app: a, file: f.file, name: f.name, root: f.root, options: o, paths: f.paths, byID: map[string]*resource{},
		parameters: map[string]*value{}, conditions: map[string]*truth{}, including: map[string]bool{}, outputs: map[string]bool{},
	}
	if a.roots > 1 {
		s.prefix = s.name + "/"
	}
	return s
}

// read takes in the template's resources.
func (s *stack) read() error {
	s.transform = s.root.get("Transform") != nil || s.root.get("Fn::Transform") != nil
	s.macros()
	resources := s.root.get("Resources")
	if !resources.is(objectNode) {
		at, what := s.root.start, "the file has no Resources: it is no template"
		if resources != nil {
			at, what = resources.start, "Resources must be an object, not "+resources.kind.title()
		}
		return s.fail(at, "a template has Resources at its top level", "%s", what)
	}
	members, open := s.settle(resources)
	for _, why := range open {
		s.gap(resources.start, "resources of "+s.title(), why+" may be resources of any kind")
	}
	for _, m := range members {
		if err := s.addResource(m); err != nil {
			return err
		}
	}
	s.transform = s.transform || slices.ContainsFunc(s.resources, func(r *resource) bool { return strings.HasPrefix(r.typ, "AWS::Serverless::") })
	s.serverless()
	return s.check()
}

// macros reads the transforms of the whole template. One that is not AWS's may
// change everything.
func (s *stack) macros() {
	for _, key := range s.root.twice {
		s.gap(s.root.start, "section "+key+" of "+s.title(), "it is there twice")
	}
	var list []*node
	for _, key := range []string{"Transform", "Fn::Transform"} {
		if n := s.root.get(key); n.is(listNode) {
			list = append(list, n.items...)
		} else if n != nil {
			list = append(list, n)
		}
	}
	for _, n := range list {
		name := firstOf(n.str(), n.get("Name").str())
		if !awsTransforms[name] {
			s.gap(n.start, "template "+s.title(), "the macro "+name+" may change all of it")
			continue
		}
		if name != includeMacro {
			continue
		}
		included, why := s.include(n)
		if why == "" && !included.is(objectNode) {
			why = "what is included is no object"
		}
		if why != "" {
			s.gap(n.start, "template "+s.title(), why+" may be added to it")
			continue
		}
		s.root = union(s.root, included)
	}
	for _, section := range []string{"Parameters", "Conditions", "Outputs", "Mappings"} {
		s.section(section)
	}
}

// section does the loops and includes of a section.
func (s *stack) section(name string) {
	n := s.root.get(name)
	if !n.is(objectNode) || !hasFunction(n) {
		return
	}
	whole := *n
	whole.members, _ = s.settle(n) // what stays open is not defined, and unknown where it is used
	root := *s.root
	root.members = slices.Clone(root.members)
	for i := range root.members {
		if root.members[i].key == name {
			root.members[i].value = &whole
		}
	}
	s.root = &root
	s.transform = true
}

// union adds the sections of an included file to a template.
func union(root, included *node) *node {
	out := *root
	out.members = slices.Clone(root.members)
	for _, m := range included.members {
		i := slices.IndexFunc(out.members, func(have member) bool { return have.key == m.key })
		if i < 0 {
			out.members = append(out.members, m)
			continue
		}
		if have := out.members[i].value; have.is(objectNode) && m.value.is(objectNode) {
			both := *have
			both.members = slices.Concat(have.members, missing(have.members, m.value.members))
			out.members[i].value = &both
		}
	}
	return &out
}

const processedHint = "check the template as AWS processed it: aws cloudformation get-template --template-stage Processed"

// gap notes that something of the template is not known, which may concern any
// principal.
func (s *stack) gap(at policy.Position, what, why string) {
	s.gaps = append(s.gaps, iam.Gap{
		Where: iam.Location{File: s.file, Position: at}.String(), What: what, Why: why, Affects: iam.MayBoth, Hint: processedHint,
	})
}

// title names the stack as a sentence does.
func (s *stack) title() string { return strings.TrimSuffix(firstOf(s.prefix, s.name), "/") }

func (s *stack) addResource(m member) error {
	if !m.value.is(objectNode) {
		return s.fail(m.value.start, "", "resource %s must be an object, not %s", m.key, m.value.kind.title())
	}
	whole := *m.value
	whole.twice = nil // of the keys of a resource itself, none changes a policy but Properties
	members, open := s.settle(&whole)
	if slices.Contains(m.value.twice, "Properties") {
		open = append(open, "the key Properties, which is there twice,")
	}
	whole.members = members
	typ := whole.get("Type")
	if typ.is(objectNode) && len(typ.members) > 0 {
		open = append(open, "what "+typ.members[0].key+" makes")
	}
	if !typ.is(textNode) {
		if len(open) > 0 {
			s.gap(m.at, "resource "+s.prefix+m.key, strings.Join(open, " and ")+" may be a resource of any kind")
			return nil
		}
		return s.fail(m.at, "a resource has a Type, such as AWS::IAM::Role", "resource %s has no Type", m.key)
	}
	r := &resource{stack: s, id: m.key, typ: typ.text, at: m.at, node: &whole, properties: whole.get("Properties"), open: open}
	if err := r.settleProperties(); err != nil {
		return err
	}
	r.path = firstOf(whole.at("Metadata", "aws:cdk:path").str(), s.paths[r.id])
	s.resources = append(s.resources, r)
	s.byID[r.id] = r
	return nil
}

func (s *stack) fail(at policy.Position, hint, format string, args ...any) error {
	return &Error{s.file, at, fmt.Sprintf(format, args...), hint}
}

// environment is where a stack is deployed, as far as names are unique there.
func (s *stack) environment() string { return s.options.account() + "/" + s.options.region() + "/" }

// stackName is the name of a template's file without its endings.
func stackName(file string) string {
	base := filepath.Base(file)
	name, _, _ := strings.Cut(base, ".")
	return name
}
