package checks

import (
	"regexp"
	"slices"
	"sync"
)

// A Pain is an error that users of Remotion Lambda meet, with its cause and its
// cure.
type Pain struct {
	Code string // bucket-disallows-acl; stable
	// Patterns are regular expressions, case ignored, of which each must be
	// found in the error's text.
	Patterns []string
	// Cause says in a sentence what is wrong, Cure what to do.
	Cause, Cure string
	// Policy is whose grants the error is about: caller, renderer, or empty
	// where no grant would help.
	Policy string
	// Actions are those that are missing, where the error itself names none.
	Actions []string
	// Check is the command that finds it.
	Check  string
	Source string
}

// PainsOf returns the pains whose patterns an error's text has, the most
// specific first.
func PainsOf(text string) []Pain {
	var out []Pain
	for i, patterns := range compiledPains() {
		if !slices.ContainsFunc(patterns, func(p *regexp.Regexp) bool { return !p.MatchString(text) }) {
			out = append(out, Pains[i])
		}
	}
	slices.SortStableFunc(out, func(a, b Pain) int { return len(b.Patterns) - len(a.Patterns) })
	return out
}

var compiledPains = sync.OnceValue(func() [][]*regexp.Regexp {
	out := make([][]*regexp.Regexp, len(Pains))
	for i, p := range Pains {
		for _, text := range p.Patterns {
			out[i] = append(out[i], regexp.MustCompile("(?is)"+text))
		}
	}
	return out
})
