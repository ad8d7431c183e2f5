package policy

import (
	"slices"
	"strings"
)

// A search is a query as automata, one for each set, run side by side.
type search struct {
	query *Query
	trie
	roots []int32 // of the names, of each set of In, and of Out
	left  int     // the work that it may still do
	marks []int32 // when each node was seen last
	now   int32
	rest  rune // represents all characters that no pattern names
}

// newSearch builds the automata of a reduced query, which has one set in Out. The error is
// [ErrTooComplex].
func newSearch(q *Query, work int) (*search, error) {
	s := &search{query: q, left: work, trie: trie{named: map[rune]bool{}}}
	if err := s.part([][]element{q.Names.elements}); err != nil {
		return s, err
	}
	for _, set := range slices.Concat(q.In, q.Out) {
		rows := make([][]element, len(set))
		for i := range set {
			rows[i] = set[i].elements()
		}
		if err := s.part(rows); err != nil {
			return s, err
		}
	}
	s.finish()
	s.marks = make([]int32, len(s.nodes))
	s.rest = s.other()
	return s, nil
}

// part adds the automaton of a set.
func (s *search) part(rows [][]element) error {
	root := s.root()
	for _, row := range rows {
		if s.left -= len(row); s.left < 0 || astral(row) {
			return ErrTooComplex
		}
		s.add(root, row)
	}
	s.roots = append(s.roots, root)
	return nil
}

// A state is the live nodes of each part: of the names and of In, then of Out.
// A part that matches whatever follows is [settled].
type state [][]int32

// settled represents a part in which whatever follows matches.
const settled = -1

func isSettled(part []int32) bool { return len(part) == 1 && part[0] == settled }

// enter adds what is live where a node is reached. It reports whether all that
// can follow matches.
func (s *search) enter(to int32, out []int32) ([]int32, bool) {
	for _, id := range s.nodes[to].enter {
		if s.nodes[id].universal() {
			return append(out[:0], settled), true
		}
		if s.marks[id] != s.now {
			s.marks[id] = s.now
			out = append(out, id)
		}
	}
	return out, false
}

func (s *search) start() state {
	out := make(state, len(s.roots))
	for i, root := range s.roots {
		s.now++
		out[i], _ = s.enter(root, nil)
		slices.Sort(out[i])
	}
	return out
}

// step appends to out where a part goes on a character.
func (s *search) step(part []int32, c rune, out []int32) []int32 {
	if isSettled(part) {
		return append(out, settled)
	}
	s.now++
	s.left -= len(part)
	done := false
	for _, id := range part {
		n := &s.nodes[id]
		if n.star.takes(c) {
			if out, done = s.enter(id, out); done {
				return out
			}
		}
		if to := n.next(c); to != 0 {
			if out, done = s.enter(to, out); done {
				return out
			}
		}
		for _, e := range n.anys {
			if e.kind.takes(c) {
				if out, done = s.enter(e.to, out); done {
					return out
				}
			}
		}
	}
	s.left -= len(out)
	slices.Sort(out)
	return out
}

// move writes into next where a state goes on a character. It reports whether
// the query can still be answered from there.
func (s *search) move(from state, c rune, next state) bool {
	last := len(from) - 1
	for i, part := range from {
		next[i] = s.step(part, c, next[i][:0])
		if i < last && len(next[i]) == 0 || i == last && isSettled(next[i]) {
			return false
		}
	}
	return true
}

// accepts reports whether the text that led to a state answers the query.
func (s *search) accepts(at state) bool {
	last := len(at) - 1
	for i, part := range at {
		if s.matches(part) != (i < last) {
			return false
		}
	}
	return true
}

func (s *search) matches(part []int32) bool {
	return isSettled(part) || slices.ContainsFunc(part, func(id int32) bool { return s.nodes[id].accepts })
}

// holds reports whether a text answers the query.
func (s *search) holds(text string) bool {
	at := s.start()
	for _, c := range text {
		next := make(state, len(at))
		if !s.move(at, c, next) {
			return false
		}
		at = next
	}
	return s.accepts(at)
}

// hinted returns the first hint that answers the query.
func (s *search) hinted() (string, bool) {
	i := slices.IndexFunc(s.query.Hints, s.holds)
	if i < 0 {
		return "", false
	}
	return s.query.Hints[i], true
}

// better completes an answer by what a person would know, if it stays one.
// Behind an unfinished part goes a tail that begins with a separator, as "-" in
// films-prod-4hd8e2k9xw.
func (s *search) better(name string) string {
	name, whole := s.located(name)
	if whole {
		return name
	}
	bases := []string{name}
	if i := strings.LastIndexAny(name, separators); i > len(s.query.Names.beginning()) {
		bases = []string{name[:i], name}
	}
	tails := s.tails()
	for _, base := range bases {
		open := base != "" && !separator(base[len(base)-1])
		for _, first := range []bool{true, false} {
			for _, tail := range tails {
				if separator(tail[0]) == (open == first) && s.holds(base+tail) {
					return base + tail
				}
			}
		}
	}
	return name
}

// located gives an ARN the fields of a hint, each if the name stays an answer.
// whole says that it has the resource of one.
func (s *search) located(name string) (_ string, whole bool) {
	for _, hint := range s.query.Hints {
		known, ok := ParseARN(hint)
		a, isARN := ParseARN(name)
		if !ok || !isARN {
			continue
		}
		for _, field := range []struct {
			of    *string
			value string
		}{{&a.Partition, known.Partition}, {&a.Region, known.Region}, {&a.AccountID, known.AccountID}, {&a.Resource, known.Resource}} {
			before := *field.of
			if *field.of = field.value; before == field.value || !s.holds(a.String()) {
				*field.of = before
			}
		}
		name = a.String()
		whole = whole || a.Resource == known.Resource
	}
	return name, whole
}

const separators = "/:-"

func separator(c byte) bool { return strings.IndexByte(separators, c) >= 0 }

// tails are the ends of the hints that are names of the query, from where the
// names' wildcards begin, and from each separator on.
func (s *search) tails() []string {
	var out []string
	start := len(s.query.Names.beginning())
	for _, hint := range s.query.Hints {
		if start >= len(hint) || !s.query.Names.Contains(hint) {
			continue
		}
		rest := hint[start:]
		out = append(out, rest)
		for i := 1; i < len(rest); i++ {
			if separator(rest[i]) {
				out = append(out, rest[i:])
			}
		}
	}
	return out
}
