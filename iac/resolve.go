package iac

import (
	"fmt"
	"strconv"
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
		if len(n.members) == 1 {
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
			if strings.HasPrefix(name, "Fn::") && !strings.HasPrefix(name, "Fn::ForEach") {
				return value{}, s.fail(n.start, "", "%s is not a function that is known here", name)
			}
		}
		return s.resolveObject(n)
	}
	v := dynamic(n.text).placed(n)
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
	out := value{kind: objectValue}
	for _, m := range n.members {
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

// call applies one of CloudFormation's functions; ok is false where the name is
// none of theirs.
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
		v = opaque("what the macro " + arg.get("Name").str() + " makes")
	case "Fn::GetAZs", "Fn::Base64", "Fn::Cidr", "Fn::Length", "Fn::ToJsonString", "Fn::GetStackOutput":
		v = opaque("the result of " + name)
	default:
		return value{}, false, nil
	}
	return v, true, err
}

// args resolves the arguments of a function that takes a list.
func (s *stack) args(n *node, name string, atLeast, atMost int) ([]value, error) {
	if !n.is(listNode) || len(n.items) < atLeast || len(n.items) > atMost {
		count := strconv.Itoa(atLeast)
		if atMost != atLeast {
			count += " to " + strconv.Itoa(atMost)
		}
		return nil, s.fail(n.start, "", "%s takes a list of %s values", name, count)
	}
	out := make([]value, len(n.items))
	for i, item := range n.items {
		v, err := s.resolve(item)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

func (s *stack) join(n *node) (value, error) {
	args, err := s.args(n, "Fn::Join", 2, 2)
	if err != nil {
		return value{}, err
	}
	separator, ok := args[0].known()
	if !ok && args[0].kind != noValue {
		return value{}, s.fail(n.items[0].start, "", "Fn::Join takes a known separator")
	}
	if args[1].kind == textValue {
		return value{}, s.fail(n.items[1].start, "", "Fn::Join takes a list as its second value")
	}
	if args[1].kind != listValue {
		return unknownText(args[1].what(), "", nil), nil
	}
	return concat(separator, args[1].items), nil
}

func (s *stack) choose(n *node) (value, error) {
	args, err := s.args(n, "Fn::Select", 2, 2)
	if err != nil {
		return value{}, err
	}
	text, known := args[0].known()
	if !known || args[1].kind != listValue {
		return unknownText("an element of "+concat("", args).what(), "", args[1].resource()), nil
	}
	i, err := strconv.Atoi(text)
	if err != nil || i < 0 || i >= len(args[1].items) {
		return value{}, s.fail(n.items[0].start, "", "Fn::Select takes an index from 0 to %d, not %q", len(args[1].items)-1, text)
	}
	return args[1].items[i], nil
}

// split divides text. The names that a deploy makes hold no ":" and "/".
func (s *stack) split(n *node) (value, error) {
	args, err := s.args(n, "Fn::Split", 2, 2)
	if err != nil {
		return value{}, err
	}
	separator, ok := args[0].known()
	if !ok || separator == "" {
		return value{}, s.fail(n.items[0].start, "", "Fn::Split takes a known separator")
	}
	if args[1].kind != textValue {
		return opaque(args[1].what()), nil
	}
	out := value{kind: listValue, items: []value{{kind: textValue}}}
	last := func() *value { return &out.items[len(out.items)-1] }
	for _, p := range args[1].parts {
		if p.unknown != nil {
			if p.of == nil {
				return opaque(args[1].what()), nil
			}
			last().parts = append(last().parts, p)
			continue
		}
		for i, piece := range strings.Split(p.text, separator) {
			if i > 0 {
				out.items = append(out.items, value{kind: textValue})
			}
			if piece != "" {
				last().parts = append(last().parts, part{text: piece, of: p.of})
			}
		}
	}
	for i := range out.items {
		out.items[i] = out.items[i].placed(n)
	}
	return out, nil
}

func (s *stack) sub(n *node) (value, error) {
	template, names := n, (*node)(nil)
	if n.is(listNode) {
		if len(n.items) != 2 || !n.items[1].is(objectNode) {
			return value{}, s.fail(n.start, "", "Fn::Sub takes text, or a list of text and an object")
		}
		template, names = n.items[0], n.items[1]
	}
	if !template.is(textNode) {
		return value{}, s.fail(n.start, "", "Fn::Sub takes text, not %s", template.kind.title())
	}
	given := map[string]value{}
	if names != nil {
		for _, m := range names.members {
			v, err := s.resolve(m.value)
			if err != nil {
				return value{}, err
			}
			given[m.key] = v
		}
	}
	var values []value
	for text := template.text; ; {
		before, rest, found := strings.Cut(text, "${")
		inner, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			values = append(values, dynamic(text))
			break
		}
		values = append(values, dynamic(before))
		text = after
		if literal, ok := strings.CutPrefix(inner, "!"); ok {
			values = append(values, textOf("${"+literal+"}"))
			continue
		}
		v, ok := given[strings.TrimSpace(inner)]
		if !ok {
			var err error
			if v, err = s.named(strings.TrimSpace(inner), template); err != nil {
				return value{}, err
			}
		}
		if v.kind == listValue {
			return value{}, s.fail(template.start, "", "${%s} in Fn::Sub is a list, not text", inner)
		}
		values = append(values, v)
	}
	return concat("", values), nil
}

// named resolves a name in Fn::Sub: a parameter, a resource, or its attribute.
func (s *stack) named(name string, at *node) (value, error) {
	if id, attribute, ok := strings.Cut(name, "."); ok {
		return s.attribute(id, attribute, at)
	}
	return s.refTo(name, at)
}

func (s *stack) ifElse(n *node) (value, error) {
	if !n.is(listNode) || len(n.items) != 3 || !n.items[0].is(textNode) {
		return value{}, s.fail(n.start, "", "Fn::If takes the name of a condition and two values")
	}
	name := n.items[0].text
	t, err := s.condition(name, n.items[0])
	if err != nil {
		return value{}, err
	}
	if t.known && t.holds {
		return s.resolve(n.items[1])
	}
	if t.known {
		return s.resolve(n.items[2])
	}
	yes, err := s.resolve(n.items[1])
	if err != nil {
		return value{}, err
	}
	no, err := s.resolve(n.items[2])
	if err != nil {
		return value{}, err
	}
	if a, ok := yes.known(); ok {
		if b, ok := no.known(); ok && a == b {
			return yes, nil
		}
	}
	return value{kind: choiceValue, options: []option{{"condition " + name, yes}, {"condition " + name + " being false", no}}}, nil
}

func (s *stack) findInMap(n *node) (value, error) {
	if n.is(listNode) && len(n.items) == 4 {
		// With AWS::LanguageExtensions there may be a default.
		short := *n
		short.items = n.items[:3]
		v, err := s.findInMap(&short)
		if err != nil {
			return s.resolve(orNode(n.items[3].get("DefaultValue"), n.items[3]))
		}
		return v, nil
	}
	args, err := s.args(n, "Fn::FindInMap", 3, 3)
	if err != nil {
		return value{}, err
	}
	at := s.root.get("Mappings")
	for i, a := range args {
		key, known := a.known()
		if !known || s.options.AccountID == "" && key == UnknownAccount {
			return opaque(strings.TrimSpace("an entry of a mapping " + a.what())), nil
		}
		next := at.get(key)
		if next == nil {
			what := [...]string{"there is no mapping %q", "the mapping has no key %q", "the mapping has no second key %q"}[i]
			return value{}, s.fail(n.items[i].start, "", what, key)
		}
		at = next
	}
	return s.resolve(at)
}

func orNode(a, b *node) *node {
	if a != nil {
		return a
	}
	return b
}

func (s *stack) importValue(n *node) (value, error) {
	v, err := s.resolve(n)
	if err != nil {
		return value{}, err
	}
	name, known := v.known()
	e := s.app.exports[name]
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
	if !n.is(textNode) {
		return value{}, s.fail(n.start, "", "Ref takes a name, not %s", n.kind.title())
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
