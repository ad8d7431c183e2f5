package iac

import (
	"slices"
	"strings"

	"remotion-doctor/iam/policy"
)

// The types of the Serverless Application Model that have a role.
const (
	samFunction     = "AWS::Serverless::Function"
	samStateMachine = "AWS::Serverless::StateMachine"
	samConnector    = "AWS::Serverless::Connector"
)

// serverless adds the roles that SAM makes, as resources of the template.
// Source: SAM Developer Guide, "Generated CloudFormation resources"; the
// translator of aws/serverless-application-model.
func (s *stack) serverless() {
	for _, r := range slices.Clone(s.resources) {
		if r.typ != samFunction && r.typ != samStateMachine {
			continue
		}
		e := samRole{stack: s, of: r}
		if e.needed() {
			e.make()
		}
	}
}

// A samRole makes the role of a function or state machine that has none of its
// own. It is written as a template would have it, so that it is read like any
// other.
type samRole struct {
	stack    *stack
	of       *resource
	managed  []*node
	policies []*node
	open     []string // policies that are not known; they only allow
}

func (e *samRole) needed() bool {
	role := e.property("Role")
	if role == nil {
		return len(e.of.open) == 0
	}
	if e.conditional(role) {
		return true
	}
	v, err := e.stack.resolve(role)
	return err == nil && v.kind == noValue
}

// conditional reports whether a Role is nothing in one branch of a condition.
func (e *samRole) conditional(role *node) bool {
	branches := role.get("Fn::If")
	return branches.is(listNode) && len(branches.items) == 3 && isNoValue(branches.items[1]) != isNoValue(branches.items[2])
}

// property returns a property of the resource, with what Globals say of it.
// Source: SAM Developer Guide, "Globals section".
func (e *samRole) property(name string) *node {
	own := e.of.properties.get(name)
	section := "Function"
	if e.of.typ == samStateMachine {
		section = "StateMachine"
	}
	if name == "Role" || name == "Policies" || name == "Events" || e.ignoresGlobal(name) {
		return own
	}
	global := e.stack.root.at("Globals", section, name)
	switch {
	case own == nil:
		return global
	case own.is(objectNode) && global.is(objectNode) && !hasFunction(own) && !hasFunction(global):
		both := *own
		both.members = slices.Concat(own.members, missing(own.members, global.members))
		return &both
	}
	return own
}

func (e *samRole) ignoresGlobal(name string) bool {
	n := e.of.node.get("IgnoreGlobals")
	if n.str() == "*" {
		return true
	}
	return n.is(listNode) && slices.ContainsFunc(n.items, func(i *node) bool { return i.str() == name })
}

func (e *samRole) make() {
	if e.of.typ == samFunction {
		e.function()
	} else {
		e.stateMachine()
	}
	at := e.of.at
	properties := []member{
		{"AssumeRolePolicyDocument", at, e.trust()},
		{"ManagedPolicyArns", at, listOf(at, e.managed...)},
		{"Policies", at, listOf(at, e.policies...)},
	}
	for from, to := range map[string]string{"RolePath": "Path", "PermissionsBoundary": "PermissionsBoundary"} {
		if n := e.property(from); n != nil {
			properties = append(properties, member{to, at, n})
		}
	}
	properties = append(properties, member{"Tags", at, e.tags()})
	slices.SortFunc(properties, func(a, b member) int { return strings.Compare(a.key, b.key) })
	members := []member{{"Type", at, text(at, "AWS::IAM::Role")}, {"Properties", at, objectOf(at, properties...)}}
	made := call("Fn::GetAtt", text(at, e.of.id+"Role.Arn"))
	acting, condition := e.choice(made)
	if condition != nil {
		members = append(members, member{"Condition", at, condition})
	}
	id := e.of.id + "Role"
	if e.stack.byID[id] != nil {
		return // a resource of the template has the name: SAM refuses it
	}
	role := &resource{stack: e.stack, id: id, typ: "AWS::IAM::Role", at: at, node: objectOf(at, members...), properties: objectOf(at, properties...), allows: e.open, servant: e.of}
	e.stack.resources = append(e.stack.resources, role)
	e.stack.byID[id] = role
	own := objectOf(at, member{"Role", at, acting})
	if e.of.properties != nil {
		own.members = append(own.members, slices.DeleteFunc(slices.Clone(e.of.properties.members), func(m member) bool { return m.key == "Role" })...)
	}
	e.of.properties = own
}

// tags are those of the resource, and SAM's own.
// Source: SAM Developer Guide, "AWS::Serverless::Function" and
// "AWS::Serverless::StateMachine", Tags: a tag createdBy:SAM is added to the
// default role as well.
func (e *samRole) tags() *node {
	at := e.of.at
	tag := func(key string, v *node) *node {
		return objectOf(at, member{"Key", at, text(at, key)}, member{"Value", at, v})
	}
	out := []*node{tag("lambda:createdBy", text(at, "SAM"))}
	if e.of.typ == samStateMachine {
		out = []*node{tag("stateMachine:createdBy", text(at, "SAM"))}
	}
	if n := e.property("Tags"); n.is(objectNode) && !hasFunction(n) {
		for _, m := range n.members {
			out = append(out, tag(m.key, m.value))
		}
	}
	return listOf(at, out...)
}

// choice is the role that the resource acts as, and the condition under which
// the one that SAM makes exists.
func (e *samRole) choice(made *node) (acting, condition *node) {
	condition = e.of.node.get("Condition")
	role := e.property("Role")
	if role == nil || !e.conditional(role) {
		return made, condition
	}
	branches := role.get("Fn::If").items
	name := branches[0]
	if isNoValue(branches[1]) {
		return call("Fn::If", listOf(role.start, name, made, branches[2])), name
	}
	not := text(name.start, "NOT"+name.str())
	e.stack.conditions[not.text] = e.stack.negated(name)
	return call("Fn::If", listOf(role.start, name, branches[1], made)), not
}

// negated is the negation of a condition.
func (s *stack) negated(name *node) *truth {
	t, err := s.condition(name.str(), name)
	if err != nil {
		return &truth{}
	}
	return &truth{known: t.known, holds: !t.holds}
}

// function collects the policies of a function's role.
func (e *samRole) function() {
	basic := "service-role/AWSLambdaBasicExecutionRole"
	if e.property("DurableConfig") != nil {
		basic = "service-role/AWSLambdaBasicDurableExecutionRolePolicy"
	}
	e.attach(basic)
	if n := e.property("Tracing"); n != nil {
		if v, err := e.stack.resolve(n); err != nil || v.standIn() != "Disabled" && v.standIn() != "" {
			e.attach(e.xray())
		}
	}
	if n := e.property("VpcConfig"); n != nil && n.kind != nullNode {
		e.attach("service-role/AWSLambdaVPCAccessExecutionRole")
	}
	e.deadLetters(e.property("DeadLetterQueue"))
	e.destinations(e.property("EventInvokeConfig"))
	e.given(e.property("Policies"))
	e.events(e.property("Events"))
}

func (e *samRole) stateMachine() {
	e.given(e.property("Policies"))
	if v, err := e.stack.resolve(orNode(e.property("Tracing").get("Enabled"), text(e.of.at, ""))); err == nil && v.standIn() == "true" {
		e.attach(e.xray())
	}
}

// xray: "for china and gov regions, use the newer policy name".
func (e *samRole) xray() string {
	if e.stack.options.partition() == "aws" {
		return "AWSXrayWriteOnlyAccess"
	}
	return "AWSXRayDaemonWriteAccess"
}

func (e *samRole) trust() *node {
	if n := e.property("AssumeRolePolicyDocument"); n != nil {
		return n
	}
	service := "lambda.amazonaws.com"
	if e.of.typ == samStateMachine {
		service = "states.amazonaws.com"
	}
	at := e.of.at
	return objectOf(at, member{"Version", at, text(at, policy.Version2012)}, member{"Statement", at, listOf(at, objectOf(at,
		member{"Effect", at, text(at, "Allow")}, member{"Action", at, text(at, "sts:AssumeRole")},
		member{"Principal", at, objectOf(at, member{"Service", at, text(at, service)})},
	))})
}
