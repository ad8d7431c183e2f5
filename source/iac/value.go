package iac

import (
	"slices"
	"strings"

	"remotion-doctor/iam/policy"
)

// A valueKind is the kind of a resolved value.
type valueKind uint8

const (
	noValue     valueKind = iota // AWS::NoValue, null, or nothing
	textValue                    // text, with unknown parts
	listValue                    // a list
	objectValue                  // an object
	opaqueValue                  // nothing is known but a name
	choiceValue                  // one of several, nobody knows which
)

// A value is a node whose intrinsic functions are resolved as far as can be.
type value struct {
	kind       valueKind
	parts      []part
	items      []value
	members    []field
	options    []option
	name       string // of an opaque value
	raw        nodeKind
	start, end policy.Position
}

// A part is literal text or something unknown.
type part struct {
	text    string
	unknown *unknown
	// of is the resource of the file whose name or id it is.
	of *resource
}

// An unknown is a text that only the deploy will tell.
type unknown struct {
	name string // as the user should read it
	// standIn is text that represents it where a thing must have a name.
	standIn string
}

// A field is a member of an object.
type field struct {
	key   string
	at    policy.Position
	value value
}

// An option is a value and the condition, in words, under which it holds.
type option struct {
	condition string
	value     value
}

func textOf(s string) value { return value{kind: textValue, parts: []part{{text: s}}} }

// opaque is a value with only a name.
func opaque(name string) value { return value{kind: opaqueValue, name: name} }

// unknownText is a text that is not known.
func unknownText(name, standIn string, of *resource) value {
	return value{kind: textValue, parts: []part{{unknown: &unknown{name, standIn}, of: of}}}
}

func (v value) placed(n *node) value {
	v.start, v.end = n.start, n.end
	return v
}

// known returns the text of a value that is wholly known.
func (v value) known() (string, bool) {
	if v.kind != textValue {
		return "", false
	}
	var b strings.Builder
	for _, p := range v.parts {
		if p.unknown != nil {
			return "", false
		}
		b.WriteString(p.text)
	}
	return b.String(), true
}

// standIn returns text with what represents its unknown parts.
func (v value) standIn() string {
	var b strings.Builder
	for _, p := range v.parts {
		switch {
		case p.unknown == nil:
			b.WriteString(p.text)
		case p.unknown.standIn != "":
			b.WriteString(p.unknown.standIn)
		default:
			b.WriteString("unknown")
		}
	}
	return b.String()
}

// resource returns the resource that the text is the name, id or ARN of.
func (v value) resource() *resource {
	for _, p := range v.parts {
		if p.of != nil {
			return p.of
		}
	}
	return nil
}

// unknowns returns the names of what is not known of a value, sorted.
func (v value) unknowns() []string {
	var names []string
	v.collect(&names)
	slices.Sort(names)
	return slices.Compact(names)
}

func (v value) collect(names *[]string) {
	if v.kind == opaqueValue {
		*names = append(*names, v.name)
	}
	for _, p := range v.parts {
		if p.unknown != nil {
			*names = append(*names, p.unknown.name)
		}
	}
	for _, o := range v.options {
		*names = append(*names, o.condition)
		o.value.collect(names)
	}
	for _, i := range v.items {
		i.collect(names)
	}
	for _, f := range v.members {
		f.value.collect(names)
	}
}

// what names an unknown value in words.
func (v value) what() string { return strings.Join(v.unknowns(), " and ") }

func (v value) get(key string) value {
	for i := range v.members {
		if v.members[i].key == key {
			return v.members[i].value
		}
	}
	return value{}
}

// list returns the items of a list, or a single value as a list of one.
func (v value) list() []value {
	switch v.kind {
	case noValue:
		return nil
	case listValue:
		return v.items
	}
	return []value{v}
}

// concat joins values to one text. What is no text makes a part unknown.
func concat(separator string, values []value) value {
	out := value{kind: textValue}
	for i, v := range values {
		if i > 0 && separator != "" {
			out.parts = append(out.parts, part{text: separator})
		}
		if v.kind == textValue {
			out.parts = append(out.parts, v.parts...)
		} else if v.kind != noValue {
			out.parts = append(out.parts, part{unknown: &unknown{name: v.what()}})
		}
	}
	return out
}

// length returns the number of bytes of the literal text.
func (v value) length() int {
	n := 0
	for _, p := range v.parts {
		n += len(p.text)
	}
	return n
}
