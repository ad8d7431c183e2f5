package checks

import (
	"regexp"
	"slices"
)

// A Pain is an error that users of a product meet, with its cause and its cure.
type Pain struct {
	Code string // bucket-disallows-acl; stable
	// Patterns are regular expressions, case ignored, of which each must be
	// found in the error's text.
	Patterns []string
	// Cause says in a sentence what is wrong, Cure what to do.
	Cause, Cure string
	// Policy is the name of the policy whose grants the error is about; empty
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
func (p *Pack) PainsOf(text string) []Pain {
	var out []Pain
	for _, pain := range p.Pains {
		if pain.in(text) {
			out = append(out, pain)
		}
	}
	slices.SortStableFunc(out, func(a, b Pain) int { return len(b.Patterns) - len(a.Patterns) })
	return out
}

// in reports whether a text has all patterns of a pain.
func (p *Pain) in(text string) bool {
	for _, pattern := range p.Patterns {
		re, err := p.compile(pattern)
		if err != nil || !re.MatchString(text) {
			return false
		}
	}
	return len(p.Patterns) > 0
}

func (p *Pain) compile(pattern string) (*regexp.Regexp, error) {
	return regexp.Compile("(?is)" + pattern)
}
