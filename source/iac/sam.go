package iac

import (
	"slices"
	"strconv"
	"strings"

	"remotion-doctor/iam"
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
	role := &resource{stack: e.stack, id: id, typ: "AWS::IAM::Role", at: at, node: objectOf(at, members...), properties: objectOf(at, properties...), allows: e.open}
	e.stack.resources = append(e.stack.resources, role)
	e.stack.byID[id] = role
	own := objectOf(at, member{"Role", at, acting})
	if e.of.properties != nil {
		own.members = append(own.members, slices.DeleteFunc(slices.Clone(e.of.properties.members), func(m member) bool { return m.key == "Role" })...)
	}
	e.of.properties = own
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

// attach adds a managed policy of AWS by its path and name.
func (e *samRole) attach(name string) {
	arn := "arn:" + e.stack.options.partition() + ":iam::aws:policy/" + name
	for _, have := range e.managed {
		if have.text == arn {
			return
		}
	}
	e.managed = append(e.managed, text(e.of.at, arn))
}

// inline adds a policy document.
func (e *samRole) inline(name string, document *node) {
	at := document.start
	e.policies = append(e.policies, objectOf(at, member{"PolicyName", at, text(at, name)}, member{"PolicyDocument", at, document}))
}

// allow adds a document of one statement for each pair of actions and resource.
func (e *samRole) allow(name string, at policy.Position, grants ...samGrant) {
	statements := listOf(at)
	for _, g := range grants {
		if g.resource == nil {
			e.open = append(e.open, "the resource that "+name+" of "+e.of.label()+" allows")
			continue
		}
		var actions []*node
		for _, a := range g.actions {
			actions = append(actions, text(at, a))
		}
		statements.items = append(statements.items, objectOf(at, member{"Effect", at, text(at, "Allow")},
			member{"Action", at, listOf(at, actions...)}, member{"Resource", at, g.resource}))
	}
	if len(statements.items) > 0 {
		e.inline(name, objectOf(at, member{"Version", at, text(at, policy.Version2012)}, member{"Statement", at, statements}))
	}
}

// A samGrant is actions on a resource.
type samGrant struct {
	actions  []string
	resource *node
}

// given takes in what Policies hold: names and ARNs of managed policies,
// documents, and policy templates.
func (e *samRole) given(n *node) {
	if n == nil {
		return
	}
	entries := []*node{n}
	if n.is(listNode) {
		entries = n.items
	}
	for i, entry := range entries {
		managed, inline := e.entry(entry, i)
		if managed != nil {
			e.managed = append(e.managed, managed)
		}
		if inline != nil {
			e.policies = append(e.policies, inline)
		}
	}
}

// entry reads one policy, which is either a managed or an inline one. Where it
// is the choice of a condition, so are both.
func (e *samRole) entry(n *node, i int) (managed, inline *node) {
	name := e.of.id + "RolePolicy" + strconv.Itoa(i)
	if n.kind != objectNode {
		if n.kind == nullNode {
			return nil, nil
		}
		return n, nil
	}
	if n.get("Statement") != nil {
		return nil, objectOf(n.start, member{"PolicyName", n.start, text(n.start, name)}, member{"PolicyDocument", n.start, n})
	}
	if len(n.members) != 1 {
		e.open = append(e.open, "a policy of "+e.of.label()+" that is neither a document nor a template")
		return nil, nil
	}
	key, value := n.members[0].key, n.members[0].value
	switch {
	case key == "Fn::If" && value.is(listNode) && len(value.items) == 3:
		yesManaged, yesInline := e.entry(value.items[1], i)
		noManaged, noInline := e.entry(value.items[2], i)
		return either(n, yesManaged, noManaged), either(n, yesInline, noInline)
	case key == "Ref" || strings.HasPrefix(key, "Fn::"):
		return n, nil
	}
	document, why := samTemplate(key, n.members[0])
	if why != "" {
		e.open = append(e.open, why)
		return nil, nil
	}
	return nil, objectOf(n.start, member{"PolicyName", n.start, text(n.start, name)}, member{"PolicyDocument", n.start, document})
}

// either is an Fn::If like another, of which each branch may be nothing.
func either(of, yes, no *node) *node {
	if yes == nil && no == nil {
		return nil
	}
	nothing := call("Ref", text(of.start, "AWS::NoValue"))
	condition := of.members[0].value.items[0]
	return call("Fn::If", listOf(of.start, condition, orNode(yes, nothing), orNode(no, nothing)))
}

// deadLetters: "SAM adds … to the function's role".
func (e *samRole) deadLetters(n *node) {
	if n == nil {
		return
	}
	actions := map[string]string{"SQS": "sqs:SendMessage", "SNS": "sns:Publish"}
	action := actions[n.get("Type").str()]
	if action == "" {
		e.open = append(e.open, "the dead-letter queue of "+e.of.label())
		return
	}
	e.allow("DeadLetterQueuePolicy", n.start, samGrant{[]string{action}, n.get("TargetArn")})
}

// sent are the actions that a destination of a type needs.
var sent = map[string]string{"SQS": "sqs:SendMessage", "SNS": "sns:Publish", "EventBridge": "events:PutEvents", "Lambda": "lambda:InvokeFunction"}

func (e *samRole) destinations(n *node) {
	for _, way := range []string{"OnSuccess", "OnFailure"} {
		if d := n.at("DestinationConfig", way); d != nil {
			e.destination(e.of.id+"EventInvokeConfig"+way, d, d.get("Type").str())
		}
	}
}

func (e *samRole) destination(name string, d *node, kind string) {
	to := e.receiver(name, d.get("Destination"), kind)
	switch action := sent[kind]; {
	case action != "":
		e.allow(name+kind+"Policy", d.start, samGrant{[]string{action}, to})
	case kind == "S3" || kind == "S3Bucket":
		if to == nil {
			e.open = append(e.open, "the destination "+name)
			return
		}
		everything := call("Fn::Join", listOf(d.start, text(d.start, "/"), listOf(d.start, to, text(d.start, "*"))))
		e.allow(name+"S3Policy", d.start, samGrant{[]string{"s3:PutObject"}, everything}, samGrant{[]string{"s3:ListBucket"}, to})
	default:
		e.open = append(e.open, "the destination "+name+" of the type "+kind)
	}
}

// receiver is where a destination leads. Where it is nothing, or a condition
// makes it nothing, SAM makes a queue or topic.
func (e *samRole) receiver(name string, to *node, kind string) *node {
	types := map[string][3]string{"SQS": {"Queue", "AWS::SQS::Queue", "Arn"}, "SNS": {"Topic", "AWS::SNS::Topic", "TopicArn"}}
	of, ok := types[kind]
	if !ok {
		return to
	}
	id := name + of[0]
	made := call("Fn::GetAtt", text(e.of.at, id+"."+of[2]))
	out := made
	if branches := to.get("Fn::If"); branches.is(listNode) && len(branches.items) == 3 {
		yes, no := branches.items[1], branches.items[2]
		switch {
		case isNoValue(yes):
			yes = made
		case isNoValue(no):
			no = made
		default:
			return to
		}
		out = call("Fn::If", listOf(to.start, branches.items[0], yes, no))
	} else if to != nil {
		return to
	}
	if e.stack.byID[id] == nil {
		at := e.of.at
		r := &resource{stack: e.stack, id: id, typ: of[1], at: at, node: objectOf(at, member{"Type", at, text(at, of[1])})}
		e.stack.resources = append(e.stack.resources, r)
		e.stack.byID[id] = r
	}
	return out
}

func isNoValue(n *node) bool { return n.is(objectNode) && n.get("Ref").str() == "AWS::NoValue" }

// allowGap is the gap of policies that SAM would add, and that only allow.
func allowGap(at iam.Location, what, why string) iam.Gap {
	return iam.Gap{Where: at.String(), What: what, Why: why, Affects: iam.MayAllow, Layer: iam.LayerIdentity, Hint: processedHint}
}

// text, listOf, objectOf and call make nodes at a place of the file.
func text(at policy.Position, s string) *node {
	return &node{kind: textNode, text: s, start: at, end: at}
}

func listOf(at policy.Position, items ...*node) *node {
	return &node{kind: listNode, items: items, start: at, end: at}
}

func objectOf(at policy.Position, members ...member) *node {
	return &node{kind: objectNode, members: members, start: at, end: at}
}

func call(name string, argument *node) *node { return object(name, argument) }
