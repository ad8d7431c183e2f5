package policy

import (
	"context"
	"errors"
	"hash/maphash"
	"slices"
	"strings"
)

// A Set is the names that any of several patterns matches.
type Set []Pattern

// A Query asks for a name. It is how a proof is made: a pattern is covered where
// no name of it is left.
type Query struct {
	Names Names
	In    []Set // the name is in each of these
	Out   []Set // and in none of these
	// Hints are names that a person would know. One that answers the query is
	// the answer; else the answer is made to look like them.
	Hints []string
}

// ErrTooComplex reports that a query needs more work than there is left: it
// says nothing about the answer.
var ErrTooComplex = errors.New("the patterns are too complex to be decided")

// DefaultWork is the work of one audit: some tenths of a second.
const DefaultWork = 3 << 18

// share is the part of all work that one query may take, so that one hard
// pattern leaves the others decided.
const share = 3

// A Finder answers queries within one budget of work, counted in positions that
// are looked at or kept, so that it bounds time and memory alike. It remembers
// its answers. It is not safe for several goroutines.
type Finder struct {
	left, limit int
	answers     map[key]answer
}

// A key identifies a query by two hashes of all that it says.
type key [2]uint64

type answer struct {
	name  string
	found bool
	err   error
}

// NewFinder returns a Finder with a budget; see [DefaultWork].
func NewFinder(work int) *Finder {
	return &Finder{left: work, limit: work / share, answers: map[key]answer{}}
}

// Left returns the work that is left.
func (f *Finder) Left() int { return f.left }

// Spend takes work that somebody else does for a query from the budget. The error
// is [ErrTooComplex] where nothing is left.
func (f *Finder) Spend(work int) error {
	if f.left -= work; f.left < 0 {
		return ErrTooComplex
	}
	return nil
}

// Find returns a name that answers the query: a hint, or a shortest name that is
// completed like one. found is false where there is none. The error is
// [ErrTooComplex], or that of the context.
//
// Names are taken to be of characters of the basic plane; where a pattern has
// others nothing is decided.
func (f *Finder) Find(ctx context.Context, q *Query) (name string, found bool, err error) {
	if err := ctx.Err(); err != nil {
		return "", false, err
	}
	f.left -= q.size()
	p, possible := q.reduce()
	if !possible {
		return "", false, nil
	}
	k := p.key()
	if a, ok := f.answers[k]; ok {
		return a.name, a.found, a.err
	}
	a := f.search(ctx, p)
	if ctx.Err() == nil {
		f.answers[k] = a
	}
	return a.name, a.found, a.err
}

func (f *Finder) search(ctx context.Context, q *Query) answer {
	allowed := min(f.left, f.limit)
	s, err := newSearch(q, allowed)
	if err != nil {
		return answer{err: err}
	}
	w := walk{search: s, ctx: ctx}
	w.find()
	f.left -= allowed - s.left
	if w.err != nil {
		return answer{err: w.err}
	}
	return w.answer
}

// size is the number of patterns.
func (q *Query) size() int {
	n := 0
	for _, set := range slices.Concat(q.In, q.Out) {
		n += len(set)
	}
	return n
}

// reduce leaves out the patterns that no name matches and the sets that hold
// all names. It reports false where that leaves no answer.
func (q *Query) reduce() (*Query, bool) {
	beginning := q.Names.beginning()
	out := &Query{Names: q.Names, Hints: q.Hints}
	var without Set
	for _, set := range q.Out {
		found, all := set.reduce(beginning)
		if all {
			return nil, false
		}
		without = append(without, found...)
	}
	out.Out = []Set{without}
	for _, set := range q.In {
		in, all := set.reduce(beginning)
		if all {
			continue
		}
		if len(in) == 0 {
			return nil, false
		}
		out.In = append(out.In, in)
	}
	return out, true
}

// reduce returns the patterns that can match names with a beginning. all says
// that one of them matches all such names.
func (s Set) reduce(beginning string) (out Set, all bool) {
	if s.covers(beginning) {
		return nil, true
	}
	for i := range s {
		if s[i].mayBegin(beginning) {
			out = append(out, s[i])
		}
	}
	return out, false
}

// covers reports whether a pattern matches all names with a beginning, by what
// they begin with and a star.
func (s Set) covers(beginning string) bool {
	for i := range s {
		if s[i].prefix && strings.HasPrefix(beginning, s[i].start()) {
			return true
		}
	}
	return false
}

// start is the text that all names of the pattern begin with.
func (p *Pattern) start() string {
	if p.escaped {
		return Unescape(p.literal)
	}
	return p.literal
}

// mayBegin reports whether names with a beginning can match.
func (p *Pattern) mayBegin(beginning string) bool {
	start := p.start()
	return strings.HasPrefix(start, beginning) || !p.exact && strings.HasPrefix(beginning, start)
}

// seeds are fixed for the process: keys are never stored.
var seeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

func (q *Query) key() key {
	var out key
	for i, seed := range seeds {
		var h maphash.Hash
		h.SetSeed(seed)
		q.write(&h)
		out[i] = h.Sum64()
	}
	return out
}

// write writes all that a query says, so that no two are written alike.
func (q *Query) write(h *maphash.Hash) {
	for _, e := range q.Names.elements {
		h.WriteByte(byte(e.kind))
		h.WriteString(string(e.char))
		h.WriteString(e.keeps)
	}
	for _, set := range slices.Concat(q.In, q.Out) {
		h.WriteByte(0)
		for i := range set {
			h.WriteString(set[i].text)
			h.WriteByte(1)
			if set[i].arn {
				h.WriteByte(2)
			}
			if set[i].owner {
				h.WriteByte(4)
			}
		}
	}
	for _, hint := range q.Hints {
		h.WriteByte(3)
		h.WriteString(hint)
	}
}
