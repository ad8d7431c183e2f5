package iac

import (
	"fmt"
	"strings"
)

// The limits of what one template may make of itself.
const (
	maxSteps = 2_000_000 // values resolved
	maxText  = 100_000   // bytes of one text
)

// resolve replaces the intrinsic functions in a value.
func (s *stack) resolve(n *node) (value, error) {
	if s.steps++; s.steps > maxSteps {
		return value{}, s.fail(n.start, "", "the template refers to itself too often to be resolved")
	}
	switch n.kind {
	case nullNode:
		return value{raw: nullNode}.placed(n), nil
	case listNode:
		return s.resolveList(n)
	case objectNode:
		if len(n.members) == 1 && !isLoop(n.members[0].key) {
			name := n.members[0].key
			v, ok, err := s.call(name, n.members[0].value)
			if err == nil && v.length() > maxText {
				err = s.fail(n.start, "", "the text is longer than %d characters", maxText)
			}
			if err != nil {
				return value{}, err
			}
			if ok {
				return v.placed(n), nil
			}
			if strings.HasPrefix(name, "Fn::") {
				return opaque("the result of " + name + ", which is not known here").placed(n), nil
			}
		}
		return s.resolveObject(n)
	}
	v := dynamic(n.value()).placed(n)
	v.raw = n.kind
	return v, nil
}

func (s *stack) resolveList(n *node) (value, error) {
	out := value{kind: listValue}
	for _, item := range n.items {
		v, err := s.resolve(item)
		if err != nil {
			return value{}, err
		}
		if v.kind != noValue {
			out.items = append(out.items, v)
		}
	}
	return out.placed(n), nil
}

func (s *stack) resolveObject(n *node) (value, error) {
	members, open := s.settle(n)
	if len(open) > 0 {
		// A macro may change what stands next to it.
		return opaque(strings.Join(open, " and ")).placed(n), nil
	}
	out := value{kind: objectValue}
	for _, m := range members {
		v, err := s.resolve(m.value)
		if err != nil {
			return value{}, err
		}
		if v.kind != noValue {
			out.members = append(out.members, field{m.key, m.at, v})
		}
	}
	return out.placed(n), nil
}

// dynamic splits text at its dynamic references, {{resolve:ssm:name}}.
func dynamic(text string) value {
	out := value{kind: textValue}
	for {
		i := strings.Index(text, "{{resolve:")
		end := -1
		if i >= 0 {
			end = strings.Index(text[i:], "}}")
		}
		if end < 0 {
			break
		}
		if i > 0 {
			out.parts = append(out.parts, part{text: text[:i]})
		}
		name := text[i+2 : i+end]
		out.parts = append(out.parts, part{unknown: &unknown{name: "the dynamic reference " + name}})
		text = text[i+end+2:]
	}
	if text != "" || len(out.parts) == 0 {
		out.parts = append(out.parts, part{text: text})
	}
	return out
}

// call applies one of CloudFormation's functions; ok is false where the name is not one of theirs.
// Source: CloudFormation User Guide, "Intrinsic function reference".
func (s *stack) call(name string, arg *node) (v value, ok bool, err error) {
	switch name {
	case "Ref":
		v, err = s.ref(arg)
	case "Fn::GetAtt":
		v, err = s.getAtt(arg)
	case "Fn::Sub":
		v, err = s.sub(arg)
	case "Fn::Join":
		v, err = s.join(arg)
	case "Fn::If":
		v, err = s.ifElse(arg)
	case "Fn::FindInMap":
		v, err = s.findInMap(arg)
	case "Fn::Select":
		v, err = s.choose(arg)
	case "Fn::Split":
		v, err = s.split(arg)
	case "Fn::ImportValue":
		v, err = s.importValue(arg)
	case "Fn::Transform":
		v, err = s.transformed(arg)
	case "Fn::Length":
		v, err = s.length(arg)
	case "Fn::ToJsonString":
		v, err = s.jsonString(arg)
	case "Fn::GetAZs", "Fn::Base64", "Fn::Cidr", "Fn::GetStackOutput":
		v = opaque("the result of " + name)
	default:
		return value{}, false, nil
	}
	return v, true, err
}

func (s *stack) importValue(n *node) (value, error) {
	v, err := s.resolve(n)
	if err != nil {
		return value{}, err
	}
	name, known := v.known()
	e := s.app.exports[s.environment()+name]
	switch {
	case !known:
		return unknownText("an import", "", nil), nil
	case e == nil:
		return unknownText("the import "+name, "", nil), nil
	case e.open:
		return value{}, s.fail(n.start, "", "the export %s refers to itself", name)
	}
	e.open = true
	defer func() { e.open = false }()
	return e.stack.resolve(e.value)
}

func (s *stack) ref(n *node) (value, error) {
	if n.is(objectNode) && s.transform {
		// With AWS::LanguageExtensions the name may be the result of a function.
		v, err := s.resolve(n)
		if name, known := v.known(); known && err == nil {
			return s.refTo(name, n)
		}
		return opaque("what is referred to by " + v.what()), err
	}
	if !n.is(textNode) {
		return value{}, s.fail(n.start, "", "Ref requires a name, not %s", n.kind.title())
	}
	return s.refTo(n.text, n)
}

func (s *stack) getAtt(n *node) (value, error) {
	switch {
	case n.is(textNode):
		id, attribute, ok := strings.Cut(n.text, ".")
		if !ok {
			return value{}, s.fail(n.start, "write it as NAME.ATTRIBUTE", "Fn::GetAtt %q names no attribute", n.text)
		}
		return s.attribute(id, attribute, n)
	case n.is(listNode) && len(n.items) > 2 && n.items[0].is(textNode):
		// [Nested, Outputs, Name] is written by hand for Nested.Outputs.Name.
		var rest []string
		for _, item := range n.items[1:] {
			rest = append(rest, item.str())
		}
		return s.attribute(n.items[0].text, strings.Join(rest, "."), n)
	case n.is(listNode) && len(n.items) == 2 && n.items[0].is(objectNode) && s.transform:
		v, err := s.resolve(n.items[0])
		if err != nil {
			return value{}, err
		}
		if id, known := v.known(); known {
			return s.attribute(id, n.items[1].str(), n)
		}
		return opaque("an attribute of " + v.what()), nil
	case n.is(listNode) && len(n.items) == 2 && n.items[0].is(textNode):
		v, err := s.resolve(n.items[1])
		if err != nil {
			return value{}, err
		}
		attribute, ok := v.known()
		if !ok {
			return opaque("an attribute of " + n.items[0].text), nil
		}
		return s.attribute(n.items[0].text, attribute, n)
	}
	return value{}, s.fail(n.start, "", "Fn::GetAtt takes NAME.ATTRIBUTE or a list of the two")
}

func (s *stack) undefined(name string, at *node) error {
	return s.fail(at.start, "it must be a parameter, a resource or a pseudo parameter of the template", "%s", fmt.Sprintf("%q is not defined", name))
}
