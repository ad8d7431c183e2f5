package policy

// Overlap reports whether two patterns may match the same text. In both, "*"
// matches any text, "?" any character, and a policy variable any text, as its
// value is not known. Segments of ARNs are not distinguished, so that Overlap
// never denies an overlap that there is.
func Overlap(a, b string) bool {
	x, y := wild(a), wild(b)
	// meets[j] says that what was read of x may be the same text as y[:j].
	meets := make([]bool, len(y)+1)
	meets[0] = true
	for j, c := range y {
		meets[j+1] = meets[j] && c == '*'
	}
	for _, c := range x {
		before := meets[0]
		meets[0] = before && c == '*'
		for j, d := range y {
			now := meets[j+1]
			switch {
			case c == '*' || d == '*':
				// The star matches nothing more, or one character more. Two stars
				// may both end here.
				meets[j+1] = c == '*' && (now || meets[j]) || d == '*' && (now || meets[j]) || c == '*' && d == '*' && before
			default:
				meets[j+1] = before && (c == d || c == '?' || d == '?')
			}
			before = now
		}
	}
	return meets[len(y)]
}

// wild takes a pattern apart, with a star for each policy variable.
func wild(pattern string) []rune {
	runes := []rune(pattern)
	out := make([]rune, 0, len(runes))
	for i := 0; i < len(runes); i++ {
		if runes[i] == '$' && i+1 < len(runes) && runes[i+1] == '{' {
			for i < len(runes) && runes[i] != '}' {
				i++
			}
			out = append(out, '*')
			continue
		}
		out = append(out, runes[i])
	}
	return out
}
