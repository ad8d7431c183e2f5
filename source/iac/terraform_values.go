package iac

import (
	"fmt"
	"strings"
)

// attribute returns an attribute as far as it is known. What the configuration
// does not set is not unknown: Terraform lists computed attributes as such.
func (b *planBuilder) attribute(res *tfResource, name string) value {
	v := merge(res.values.get(name), res.unknown.get(name), res.address+"."+name)
	if v.kind == opaqueValue || v.kind == textValue && len(v.unknowns()) > 0 {
		e := b.plan.expression(res, name)
		if b.plan.config != nil && e == nil && (tfComputed[name] || name == tfPolicies[res.typ]) {
			return value{}
		}
		named := b.nameOf(e, v.what())
		return opaque(named)
	}
	return v
}

// tfComputed are the attributes that the provider fills in where nobody sets
// them.
// Source: AWS provider, "aws_iam_role", Attribute Reference. The policies of
// [tfPolicies] are such, too.
var tfComputed = map[string]bool{
	"inline_policy": true, "managed_policy_arns": true, "iam_instance_profile": true, "task_role_arn": true, "execution_role_arn": true,
}

// nameOf names an unknown value by what it is made of.
func (b *planBuilder) nameOf(expression *node, otherwise string) string {
	list := expression.get("references")
	if list == nil || len(list.items) == 0 {
		return otherwise
	}
	return list.items[0].str() + ""
}

// merge puts together what is known of a value and what is not.
func merge(known, unknown *node, name string) value {
	switch {
	case unknown.is(boolNode) && unknown.text == "true":
		return opaque(name + "")
	case known == nil && unknown == nil, known.is(nullNode):
		return value{}
	case known == nil && unknown.kind == boolNode:
		return value{}
	case known.is(listNode) || known == nil && unknown.is(listNode):
		return mergeList(known, unknown, name)
	case known.is(objectNode) || known == nil && unknown.is(objectNode):
		return mergeObject(known, unknown, name)
	}
	v := textOf(known.text).placed(known)
	v.raw = known.kind
	return v
}

func mergeList(known, unknown *node, name string) value {
	out := value{kind: listValue}
	var items, open []*node
	if known != nil {
		out, items = out.placed(known), known.items
	}
	if unknown.is(listNode) {
		open = unknown.items
	}
	for i := range max(len(items), len(open)) {
		var k, u *node
		if i < len(items) {
			k = items[i]
		}
		if i < len(open) {
			u = open[i]
		}
		if v := merge(k, u, fmt.Sprintf("%s[%d]", name, i)); v.kind != noValue {
			out.items = append(out.items, v)
		}
	}
	return out
}

func mergeObject(known, unknown *node, name string) value {
	out := value{kind: objectValue}
	if known != nil {
		out = out.placed(known)
		for _, m := range known.members {
			if v := merge(m.value, unknown.get(m.key), name+"."+m.key); v.kind != noValue {
				out.members = append(out.members, field{m.key, m.at, v})
			}
		}
	}
	if unknown.is(objectNode) {
		for _, m := range unknown.members {
			if known.get(m.key) != nil {
				continue
			}
			if v := merge(nil, m.value, name+"."+m.key); v.kind != noValue {
				out.members = append(out.members, field{m.key, out.start, v})
			}
		}
	}
	return out
}

// text returns an attribute that is known.
func (b *planBuilder) text(res *tfResource, name string) string {
	text, _ := b.attribute(res, name).known()
	return text
}

// plainName is an address as the name of an IAM resource.
func plainName(address string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("+=,.@_-", r) {
			return r
		}
		return '-'
	}, address)
}

// elem returns an item of a list, or nil.
func (n *node) elem(i int) *node {
	if n == nil || i >= len(n.items) {
		return nil
	}
	return n.items[i]
}
