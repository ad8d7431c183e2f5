package policy

import (
	"strings"
	"unicode/utf8"
)

// A Pattern is a compiled pattern of a policy: "*" represents any run of
// characters, "?" for one. Matching allocates nothing but for intricate
// patterns, and takes little time also for those.
type Pattern struct {
	text string
	// literal is the text up to the first wildcard, for quick refusals.
	literal string
	// colons is how many colons literal holds.
	colons int
	// arn says that stars and question marks keep to ARN segments.
	arn bool
	// prefix says that the pattern is literal and one star behind it, exact
	// that it has no wildcard.
	prefix, exact bool
	// escaped says that literal holds a wildcard from a policy variable.
	escaped bool
	// owner says that wildcards before the first slash do not represent one.
	owner bool
	// plain is where the part of text begins that has only stars and literals.
	plain int
}

// CompileGlob compiles a pattern whose stars cross everything, as in actions
// and string conditions.
func CompileGlob(s string) Pattern {
	p := Pattern{text: s, literal: s}
	if i := strings.IndexAny(s, wildcards); i >= 0 {
		p.literal = s[:i]
		p.prefix = s[i:] == "*"
	}
	p.exact = len(p.literal) == len(s)
	p.colons = strings.Count(p.literal, ":")
	if !p.exact && !p.prefix {
		p.plain = strings.LastIndexAny(s, "?"+string(literalStar)+string(literalQuestion)) + 1
	}
	p.escaped = strings.ContainsRune(p.literal, literalStar) || strings.ContainsRune(p.literal, literalQuestion)
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
	p.arn = strings.HasPrefix(s, "arn:")
	return p
}

// CompileOwner compiles a pattern as [CompileResource], but wildcards before its
// first slash do not represent one: arn:aws:s3:::a*/* is what is in the buckets
// that begin with a. It is for a [Query], and not to be matched by itself.
func CompileOwner(s string) Pattern {
	p := CompileResource(s)
	p.owner, p.prefix = true, false
	return p
}

// elements takes the pattern apart.
func (p *Pattern) elements() []element {
	out := elementsOf(p.text, p.arn)
	for i := 0; p.owner && i < len(out) && (out[i].kind != literal || out[i].char != '/'); i++ {
		if out[i].kind != literal {
			out[i].keeps += "/"
		}
	}
	return out
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
func (p *Pattern) String() string { return Unescape(p.text) }

// Match reports whether the pattern matches s. Nothing in s is a wildcard.
func (p *Pattern) Match(s string) bool {
	if p.escaped {
		return p.glob(s, 0, 0)
	}
	n := len(p.literal)
	if len(s) < n || s[:n] != p.literal {
		return false
	}
	// A star at the very end crosses everything.
	if p.prefix || p.exact {
		return p.prefix || len(s) == n
	}
	return p.glob(s, n, p.colons)
}

// MatchGlob compiles a pattern as [CompileGlob] and matches it once.
func MatchGlob(pattern, s string) bool {
	p := CompileGlob(pattern)
	return p.Match(s)
}

// MatchResource compiles a pattern as [CompileResource] and matches it once.
func MatchResource(pattern, s string) bool {
	p := CompileResource(pattern)
	return p.Match(s)
}

// A star is a wildcard that the matcher can go back to.
type star struct {
	at     int // where it is in the pattern; -1 for none
	mark   int // how far into the text it reaches
	half   bool
	colons int // how many colons of the pattern come before it
}

// glob is the iterative matcher. It goes back to the last star only, and in
// ARN mode first to the last star that keeps to its segment, then to the last
// that crosses colons: a later star makes the choices of the earlier ones
// irrelevant. Where it goes back too often, bitGlob takes over.
//
// The first start bytes, which hold the given number of colons, are known to
// be equal. "?" represents one UTF-16 unit: a character outside the basic plane takes
// two (recorded cases arn-like-plus-one, arn-like-plus-astral).
func (p *Pattern) glob(s string, start, colons int) bool {
	pat, arn := p.text, p.arn
	pi, si, before := start, start, colons
	half := false // the second unit of the character at si is still to be matched
	patience := 4*len(pat) + 128
	soft, hard := star{at: -1}, star{at: -1}
	for si < len(s) {
		if patience--; patience == 0 {
			if !arn {
				before = noSegments
			}
			return bitGlob(pat[start:], s[start:], before)
		}
		if pi < len(pat) {
			segment := arn && colons < 5
			switch c := pat[pi]; {
			case c == '*':
				if !segment && !half && pi >= p.plain {
					return afterStar(pat[pi+1:], s[si:])
				}
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
				if n := sameByte(pat[pi:], s[si]); n > 0 {
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
		// A hard star may represent everything up to the next place where what
		// is behind it can begin.
		if back == &hard && !half && pi < len(pat) && pat[pi] < utf8.RuneSelf && pat[pi] != '*' && pat[pi] != '?' {
			skip := strings.IndexByte(s[si:], pat[pi])
			if skip < 0 {
				return false
			}
			si += skip
			back.mark = si
		}
	}
	for pi < len(pat) && pat[pi] == '*' {
		pi++
	}
	return pi == len(pat) && !half
}

// afterStar matches what follows a star, where all is literal but for other
// stars: each piece at the first place where it stands, the last one at the end.
func afterStar(pat, s string) bool {
	for {
		piece, rest, more := strings.Cut(pat, "*")
		if !more {
			return strings.HasSuffix(s, piece)
		}
		i := strings.Index(s, piece)
		if i < 0 {
			return false
		}
		pat, s = rest, s[i+len(piece):]
	}
}

// sameByte compares the next literal of pat with c. It returns how many bytes
// of the pattern represent it, or 0.
func sameByte(pat string, c byte) int {
	p := pat[0]
	if p == c {
		return 1
	}
	// An escaped wildcard is three bytes of UTF-8: EE 80 80 or EE 80 81.
	if p == 0xEE && len(pat) >= 3 && pat[1] == 0x80 && (pat[2] == 0x80 && c == '*' || pat[2] == 0x81 && c == '?') {
		return 3
	}
	return 0
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
