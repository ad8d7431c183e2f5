package policy

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A trie is an automaton of several patterns that share what they begin with.
// Its nodes are positions: those that a text can have reached in the patterns
// are its live nodes. They are few, however many the patterns are.
type trie struct {
	nodes []node
	// named are the characters that some pattern names.
	named map[rune]bool
}

// A node is a position behind some elements.
type node struct {
	// star says that the node lies within a star, and for which characters it
	// stays there; noStar where it does not.
	star wildcard
	// edges are the literals that may follow, sorted; anys the question marks.
	edges []edge
	anys  []anyEdge
	stars [numWildcards]int32 // the node within a star that follows, or 0
	// enter are the nodes that are live where this one is reached: a star may
	// represent nothing.
	enter   []int32
	accepts bool
	behind  bool // a question mark leads here
}

type edge struct {
	char rune
	to   int32
}

type anyEdge struct {
	kind wildcard
	to   int32
}

// A wildcard says which characters a wildcard represents.
type wildcard uint8

const (
	noStar     wildcard = iota
	everything          // all characters
	inSegment           // all but colons
	inPart              // all but colons and slashes
	inOwner             // all but slashes
	numWildcards
)

func wildcardOf(keeps string) wildcard {
	switch keeps {
	case ":":
		return inSegment
	case ":/":
		return inPart
	case "/":
		return inOwner
	}
	return everything
}

// takes reports whether a wildcard represents a character.
func (w wildcard) takes(c rune) bool {
	switch w {
	case noStar:
		return false
	case inSegment:
		return c != ':'
	case inPart:
		return c != ':' && c != '/'
	case inOwner:
		return c != '/'
	}
	return true
}

// root adds a node that patterns begin at.
func (t *trie) root() int32 {
	t.nodes = append(t.nodes, node{})
	return int32(len(t.nodes) - 1)
}

// add adds a pattern.
func (t *trie) add(root int32, row []element) {
	at := root
	for _, e := range row {
		switch e.kind {
		case literal:
			at = t.edge(at, e.char)
		case anyOne:
			at = t.any(at, wildcardOf(e.keeps))
		case anyRun:
			at = t.star(at, wildcardOf(e.keeps))
		}
	}
	t.nodes[at].accepts = true
}

func (t *trie) edge(at int32, c rune) int32 {
	edges := t.nodes[at].edges
	i, ok := slices.BinarySearchFunc(edges, c, func(e edge, c rune) int { return cmp.Compare(e.char, c) })
	if ok {
		return edges[i].to
	}
	t.named[c] = true
	to := t.root()
	t.nodes[at].edges = slices.Insert(edges, i, edge{c, to})
	return to
}

func (t *trie) any(at int32, kind wildcard) int32 {
	for _, e := range t.nodes[at].anys {
		if e.kind == kind {
			return e.to
		}
	}
	to := t.root()
	t.nodes[to].behind = true
	t.nodes[at].anys = append(t.nodes[at].anys, anyEdge{kind, to})
	return to
}

func (t *trie) star(at int32, kind wildcard) int32 {
	if to := t.nodes[at].stars[kind]; to != 0 {
		return to
	}
	to := t.root()
	t.nodes[to].star = kind
	t.nodes[at].stars[kind] = to
	return to
}

// finish computes what each node enters. Every node comes before those that
// follow it.
func (t *trie) finish() {
	for i := len(t.nodes) - 1; i >= 0; i-- {
		n := &t.nodes[i]
		if n.star != noStar || n.accepts || len(n.edges) > 0 || len(n.anys) > 0 {
			n.enter = append(n.enter, int32(i))
		}
		for _, to := range n.stars {
			if to != 0 {
				n.enter = append(n.enter, t.nodes[to].enter...)
			}
		}
	}
}

// universal reports whether every text behind a node matches.
func (n *node) universal() bool { return n.star == everything && n.accepts }

// next returns the node behind a literal, or 0.
func (n *node) next(c rune) int32 {
	if len(n.edges) < 8 {
		for _, e := range n.edges {
			if e.char == c {
				return e.to
			}
		}
		return 0
	}
	if i, ok := slices.BinarySearchFunc(n.edges, c, func(e edge, c rune) int { return cmp.Compare(e.char, c) }); ok {
		return n.edges[i].to
	}
	return 0
}

// plausible are the characters that may represent "any other", those that
// names are made of first.
const plausible = "xqzkjvwyhgbfpudmcltnrisaoe0123456789XQZKJVWYHGBFPUDMCLTNRISAOE-_.éèñüß"

// other returns a character that no pattern names: it represents all of those.
func (t *trie) other() rune {
	for _, c := range plausible {
		if !t.named[c] {
			return c
		}
	}
	for c := rune(0x100); ; c++ {
		if !t.named[c] {
			return c
		}
	}
}

// rank orders characters by how plausible they are in a name.
func rank(c rune) int {
	if c < utf8.RuneSelf {
		return int(ranks[c])
	}
	return rankOf(c)
}

// ranks are those of ASCII.
var ranks = func() (out [utf8.RuneSelf]int16) {
	for c := range out {
		out[c] = int16(rankOf(rune(c)))
	}
	return out
}()

func rankOf(c rune) int {
	if i := strings.IndexRune(plausible, c); i >= 0 {
		return i
	}
	return 1000 + int(c)
}

// astral reports whether a row names a character outside the basic plane, which
// "?" counts as two: no ARN has one.
func astral(row []element) bool {
	return slices.ContainsFunc(row, func(e element) bool { return e.kind == literal && e.char > 0xFFFF })
}
