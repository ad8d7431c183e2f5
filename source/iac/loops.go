package iac

import "strings"

// maxLoop bounds what the loops of a template may become.
const maxLoop = 10_000

// isLoop reports whether a key is that of a loop.
func isLoop(key string) bool { return strings.HasPrefix(key, "Fn::ForEach::") }

// loops expands Fn::ForEach among the members of an object.
// Source: CloudFormation User Guide, "Fn::ForEach".
func (s *stack) loops(n *node) ([]member, error) {
	var out []member
	for _, m := range n.members {
		if !isLoop(m.key) {
			out = append(out, m)
			continue
		}
		body := m.value
		if !body.is(listNode) || len(body.items) != 3 || !body.items[0].is(textNode) || !body.items[2].is(objectNode) {
			return nil, s.fail(body.start, "", "Fn::ForEach requires a name, a list and an object")
		}
		values, err := s.resolve(body.items[1])
		if err != nil {
			return nil, err
		}
		if values.kind != listValue {
			return nil, s.fail(body.items[1].start, "give the parameter a value with --parameter", "the list of Fn::ForEach is not known: %s", values.what())
		}
		for _, item := range values.items {
			text, known := item.known()
			if !known {
				return nil, s.fail(body.items[1].start, "", "the list of Fn::ForEach is not known: %s", item.what())
			}
			replace := strings.NewReplacer("${"+body.items[0].text+"}", text, "&{"+body.items[0].text+"}", letters(text))
			inner, err := s.loops(substitute(body.items[2], replace))
			if err != nil {
				return nil, err
			}
			if out = append(out, inner...); len(out) > maxLoop {
				return nil, s.fail(body.start, "", "Fn::ForEach makes more than %d members", maxLoop)
			}
		}
	}
	return out, nil
}

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// substitute copies a value with a loop's variable replaced.
func substitute(n *node, replace *strings.Replacer) *node {
	out := *n
	out.text = replace.Replace(n.text)
	out.items, out.members = nil, nil
	for _, i := range n.items {
		out.items = append(out.items, substitute(i, replace))
	}
	for _, m := range n.members {
		out.members = append(out.members, member{replace.Replace(m.key), m.at, substitute(m.value, replace)})
	}
	return &out
}
