package policy

import (
	"cmp"
	"context"
	"slices"
)

// A walk looks for an answer to a query, breadth first, so that it is a shortest
// one. It does not ask which patterns match, only whether an answer can still
// come:
//
//   - a state in which whatever follows is in Out has no successors;
//   - a state is not visited if an earlier one is in the same positions of the
//     names and of In, and in some of its positions of Out only: whatever answers
//     the query from here does so from there (antichains; De Wulf, Doyen,
//     Henzinger, Raskin, CAV 2006);
//   - where a pattern of In comes to a star or behind a question mark, the walk
//     goes on with this pattern alone, and with the others besides: one pattern is
//     enough, so that it does not matter which others have come how far.
type walk struct {
	*search
	ctx    context.Context
	err    error
	answer answer

	visits []visit
	live   []int32 // nodes of all visits
	heads  map[uint64]int32
	next   state
}

// A visit is a state with how it was reached first.
type visit struct {
	start, parts int32 // where its nodes begin; behind the lengths of its parts
	from, length int32 // the visit before, and how long the text is
	char         rune
	pruned       bool
	older        int32 // the last visit before with the same hash, or -1
}

// visitWork is what a visit takes next to its nodes.
const visitWork = 16

func (w *walk) find() {
	if name, ok := w.hinted(); ok {
		w.answer = answer{name: name, found: true}
		return
	}
	w.heads = map[uint64]int32{}
	w.next = make(state, len(w.roots))
	start := w.start()
	if !isSettled(start[len(start)-1]) {
		w.branch(nil, start, 0, visit{from: -1})
	}
	at := make(state, len(w.roots))
	for i := 0; i < len(w.visits) && !w.answer.found && w.err == nil; i++ {
		if w.visits[i].pruned {
			continue
		}
		if i%64 == 0 && w.ctx.Err() != nil {
			w.err = w.ctx.Err()
			return
		}
		w.state(int32(i), at)
		w.expand(int32(i), at)
	}
}

// expand visits the successors of a state.
func (w *walk) expand(i int32, at state) {
	for _, c := range w.characters(at) {
		if w.move(at, c, w.next) {
			w.branch(at, w.next, 1, visit{from: i, length: w.visits[i].length + 1, char: c})
		}
		if w.left < 0 {
			w.err = ErrTooComplex
		}
		if w.err != nil || w.answer.found {
			return
		}
	}
}

// branch visits a state once for each pattern of In that is chosen, from the
// given part on, and once for all others.
func (w *walk) branch(before, at state, part int, v visit) {
	for ; part < len(at)-1; part++ {
		set := at[part]
		for i, id := range set {
			if part == 0 || len(set) == 1 || !w.chosen(id, before, part) {
				continue
			}
			alone, others := slices.Clone(at), slices.Clone(at)
			alone[part] = []int32{id}
			others[part] = slices.Delete(slices.Clone(set), i, i+1)
			w.branch(before, alone, part+1, v)
			w.branch(before, others, part, v)
			return
		}
	}
	w.visit(at, v)
}

// chosen reports whether a pattern of In has just come to a star or behind a
// question mark.
func (w *walk) chosen(id int32, before state, part int) bool {
	n := &w.nodes[id]
	return n.behind || n.star == everything && (before == nil || !slices.Contains(before[part], id))
}

// visit adds a state unless another one makes it needless.
func (w *walk) visit(at state, v visit) {
	if w.answer.found || w.err != nil {
		return
	}
	last := len(at) - 1
	v.start = int32(len(w.live))
	for _, part := range at {
		w.live = append(w.live, int32(len(part)))
	}
	v.parts = int32(len(w.live))
	for _, part := range at {
		w.live = append(w.live, part...)
	}
	out := int32(len(w.live) - len(at[last]))
	hash := hashLists(w.live[v.start:v.parts-1], w.live[v.parts:out])
	head, ok := w.heads[hash]
	if !ok {
		head = -1
	}
	for j := head; j >= 0; j = w.visits[j].older {
		if !w.visits[j].pruned && w.covers(j, &v, out) {
			w.live = w.live[:v.start]
			return
		}
	}
	w.left -= visitWork + len(w.live) - int(v.start)
	v.older = head
	w.heads[hash] = int32(len(w.visits))
	w.visits = append(w.visits, v)
	if w.accepts(at) {
		w.answer = answer{name: w.better(w.path(len(w.visits) - 1)), found: true}
	}
}

// covers reports whether an earlier visit makes v needless. Where it is the other
// way round, and no answer becomes longer by it, the earlier one is pruned.
func (w *walk) covers(j int32, v *visit, out int32) bool {
	old, start, parts := &w.visits[j], v.start, v.parts
	oldOut := old.parts + (out - parts)
	if int(oldOut) > len(w.live) || !slices.Equal(w.live[old.start:old.parts-1], w.live[start:parts-1]) ||
		!slices.Equal(w.live[old.parts:oldOut], w.live[parts:out]) {
		return false
	}
	was, is := w.live[oldOut:oldOut+w.live[old.parts-1]], w.live[out:]
	w.left -= 1 + min(len(was), len(is))
	if subset(was, is) {
		return true
	}
	old.pruned = old.length == v.length && subset(is, was)
	return false
}

// subset compares sorted lists.
func subset(a, b []int32) bool {
	if len(a) > len(b) {
		return false
	}
	for _, x := range a {
		for len(b) > 0 && b[0] < x {
			b = b[1:]
		}
		if len(b) == 0 || b[0] != x {
			return false
		}
		b = b[1:]
	}
	return true
}

func hashLists(lists ...[]int32) uint64 {
	h := uint64(14695981039346656037)
	for _, list := range lists {
		for _, x := range list {
			h = (h ^ uint64(uint32(x))) * 1099511628211
			h ^= h >> 29
		}
	}
	return h
}

// state reads a visit's state into at.
func (w *walk) state(i int32, at state) {
	v := &w.visits[i]
	from := v.parts
	for p := range at {
		n := w.live[v.start+int32(p)]
		at[p] = append(at[p][:0], w.live[from:from+n]...)
		from += n
	}
}

// path spells the text that led to a visit.
func (w *walk) path(i int) string {
	var out []rune
	for ; w.visits[i].from >= 0; i = int(w.visits[i].from) {
		out = append(out, w.visits[i].char)
	}
	slices.Reverse(out)
	return string(out)
}

// characters returns those on which a state can go anywhere, each but once if
// several lead to the same, the most plausible first.
func (w *walk) characters(at state) []rune {
	forced := -1
	for i, part := range at[:len(at)-1] {
		if w.literal(part) && (forced < 0 || len(part) < len(at[forced])) {
			forced = i
		}
	}
	var out []rune
	if forced >= 0 {
		out = w.edges(at[forced], out)
	} else {
		out = append(out, w.rest, ':', '/')
		for _, part := range at {
			out = w.edges(part, out)
		}
	}
	w.left -= len(out)
	slices.SortFunc(out, func(a, b rune) int { return cmp.Compare(w.rank(a), w.rank(b)) })
	return slices.Compact(out)
}

func (w *walk) rank(c rune) int {
	if c == w.rest {
		return -1
	}
	return rank(c)
}

// literal reports whether a part can only go on with characters that it names.
func (w *walk) literal(part []int32) bool {
	return !isSettled(part) && !slices.ContainsFunc(part, func(id int32) bool {
		n := &w.nodes[id]
		return n.star != noStar || len(n.anys) > 0
	})
}

func (w *walk) edges(part []int32, out []rune) []rune {
	if isSettled(part) {
		return out
	}
	for _, id := range part {
		for _, e := range w.nodes[id].edges {
			out = append(out, e.char)
		}
	}
	return out
}
