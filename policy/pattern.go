package policy

import (
	"strings"
	"unicode/utf8"
)

// A Pattern is a compiled pattern of a policy: "*" stands for any run of
// characters, "?" for one. Matching allocates nothing and takes at most
// time proportional to the product of the lengths.
type Pattern struct {
	text string
	// literal is the text up to the first wildcard, for quick refusals.
	literal string
	// arn says that stars and question marks keep to ARN segments.
	arn bool
	any bool // the pattern is "*"
}

// CompileGlob compiles a pattern whose stars cross everything, as in actions
// and string conditions.
func CompileGlob(s string) Pattern {
	p := Pattern{text: s, any: s == "*"}
	p.literal = s
	if i := strings.IndexAny(s, wildcards); i >= 0 {
		p.literal = s[:i]
	}
	return p
}

// CompileResource compiles a pattern of a Resource element. In the first five
// segments of an ARN a star that does not end its segment, and every question
// mark, keep to the segment; behind the fifth colon everything crosses colons.
// An ARN of fewer than six segments is completed with ":*".
//
// Source: IAM User Guide, "IAM JSON policy elements: Resource": "If the *
// wildcard is the last character of a resource ARN segment, it can expand to
// match beyond the colon boundaries."
func CompileResource(s string) Pattern {
	s = CompleteARN(s)
	p := CompileGlob(s)
	p.arn = !p.any && strings.HasPrefix(s, "arn:")
	return p
}

const wildcards = "*?"

// CompleteARN completes a short ARN such as arn:aws:sqs to arn:aws:sqs:*:*:*.
// Text that is no ARN, and ARNs with policy variables, stay as they are.
func CompleteARN(s string) string {
	if !strings.HasPrefix(s, "arn:") || strings.Contains(s, "${") {
		return s
	}
	for n := strings.Count(s, ":"); n < 5; n++ {
		s += ":*"
	}
	return s
}

// String returns the pattern's text.
func (p Pattern) String() string { return Unescape(p.text) }

// Match reports whether the pattern matches s. Nothing in s is a wildcard.
func (p Pattern) Match(s string) bool {
	if p.any {
		return true
	}
	if len(s) < len(p.literal) || s[:len(p.literal)] != p.literal {
		return p.matchEscaped(s)
	}
	if len(p.literal) == len(p.text) {
		return len(s) == len(p.text)
	}
	return glob(p.text, s, p.arn, false)
}

// matchEscaped is the rare match of a pattern whose leading literal text holds
// a wildcard from a policy variable.
func (p Pattern) matchEscaped(s string) bool {
	if !strings.ContainsRune(p.literal, literalStar) && !strings.ContainsRune(p.literal, literalQuestion) {
		return false
	}
	return glob(p.text, s, p.arn, false)
}

// MatchFold is Match for patterns compiled in lower case; s may be in any case
// of ASCII letters.
func (p Pattern) MatchFold(s string) bool {
	return p.any || glob(p.text, s, false, true)
}

// A star is a wildcard that the matcher can go back to.
type star struct {
	at     int // where it stands in the pattern; -1 for none
	mark   int // how far into the text it reaches
	half   bool
	colons int // how many colons of the pattern come before it
}

// glob is the iterative matcher. It goes back to the last star only, and in
// ARN mode first to the last star that keeps to its segment, then to the last
// that crosses colons: a later star makes the choices of the earlier ones
// irrelevant, so the work is bounded by the product of the lengths.
//
// "?" stands for one UTF-16 unit: a character outside the basic plane takes
// two (recorded cases arn-like-plus-one, arn-like-plus-astral).
func glob(pat, s string, arn, fold bool) bool {
	pi, si, colons := 0, 0, 0
	half := false // the second unit of the character at si is still to be matched
	soft, hard := star{at: -1}, star{at: -1}
	for si < len(s) {
		if pi < len(pat) {
			segment := arn && colons < 5
			switch c := pat[pi]; {
			case c == '*':
				here := star{pi, si, half, colons}
				if segment && pi+1 < len(pat) && pat[pi+1] != ':' {
					soft = here
				} else {
					soft.at, hard = -1, here
				}
				pi++
				continue
			case c == '?' && (!segment || s[si] != ':'):
				n, astral := width(s[si:])
				pi++
				if half = astral && !half; !half {
					si += n
				}
				continue
			case c == '?', half:
			default:
				if n := sameByte(pat[pi:], s[si], fold); n > 0 {
					if c == ':' {
						colons++
					}
					pi += n
					si++
					continue
				}
			}
		}
		back := &hard
		if soft.at >= 0 && s[soft.mark] != ':' {
			back = &soft
		} else {
			soft.at = -1
		}
		if back.at < 0 || back.mark >= len(s) {
			return false
		}
		n, astral := width(s[back.mark:])
		if back.half = astral && !back.half; !back.half {
			back.mark += n
		}
		pi, si, half, colons = back.at+1, back.mark, back.half, back.colons
	}
	for pi < len(pat) && pat[pi] == '*' {
		pi++
	}
	return pi == len(pat) && !half
}

// sameByte compares the next literal of pat with c. It returns how many bytes
// of the pattern stand for it, or 0.
func sameByte(pat string, c byte, fold bool) int {
	p := pat[0]
	if p == c || fold && lower(c) == p {
		return 1
	}
	// An escaped wildcard is three bytes of UTF-8: EE 80 80 or EE 80 81.
	if p == 0xEE && len(pat) >= 3 && pat[1] == 0x80 && (pat[2] == 0x80 && c == '*' || pat[2] == 0x81 && c == '?') {
		return 3
	}
	return 0
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// width returns the number of bytes of the first character of s, and whether
// it takes two UTF-16 units.
func width(s string) (int, bool) {
	if s[0] < utf8.RuneSelf {
		return 1, false
	}
	r, n := utf8.DecodeRuneInString(s)
	return n, r > 0xFFFF
}
