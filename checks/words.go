package checks

import "strings"

// JoinWords joins names as in a sentence: a, b and c.
func JoinWords(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// IsAre returns the verb for a number of things.
func IsAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// ItThem returns the pronoun for a number of things.
func ItThem(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}
