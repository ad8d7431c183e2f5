package spelling

import "strings"

// Nearest is the word that a misspelt one was meant to be; empty where none is
// near enough.
func Nearest(word string, words []string) string {
	if word == "" {
		return ""
	}
	out, least := "", max(len(word)/3, 1)+1
	for _, w := range words {
		lower := strings.ToLower(w)
		d := Distance(strings.ToLower(word), lower, least)
		if len(word) > 2 && strings.HasPrefix(lower, strings.ToLower(word)) {
			d = min(d, 1) // the beginning of a word is a short form of it
		}
		if d < least {
			out, least = w, d
		}
	}
	return out
}
