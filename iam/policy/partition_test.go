package policy

import (
	"slices"
	"strings"
)

// A Class is all those names of a requirement that the same sets match.
type Class struct {
	// Example is one of the names: a hint where one is in the class, else a
	// shortest one.
	Example string
	// In says for each set whether it matches.
	In []bool
}

// maxWork bounds the words of state that Divide computes, maxStates those that
// it keeps: tens of milliseconds and 8 MB.
const (
	maxWork   = 6 << 20
	maxStates = 1 << 20
	// maxMasks bounds the words that say where each symbol leads: a document can
	// name thousands of different characters.
	maxMasks = 1 << 18
)

// Divide sorts all names of n into classes by which of the sets match them, so
// that what is true of one name of a class is true of all. The hints are names
// that a person would know; those that are names of n become examples. The
// order is that of the hints, then of the lengths of the examples. The error is
// [ErrTooComplex].
//
// Names are taken to be of characters of the basic plane; where a pattern has
// others nothing is decided.
func (n Names) Divide(sets []Set, hints []string) ([]Class, error) {
	a, err := newAutomaton(n, sets)
	if err != nil {
		return nil, err
	}
	w := &partition{automaton: a, found: map[string]bool{}}
	for _, h := range hints {
		if w.hint(h) {
			w.tails = append(w.tails, tails(n, h)...)
		}
	}
	if w.constant() && len(w.classes) > 0 {
		return w.classes, nil
	}
	err = w.explore()
	return w.classes, err
}

// A partition visits the reachable states of an automaton, breadth first.
type partition struct {
	*automaton
	states  bits // all visited states, one after another
	parents []step
	table   []int32 // hash table of states; 0 is empty, else index+1
	work    int
	classes []Class
	found   map[string]bool
	tails   []string
}

// A step says how a state was reached first.
type step struct {
	parent int32
	symbol int16
}

func (w *partition) state(i int) bits { return w.states[i*w.words : (i+1)*w.words] }

// hint makes the example of its class of a text that is one of the names.
func (w *partition) hint(text string) bool {
	state, ok := w.run(text)
	if ok {
		w.add(state, func() string { return text })
	}
	return ok
}

// add notes the class of a state in which the names end.
func (w *partition) add(state bits, example func() string) {
	in := w.in(state)
	key := string(packed(in))
	if w.found[key] {
		return
	}
	w.found[key] = true
	w.classes = append(w.classes, Class{Example: example(), In: in})
}

func packed(in []bool) []byte {
	out := make([]byte, (len(in)+7)/8)
	for i, b := range in {
		if b {
			out[i/8] |= 1 << (i % 8)
		}
	}
	return out
}

func (w *partition) explore() error {
	w.table = make([]int32, 128)
	w.visit(w.start(), step{parent: -1})
	next := make(bits, w.words)
	for i := 0; i < len(w.parents); i++ {
		for s := range w.symbols {
			state := w.state(i)
			if s != w.other && w.likeOther(state, s) {
				continue
			}
			w.work += w.words
			if w.work > maxWork || len(w.states) > maxStates {
				return ErrTooComplex
			}
			w.step(state, s, next)
			if w.alive(next) {
				w.visit(next, step{int32(i), int16(s)})
			}
		}
	}
	return nil
}

// likeOther reports whether a symbol leads where every other character does.
func (w *partition) likeOther(state bits, s int) bool {
	w.work += w.words / 4
	for i := range state {
		if state[i]&(w.advance[s][i]^w.advance[w.other][i]) != 0 || state[i]&(w.stay[s][i]^w.stay[w.other][i]) != 0 {
			return false
		}
	}
	return true
}

// alive reports whether the text can still become one of the names, whose
// positions are the first bits.
func (w *partition) alive(state bits) bool {
	last := w.accepts >> 6
	for i := range last {
		if state[i] != 0 {
			return true
		}
	}
	return state[last]<<(63-w.accepts&63) != 0
}

// visit adds a state unless it is known.
func (w *partition) visit(state bits, from step) {
	if 2*len(w.parents) >= len(w.table) {
		w.grow()
	}
	slot := w.slot(state)
	if w.table[slot] != 0 {
		return
	}
	w.states = append(w.states, state...)
	w.parents = append(w.parents, from)
	n := len(w.parents)
	w.table[slot] = int32(n)
	if w.inNames(state) {
		w.work += len(w.sets)
		w.add(state, func() string { return w.better(w.path(n-1), state) })
	}
}

// slot finds the place of a state in the table: its own, or an empty one.
func (w *partition) slot(state bits) int {
	h := uint64(14695981039346656037)
	for _, word := range state {
		h = (h ^ word) * 1099511628211
		h ^= h >> 29
	}
	mask := len(w.table) - 1
	at := int(h) & mask
	for w.table[at] != 0 && !slices.Equal(w.state(int(w.table[at])-1), state) {
		at = (at + 1) & mask
	}
	return at
}

func (w *partition) grow() {
	w.table = make([]int32, 2*len(w.table))
	for i := range w.parents {
		w.table[w.slot(w.state(i))] = int32(i + 1)
	}
}

// path spells the text that led to a state.
func (w *partition) path(i int) string {
	var out []rune
	for ; w.parents[i].parent >= 0; i = int(w.parents[i].parent) {
		out = append(out, w.symbols[w.parents[i].symbol])
	}
	slices.Reverse(out)
	return w.skipped + string(out)
}

// better completes an example by what a person would know, where the class
// stays the same. Behind an unfinished part goes a tail that begins with a
// separator, as "-" in files-prod-4hd8e2k9xw.
func (w *partition) better(example string, state bits) string {
	want := w.in(state)
	bases := []string{example}
	if i := strings.LastIndexAny(example, separators); i > len(w.skipped) {
		bases = []string{example[:i], example}
	}
	for _, base := range bases {
		open := base != "" && !separator(base[len(base)-1])
		for _, first := range []bool{true, false} {
			for _, tail := range w.tails {
				if separator(tail[0]) != (open == first) {
					continue
				}
				longer, ok := w.run(base + tail)
				if ok && slices.Equal(w.in(longer), want) {
					return base + tail
				}
			}
		}
	}
	return example
}

// tails are the ends of a hint from where the names' wildcards begin, and from
// each separator on.
func tails(n Names, hint string) []string {
	start := 0
	for start < len(n.elements) && n.elements[start].kind == literal {
		start++
	}
	if start >= len(hint) {
		return nil
	}
	rest := hint[start:]
	out := []string{rest}
	for i := 1; i < len(rest); i++ {
		if separator(rest[i]) {
			out = append(out, rest[i:])
		}
	}
	return out
}
