package iac

import "strings"

// A truth is whether a condition holds, where that is known.
type truth struct {
	known, holds bool
	open         bool // it is being worked out
}

// condition works out a condition by name.
func (s *stack) condition(name string, at *node) (truth, error) {
	if t, ok := s.conditions[name]; ok {
		if t.open {
			return truth{}, s.fail(at.start, "", "the condition %s refers to itself", name)
		}
		return *t, nil
	}
	n := s.root.at("Conditions", name)
	if n == nil && (len(s.gaps) > 0 || s.transform) {
		return truth{}, nil // a macro may define it
	}
	if n == nil {
		return truth{}, s.fail(at.start, "a template has its conditions under Conditions", "the condition %q is not defined", name)
	}
	t := &truth{open: true}
	s.conditions[name] = t
	got, err := s.holds(n)
	if err != nil {
		return truth{}, err
	}
	*t = got
	return got, nil
}

// holds works out a condition function.
func (s *stack) holds(n *node) (truth, error) {
	if !n.is(objectNode) || len(n.members) != 1 {
		return truth{}, s.fail(n.start, "", "a condition is one of Fn::Equals, Fn::And, Fn::Or, Fn::Not and Condition")
	}
	arg := n.members[0].value
	switch n.members[0].key {
	case "Condition":
		return s.condition(arg.str(), arg)
	case "Fn::Equals":
		return s.equals(arg)
	case "Fn::Not":
		if !arg.is(listNode) || len(arg.items) != 1 {
			return truth{}, s.fail(arg.start, "", "Fn::Not requires a list of one condition")
		}
		t, err := s.holds(arg.items[0])
		t.holds = !t.holds
		return t, err
	case "Fn::And":
		return s.all(arg, false)
	case "Fn::Or":
		return s.all(arg, true)
	}
	return truth{}, s.fail(n.start, "", "%s is no condition function that is known here", n.members[0].key)
}

// all works out Fn::And, or with stop true Fn::Or: the first that is stop
// decides.
func (s *stack) all(n *node, stop bool) (truth, error) {
	if !n.is(listNode) || len(n.items) == 0 {
		return truth{}, s.fail(n.start, "", "Fn::And and Fn::Or take a list of conditions")
	}
	out := truth{known: true, holds: !stop}
	for _, item := range n.items {
		t, err := s.holds(item)
		if err != nil {
			return truth{}, err
		}
		if t.known && t.holds == stop {
			return truth{known: true, holds: stop}, nil
		}
		out.known = out.known && t.known
	}
	return out, nil
}

func (s *stack) equals(n *node) (truth, error) {
	args, err := s.args(n, "Fn::Equals", 2, 2)
	if err != nil {
		return truth{}, err
	}
	if args[0].kind == noValue {
		args[0] = textOf("")
	}
	if args[1].kind == noValue {
		args[1] = textOf("")
	}
	a, okA := args[0].known()
	b, okB := args[1].known()
	if !okA || !okB {
		return truth{}, nil
	}
	if s.options.AccountID == "" && a != b && (strings.Contains(a, UnknownAccount) || strings.Contains(b, UnknownAccount)) {
		return truth{}, nil
	}
	return truth{known: true, holds: a == b}, nil
}
