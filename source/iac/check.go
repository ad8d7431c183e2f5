package iac

import (
	"strings"

	"remotion-doctor/iam/policy"
)

// A reference is a name that a resource refers to.
type reference struct {
	name string
	at   policy.Position
}

// check refuses names that are not defined and resources that wait for each
// other. Macros may define more names, so that templates with a transform are
// not checked.
func (s *stack) check() error {
	if s.transform || len(s.gaps) > 0 {
		return nil
	}
	edges := map[string][]reference{}
	for _, r := range s.resources {
		refs := s.references(r.node, nil)
		for _, ref := range refs {
			if s.byID[ref.name] != nil {
				edges[r.id] = append(edges[r.id], ref)
			} else if _, ok := s.pseudo(ref.name); !ok && s.root.at("Parameters", ref.name) == nil {
				return s.undefined(ref.name, &node{start: ref.at})
			}
		}
	}
	state := map[string]int{}
	for _, r := range s.resources {
		if err := s.visit(r.id, edges, state, nil); err != nil {
			return err
		}
	}
	return nil
}

// visit walks the references of a resource; state is 1 while it is open, and 2
// behind.
func (s *stack) visit(id string, edges map[string][]reference, state map[string]int, path []string) error {
	state[id] = 1
	path = append(path, id)
	for _, ref := range edges[id] {
		switch state[ref.name] {
		case 0:
			if err := s.visit(ref.name, edges, state, path); err != nil {
				return err
			}
		case 1:
			for path[0] != ref.name {
				path = path[1:]
			}
			return s.fail(ref.at, "resources cannot wait for each other", "circular dependency: %s", strings.Join(append(path, ref.name), " → "))
		}
	}
	state[id] = 2
	return nil
}

// references collects the names that a value refers to.
func (s *stack) references(n *node, local map[string]bool) []reference {
	var out []reference
	for _, item := range n.items {
		out = append(out, s.references(item, local)...)
	}
	for _, m := range n.members {
		switch v := m.value; {
		case m.key == "Ref" && len(n.members) == 1 && v.is(textNode):
			out = append(out, reference{v.text, v.start})
		case m.key == "Fn::GetAtt" && v.is(textNode):
			id, _, _ := strings.Cut(v.text, ".")
			out = append(out, reference{id, v.start})
		case m.key == "Fn::GetAtt" && v.is(listNode) && len(v.items) > 0 && v.items[0].is(textNode):
			out = append(out, reference{v.items[0].text, v.items[0].start})
		case m.key == "Fn::Sub":
			out = append(out, s.subReferences(v)...)
		default:
			out = append(out, s.references(v, local)...)
		}
	}
	return out
}

func (s *stack) subReferences(n *node) []reference {
	var out []reference
	text, given := n, map[string]bool{}
	if n.is(listNode) && len(n.items) == 2 {
		text = n.items[0]
		for _, m := range n.items[1].members {
			given[m.key] = true
			out = append(out, s.references(m.value, nil)...)
		}
	}
	for rest := text.str(); ; {
		_, after, found := strings.Cut(rest, "${")
		inner, next, closed := strings.Cut(after, "}")
		if !found || !closed {
			return out
		}
		rest = next
		name, _, _ := strings.Cut(strings.TrimSpace(inner), ".")
		if name != "" && name[0] != '!' && !given[strings.TrimSpace(inner)] {
			out = append(out, reference{name, text.start})
		}
	}
}
