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
	if p.arn {
		return matchARN(p.text, s)
	}
	return glob(p.text, s, false)
}

// matchEscaped is the rare match of a pattern whose leading literal text holds
// a wildcard from a policy variable.
func (p Pattern) matchEscaped(s string) bool {
	if !strings.ContainsRune(p.literal, literalStar) && !strings.ContainsRune(p.literal, literalQuestion) {
		return false
	}
	if p.arn {
		return matchARN(p.text, s)
	}
	return glob(p.text, s, false)
}

// MatchFold is Match for patterns compiled in lower case; s may be in any case
// of ASCII letters.
func (p Pattern) MatchFold(s string) bool {
	return p.any || glob(p.text, s, true)
}

// glob is the iterative matcher that goes back to the last star only. "?"
// stands for one UTF-16 unit: a character outside the basic plane takes two
// (recorded cases arn-like-plus-one, arn-like-plus-astral).
func glob(pat, s string, fold bool) bool {
	var pi, si int
	star, mark := -1, 0
	half := false // the low surrogate of s[si] is still to be matched
	markHalf := false
	for si < len(s) {
		if pi < len(pat) {
			switch c := pat[pi]; {
			case c == '*':
				star, mark, markHalf = pi, si, half
				pi++
				continue
			case c == '?':
				n, astral := width(s[si:])
				if astral && !half {
					half = true
					pi++
					continue
				}
				half = false
				si += n
				pi++
				continue
			case half:
			default:
				if n, m := sameByte(pat[pi:], s[si], fold); n > 0 {
					pi += n
					si += m
					continue
				}
			}
		}
		if star < 0 {
			return false
		}
		n, astral := width(s[mark:])
		if astral && !markHalf {
			markHalf = true
		} else {
			markHalf = false
			mark += n
		}
		pi, si, half = star+1, mark, markHalf
	}
	for pi < len(pat) && pat[pi] == '*' {
		pi++
	}
	return pi == len(pat) && !half
}

// sameByte compares the next literal of pat with c. It returns how many bytes
// of the pattern and of the text matched, or zeros.
func sameByte(pat string, c byte, fold bool) (int, int) {
	p := pat[0]
	if p == c || fold && lower(c) == p {
		return 1, 1
	}
	// An escaped wildcard is three bytes of UTF-8: EE 80 80 or EE 80 81.
	if p == 0xEE && len(pat) >= 3 && pat[1] == 0x80 && (pat[2] == 0x80 && c == '*' || pat[2] == 0x81 && c == '?') {
		return 3, 1
	}
	return 0, 0
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

// matchARN matches by the segment rule. Segments are matched one by one until
// the first star that ends its segment, from where everything may cross
// colons; the alternatives of such stars are tried in order, and there are at
// most five of them.
func matchARN(pat, s string) bool { return matchSegments(pat, s, 0) }

func matchSegments(pat, s string, segment int) bool {
	for ; segment < 5; segment++ {
		pi := strings.IndexByte(pat, ':')
		if pi < 0 {
			return glob(pat, s, false)
		}
		if pi > 0 && pat[pi-1] == '*' {
			return matchCrossing(pat[:pi], pat[pi+1:], s, segment)
		}
		si := strings.IndexByte(s, ':')
		if si < 0 || !glob(pat[:pi], s[:si], false) {
			return false
		}
		pat, s = pat[pi+1:], s[si+1:]
	}
	return glob(pat, s, false)
}

// matchCrossing matches a segment that ends in a star: the part before the
// star keeps to its segment, the star may swallow following segments.
func matchCrossing(seg, rest, s string, segment int) bool {
	first := strings.IndexByte(s, ':')
	if first < 0 || !glob(seg, s[:first], false) {
		return false
	}
	for i := first; i < len(s); i++ {
		if s[i] == ':' && matchSegments(rest, s[i+1:], segment+1) {
			return true
		}
	}
	return false
}
