package iac

import (
	"strconv"
	"strings"

	"remotion-doctor/iam/policy"
)

// args resolves the arguments of a function that takes a list.
func (s *stack) args(n *node, name string, atLeast, atMost int) ([]value, error) {
	if !n.is(listNode) || len(n.items) < atLeast || len(n.items) > atMost {
		count := strconv.Itoa(atLeast)
		if atMost != atLeast {
			count += " to " + strconv.Itoa(atMost)
		}
		return nil, s.fail(n.start, "", "%s requires a list of %s values", name, count)
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
		return value{}, s.fail(n.items[0].start, "", "Fn::Join requires a known separator")
	}
	if args[1].kind == textValue {
		return value{}, s.fail(n.items[1].start, "", "Fn::Join requires a list as its second value")
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
		return value{}, s.fail(n.items[0].start, "", "Fn::Select requires an index from 0 to %d, not %q", len(args[1].items)-1, text)
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
		return value{}, s.fail(n.items[0].start, "", "Fn::Split requires a known separator")
	}
	if args[1].kind != textValue {
		return opaque(args[1].what()), nil
	}
	return splitText(args[1], separator).placed(n), nil
}

// splitText divides text at a separator; it is opaque where an unknown part may
// hold one.
func splitText(v value, separator string) value {
	out := value{kind: listValue, items: []value{{kind: textValue}}}
	last := func() *value { return &out.items[len(out.items)-1] }
	for _, p := range v.parts {
		if p.unknown != nil {
			if p.of == nil || nameProperties[p.of.typ] == "" {
				return opaque(v.what())
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
		out.items[i].start, out.items[i].end = v.start, v.end
	}
	return out
}

func (s *stack) sub(n *node) (value, error) {
	template, names := n, (*node)(nil)
	if n.is(listNode) {
		if len(n.items) != 2 || !n.items[1].is(objectNode) {
			return value{}, s.fail(n.start, "", "Fn::Sub requires text, or a list of text and an object")
		}
		template, names = n.items[0], n.items[1]
	}
	if !template.is(textNode) {
		return value{}, s.fail(n.start, "", "Fn::Sub requires text, not %s", template.kind.title())
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
		return value{}, s.fail(n.start, "", "Fn::If requires the name of a condition and two values")
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
	if yes.kind == noValue && no.kind == noValue {
		return value{}, nil
	}
	if a, ok := yes.known(); ok {
		if b, ok := no.known(); ok && a == b {
			return yes, nil
		}
	}
	return value{kind: choiceValue, options: []option{{"condition " + name, yes}, {policy.Otherwise("condition " + name), no}}}, nil
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
		if next == nil && (len(s.gaps) > 0 || at != nil && hasFunction(at)) {
			return opaque("an entry of a mapping that a macro may add (" + key + ")"), nil
		}
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
