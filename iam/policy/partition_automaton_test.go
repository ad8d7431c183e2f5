package policy

import (
	"slices"
	"strings"
)

// An automaton runs the names of a requirement and the patterns of several
// sets side by side. Each pattern is a row of positions, one bit each: a bit is
// set where the text so far can be matched up to that position. A star's bit
// stays on every character that the star stands for; any other moves on.
type automaton struct {
	words int
	// symbols are the characters that some pattern names, and other, which
	// stands for all the rest; ':' and '/' are always among them.
	symbols []rune
	other   int // index into symbols
	// advance and stay are, for each symbol, the positions that move on and
	// those that remain.
	advance, stay [][]uint64
	stars         []uint64
	first         []uint64
	accepts       int     // the bit behind the last element of the names
	sets          [][]int // such bits of each set's patterns
	always        []bool  // the sets that hold all names
	// skipped is the literal text that all rows begin with and that is not run.
	skipped string
}

// newAutomaton builds the automaton of names and sets. A pattern whose literal
// beginning contradicts that of the names is left out, for it matches none, and
// so are the patterns of a set that holds all names. The error is
// [ErrTooComplex].
func newAutomaton(n Names, sets []Set) (*automaton, error) {
	a := &automaton{sets: make([][]int, len(sets)), always: make([]bool, len(sets))}
	rows := [][]element{n.elements}
	owner := []int{-1}
	beginning := n.beginning()
	for i, set := range sets {
		if a.always[i] = slices.ContainsFunc(set, func(p Pattern) bool { return p.prefix && strings.HasPrefix(beginning, p.literal) }); a.always[i] {
			continue
		}
		for j := range set {
			row := elementsOf(set[j].text, set[j].arn)
			if !contradict(n.elements, row) {
				rows, owner = append(rows, row), append(owner, i)
			}
		}
	}
	if slices.ContainsFunc(rows, astral) {
		return nil, ErrTooComplex
	}
	a.skipped = skip(rows)
	size := 0
	for i, row := range rows {
		end := size + len(row)
		if owner[i] < 0 {
			a.accepts = end
		} else {
			a.sets[owner[i]] = append(a.sets[owner[i]], end)
		}
		size = end + 1
	}
	a.words = (size + 63) / 64
	a.chooseSymbols(rows)
	if a.words*len(a.symbols) > maxMasks {
		return nil, ErrTooComplex
	}
	a.fill(rows)
	return a, nil
}

// skip cuts off the literals that all rows begin with and returns them as text.
func skip(rows [][]element) string {
	var b strings.Builder
	for k := 0; ; k++ {
		same := func(row []element) bool {
			return k < len(row) && row[k].kind == literal && row[k].char == rows[0][k].char
		}
		if k == len(rows[0]) || slices.ContainsFunc(rows, func(row []element) bool { return !same(row) }) {
			for i := range rows {
				rows[i] = rows[i][k:]
			}
			return b.String()
		}
		b.WriteRune(rows[0][k].char)
	}
}

// contradict reports whether two rows begin with different literals.
func contradict(a, b []element) bool {
	for i := range min(len(a), len(b)) {
		if a[i].kind != literal || b[i].kind != literal {
			return false
		}
		if a[i].char != b[i].char {
			return true
		}
	}
	return false
}

func (a *automaton) chooseSymbols(rows [][]element) {
	named := map[rune]bool{':': true, '/': true}
	for _, row := range rows {
		for _, e := range row {
			if e.kind == literal {
				named[e.char] = true
			}
		}
	}
	other := '\u00FF'
	for _, c := range plausible {
		if !named[c] {
			other = c
			break
		}
	}
	a.symbols = append(a.symbols, other)
	for c := range named {
		a.symbols = append(a.symbols, c)
	}
	slices.SortFunc(a.symbols[1:], func(x, y rune) int { return rank(x) - rank(y) })
}

// symbol returns the index of a character.
func (a *automaton) symbol(c rune) int {
	if i := slices.Index(a.symbols, c); i >= 0 {
		return i
	}
	return a.other
}

func (a *automaton) fill(rows [][]element) {
	a.stars, a.first = make(bits, a.words), make(bits, a.words)
	arena := make(bits, 2*a.words*len(a.symbols))
	for range a.symbols {
		a.advance = append(a.advance, arena[:a.words:a.words])
		a.stay = append(a.stay, arena[a.words:2*a.words:2*a.words])
		arena = arena[2*a.words:]
	}
	var starts []int
	at := 0
	for _, row := range rows {
		setBit(a.first, at)
		starts = append(starts, at)
		for i, e := range row {
			a.place(e, at+i)
		}
		at += len(row) + 1
	}
	for _, at := range starts {
		if hasBit(a.stars, at) {
			setBit(a.first, at+1)
		}
	}
}

func (a *automaton) place(e element, at int) {
	if e.kind == literal {
		setBit(a.advance[slices.Index(a.symbols, e.char)], at)
		return
	}
	into := a.advance
	if e.kind == anyRun {
		into = a.stay
		setBit(a.stars, at)
	}
	for i, c := range a.symbols {
		if e.keeps == "" || !strings.ContainsRune(e.keeps, c) {
			setBit(into[i], at)
		}
	}
}

func (a *automaton) start() bits { return slices.Clone(a.first) }

// step writes into out where a state goes on a symbol; out may be the state
// itself. The position behind a star is reached with it, for a star may stand
// for nothing; two stars never stand side by side.
func (a *automaton) step(state bits, symbol int, out bits) bits {
	advance, stay := a.advance[symbol], a.stay[symbol]
	carry, behind := uint64(0), uint64(0)
	for i, now := range state {
		moved := now & advance[i]
		next := moved<<1 | carry | now&stay[i]
		star := next & a.stars[i]
		out[i] = next | star<<1 | behind
		carry, behind = moved>>63, star>>63
	}
	return out
}

// constant reports whether no set divides the names.
func (a *automaton) constant() bool {
	return !slices.ContainsFunc(a.sets, func(ends []int) bool { return len(ends) > 0 })
}

// run follows a text to its end, and reports whether it is one of the names.
func (a *automaton) run(text string) (bits, bool) {
	rest, ok := strings.CutPrefix(text, a.skipped)
	if !ok {
		return nil, false
	}
	state := a.start()
	for _, c := range rest {
		a.step(state, a.symbol(c), state)
	}
	return state, a.inNames(state)
}

func (a *automaton) inNames(state bits) bool { return hasBit(state, a.accepts) }

// in reports which sets match the text that led to a state.
func (a *automaton) in(state bits) []bool {
	out := make([]bool, len(a.sets))
	for i, ends := range a.sets {
		out[i] = a.always[i] || slices.ContainsFunc(ends, func(end int) bool { return hasBit(state, end) })
	}
	return out
}
