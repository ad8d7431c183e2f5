package iac

import "remotion-doctor/iam/policy"

// A nodeKind is the kind of a value in a file.
type nodeKind uint8

const (
	nullNode nodeKind = iota
	textNode          // a string
	numberNode
	boolNode
	listNode
	objectNode
)

// title names the kind as a sentence does.
func (k nodeKind) title() string {
	return [...]string{"null", "a string", "a number", "a boolean", "a list", "an object"}[k]
}

// A node is a value of a JSON or YAML file with its place. YAML's short tags
// (!Sub) are objects of one member (Fn::Sub), as in JSON.
type node struct {
	kind       nodeKind
	text       string // of scalars, as written
	word       string // what YAML 1.1 makes of the text, where that is a boolean
	items      []*node
	members    []member
	twice      []string // keys that stand there more than once; the last counts
	start, end policy.Position
	offset     int // of its first byte, in JSON
	json       bool
}

// A member is one key of an object.
type member struct {
	key   string
	at    policy.Position
	value *node
}

// get returns a member's value, or nil. It may be called on nil.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for i := range n.members {
		if n.members[i].key == key {
			return n.members[i].value
		}
	}
	return nil
}

// at follows keys into objects.
func (n *node) at(path ...string) *node {
	for _, key := range path {
		n = n.get(key)
	}
	return n
}

func (n *node) is(k nodeKind) bool { return n != nil && n.kind == k }

func (n *node) scalar() bool {
	return n != nil && (n.kind == textNode || n.kind == numberNode || n.kind == boolNode)
}

// str returns the text of a scalar, or an empty string.
func (n *node) str() string {
	if n.scalar() {
		return n.text
	}
	return ""
}

// value is the text of a scalar as CloudFormation takes it.
func (n *node) value() string { return firstOf(n.word, n.text) }

// object makes an object of one member at the place of its value.
func object(key string, value *node) *node {
	return &node{kind: objectNode, start: value.start, end: value.end, members: []member{{key, value.start, value}}}
}

// A keySet says duplicate keys in objects of any size.
type keySet map[string]bool

func (s keySet) add(key string) bool {
	if s[key] {
		return false
	}
	s[key] = true
	return true
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
