package policy

import (
	"strings"
	"unicode/utf8"
)

// A Names is the set of resource names that a required pattern represents.
type Names struct {
	text     string // for people: wildcards as in a policy
	elements []element
}

// NamesOf returns the names of a pattern as a policy's Resource element states
// it. Wildcards in the first five segments keep to their segment, for every
// real ARN has six; a lone "*" is every name.
func NamesOf(pattern string) Names {
	text := CompleteARN(pattern)
	n := Names{text: pattern, elements: elementsOf(text, strings.HasPrefix(text, "arn:"))}
	colons := 0
	for i, e := range n.elements {
		if e.kind == literal && e.char == ':' {
			colons++
		}
		if e.kind != literal && colons < 5 && strings.HasPrefix(text, "arn:") {
			n.elements[i].keeps = ":"
		}
	}
	return n
}

// NameOf returns the set of one name, in which nothing is a wildcard.
func NameOf(name string) Names {
	n := Names{text: name}
	for _, c := range name {
		n.elements = append(n.elements, element{kind: literal, char: c})
	}
	return n
}

// TypedNames returns the names of one type of resource. Their parts are
// separated by slashes and colons, so that "*" represents one or more other
// characters, "**" for some that may be slashes, and "***" for any; "?" represents one character that separates nothing.
//
// In TypedNames("arn:aws:s3:::b-*/***") are the objects of the buckets b-…, in
// TypedNames("arn:aws:s3:::b-*") the buckets themselves.
func TypedNames(pattern string) Names {
	n := Names{}
	runes := []rune(pattern)
	var text strings.Builder
	for i := 0; i < len(runes); i++ {
		text.WriteRune(runes[i])
		switch {
		case runes[i] == '*':
			stars := 1
			for ; i+1 < len(runes) && runes[i+1] == '*'; i++ {
				stars++
			}
			keeps := [...]string{":/", ":", ""}[min(stars, 3)-1]
			n.elements = append(n.elements, element{kind: anyOne, keeps: keeps}, element{kind: anyRun, keeps: keeps})
		case runes[i] == '?':
			n.elements = append(n.elements, element{kind: anyOne, keeps: ":/"})
		default:
			n.elements = append(n.elements, element{kind: literal, char: runes[i]})
		}
	}
	n.text = text.String()
	return n
}

// beginning is the text that all names begin with.
func (n Names) beginning() string {
	var b strings.Builder
	for _, e := range n.elements {
		if e.kind != literal {
			break
		}
		b.WriteRune(e.char)
	}
	return b.String()
}

// MayBegin reports whether a name may begin with a text, or be the beginning of
// it, as far as the text that all names begin with says.
func (n Names) MayBegin(text string) bool {
	b := n.beginning()
	return strings.HasPrefix(b, text) || strings.HasPrefix(text, b)
}

// String returns the pattern as a policy would state it.
func (n Names) String() string { return n.text }

// Contains reports whether s is one of the names. Names that are too complex to be known are none of them.
func (n Names) Contains(s string) bool {
	search, err := newSearch(&Query{Names: n, Out: []Set{nil}}, len(n.elements))
	return err == nil && search.holds(s)
}

// Single returns the name, where there is but one.
func (n Names) Single() (string, bool) {
	beginning := n.beginning()
	return beginning, utf8.RuneCountInString(beginning) == len(n.elements)
}

// Within reports whether one pattern of a set is seen at once to match all names:
// it is what they begin with and a star.
func (n Names) Within(s Set) bool { return s.covers(n.beginning()) }

// An element is one piece of a pattern.
type element struct {
	kind elementKind
	char rune // of a literal
	// keeps are the characters that a wildcard does not represent.
	keeps string
}

type elementKind uint8

const (
	literal elementKind = iota
	anyOne              // "?"
	anyRun              // "*"
)

// elementsOf takes a pattern apart by the rules of [CompileResource], or of
// [CompileGlob] where arn is false. Runs of stars become one.
func elementsOf(text string, arn bool) []element {
	if arn {
		return elementsAfter(text, 0)
	}
	return elementsAfter(text, noSegments)
}

// noSegments is the number of colons from which on a pattern keeps to no
// segments.
const noSegments = 5

// elementsAfter takes apart the rest of a pattern behind some colons.
func elementsAfter(text string, colons int) []element {
	runes := []rune(text)
	out := make([]element, 0, len(runes))
	for i, c := range runes {
		segment := colons < noSegments
		switch {
		case c == '*':
			e := element{kind: anyRun}
			if segment && i+1 < len(runes) && runes[i+1] != ':' {
				e.keeps = ":"
			}
			if last := len(out) - 1; last >= 0 && out[last].kind == anyRun {
				if e.keeps == "" {
					out[last].keeps = ""
				}
				continue
			}
			out = append(out, e)
		case c == '?':
			e := element{kind: anyOne}
			if segment {
				e.keeps = ":"
			}
			out = append(out, e)
		default:
			if c == ':' {
				colons++
			}
			out = append(out, element{kind: literal, char: plainRune(c)})
		}
	}
	return out
}

// plainRune is the character that a rune of an expanded template represents.
func plainRune(c rune) rune {
	switch c {
	case literalStar:
		return '*'
	case literalQuestion:
		return '?'
	}
	return c
}
