package iac

import (
	"strings"

	"remotion-doctor/iam/policy"
)

// alternatives prints a statement once for each way in which the conditions
// within it may turn out.
func (w *documentWriter) alternatives(v value, conditions []string) error {
	ways := []option{{value: v}}
	for i := 0; i < len(ways); {
		found, options := firstChoice(ways[i].value)
		if !found {
			i++
			continue
		}
		if len(ways)+len(options) > maxChoices {
			w.anything(v.what(), v, conditions)
			return nil
		}
		before := ways[i]
		ways = append(ways[:i], ways[i+1:]...)
		for _, o := range options {
			o.condition = strings.TrimPrefix(before.condition+"\x00"+o.condition, "\x00")
			ways = append(ways, o)
		}
	}
	for _, way := range ways {
		if way.condition == "" {
			w.parts(way.value, conditions)
			continue
		}
		w.parts(way.value, plus(conditions, strings.Split(way.condition, "\x00")...))
	}
	return nil
}

// firstChoice returns what the value becomes with each option of the first
// choice in it.
func firstChoice(v value) (bool, []option) {
	if v.kind == choiceValue {
		return true, v.options
	}
	for i, item := range v.items {
		if found, options := firstChoice(item); found {
			return true, around(options, func(inner value) value {
				out := v
				out.items = append(v.items[:i:i], inner)
				out.items = append(out.items, v.items[i+1:]...)
				return out
			})
		}
	}
	for i, m := range v.members {
		if found, options := firstChoice(m.value); found {
			return true, around(options, func(inner value) value {
				out := v
				out.members = append(v.members[:i:i], field{m.key, m.at, inner})
				out.members = append(out.members, v.members[i+1:]...)
				return out
			})
		}
	}
	return false, nil
}

func around(options []option, put func(value) value) []option {
	out := make([]option, len(options))
	for i, o := range options {
		out[i] = option{o.condition, put(o.value)}
	}
	return out
}

// parts prints a statement, and by its side what is not known of it.
func (w *documentWriter) parts(v value, conditions []string) {
	effects := []value{v.get("Effect")}
	if name := effects[0].what(); name != "" {
		conditions = plus(conditions, "the effect "+name)
		effects = []value{textOf(string(policy.Allow)), textOf(string(policy.Deny))}
	}
	for _, effect := range effects {
		s := with(v, "Effect", effect)
		known, open := s.get("Action").divide()
		if name := open.what(); name != "" {
			if len(known.items) > 0 {
				w.statement(with(s, "Action", known), conditions)
			}
			w.statement(with(s, "Action", textOf("*")), plus(conditions, "the action "+name))
			continue
		}
		known, open = s.get("NotAction").divide()
		if name := open.what(); name != "" {
			all := plus(conditions, "the action "+name)
			if len(known.items) > 0 {
				w.statement(with(s, "NotAction", known), all)
			} else {
				w.statement(with(rename(s, "NotAction", "Action"), "Action", textOf("*")), all)
			}
			continue
		}
		w.statement(s, conditions)
	}
}

// plus returns a list with more at its end, and leaves the list unchanged.
func plus(list []string, more ...string) []string {
	return append(list[:len(list):len(list)], more...)
}

// divide says the known texts of a list from the others.
func (v value) divide() (known, open value) {
	known, open = value{kind: listValue, start: v.start, end: v.end}, value{kind: listValue}
	for _, item := range v.list() {
		if item.kind == listValue {
			k, o := item.divide()
			known.items, open.items = append(known.items, k.items...), append(open.items, o.items...)
		} else if _, ok := item.known(); ok {
			known.items = append(known.items, item)
		} else {
			open.items = append(open.items, item)
		}
	}
	return known, open
}

// with returns the object with another value of a member that it has.
func with(v value, key string, replacement value) value {
	out := v
	out.members = append([]field{}, v.members...)
	for i := range out.members {
		if out.members[i].key == key {
			if replacement.start.IsZero() {
				replacement.start, replacement.end = out.members[i].value.start, out.members[i].value.end
			}
			out.members[i].value = replacement
		}
	}
	return out
}

func rename(v value, from, to string) value {
	out := v
	out.members = append([]field{}, v.members...)
	for i := range out.members {
		if out.members[i].key == from {
			out.members[i].key = to
		}
	}
	return out
}
