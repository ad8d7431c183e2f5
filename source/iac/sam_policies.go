package iac

import (
	"strconv"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

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

// either is an Fn::If like another, each branch of which may be nothing.
func either(of, yes, no *node) *node {
	if yes == nil && no == nil {
		return nil
	}
	nothing := call("Ref", text(of.start, "AWS::NoValue"))
	condition := of.members[0].value.items[0]
	return call("Fn::If", listOf(of.start, condition, orNode(yes, nothing), orNode(no, nothing)))
}

// allowGap is the gap of policies that SAM would add, and that only allow.
func allowGap(at iam.Location, what, why string) iam.Gap {
	return iam.Gap{Where: at.String(), What: what, Why: why, Affects: iam.MayAllow, Layer: iam.LayerIdentity, Hint: processedHint}
}
