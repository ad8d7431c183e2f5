package checks

import (
	"regexp"
	"slices"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// A Pain is an error that users of a product meet, with its cause and its cure:
// a rule over the parsed denial, and over the text of errors that name no
// action.
type Pain struct {
	Code string // bucket-disallows-acl; stable
	// Patterns are regular expressions, case ignored, each of which must be
	// found in the error's text.
	Patterns []string
	// About are the denied actions; they replace the Patterns where the
	// denial names an action.
	About []string
	// Principal and Resource are regular expressions about who was denied on
	// what; empty for anybody and anything.
	Principal, Resource string
	// Layers are those that the cause concerns; empty for errors that no layer
	// of policies decides. A pain whose only layer is the identity-based policies
	// is cured by a grant, and never fits an explicit Deny.
	Layers []iam.Layer
	// NoDenial says that AWS evaluated no policy: the error has another cause.
	NoDenial bool
	// Cause says in a sentence what is wrong, Cure what to do.
	Cause, Cure string
	// Policy is the name of the policy whose grants the error concerns; empty
	// where no grant would help.
	Policy string
	// Actions are those that are missing, where the error itself names none.
	Actions []string
	// Check is the command that shows it, without its target and source.
	Check  audit.Command
	Source string
}

// A Denial is what is known of a denied request: from its message, and from the
// policies where they were evaluated. Empty fields are not known.
type Denial struct {
	Text                        string
	Action, Resource, Principal string
	Layer                       iam.Layer // that decided
	Decision                    iam.Decision
}

// grantable is the layer that grants are in.
var grantable = []iam.Layer{iam.LayerIdentity}

// PainsOf returns the pains that a denial fits, the most specific first.
func (p *Pack) PainsOf(d Denial) []Pain {
	var out []Pain
	for i := range p.Pains {
		if p.Pains[i].fits(&d) {
			out = append(out, p.Pains[i])
		}
	}
	slices.SortStableFunc(out, func(a, b Pain) int { return b.conditions() - a.conditions() })
	return out
}

// conditions counts what a pain requires.
func (p *Pain) conditions() int {
	n := max(len(p.Patterns), min(1, len(p.About)))
	for _, c := range []bool{p.Principal != "", p.Resource != "", len(p.Layers) > 0 && !slices.Equal(p.Layers, grantable)} {
		if c {
			n++
		}
	}
	return n
}

func (p *Pain) fits(d *Denial) bool {
	return p.fitsRequest(d) && p.fitsLayer(d) && found(p.Principal, d.Principal) && found(p.Resource, d.Resource)
}

// fitsRequest reports whether a pain concerns the denied action, or where none
// is named about the text.
func (p *Pain) fitsRequest(d *Denial) bool {
	if len(p.About) > 0 && d.Action != "" {
		return slices.ContainsFunc(p.About, func(a string) bool { return policy.MatchGlob(a, d.Action) })
	}
	for _, pattern := range p.Patterns {
		if !found(pattern, d.Text) {
			return false
		}
	}
	return len(p.Patterns) > 0
}

// fitsLayer reports whether the layer that decided is one of the pain's. A
// grant never outweighs a Deny (IAM User Guide, "Policy evaluation logic").
func (p *Pain) fitsLayer(d *Denial) bool {
	switch {
	case len(p.Layers) == 0:
		return d.Decision != iam.ExplicitDeny || d.Action == ""
	case slices.Equal(p.Layers, grantable) && d.Decision == iam.ExplicitDeny:
		return false
	}
	return d.Layer == "" && slices.Contains(p.Layers, iam.LayerIdentity) || slices.Contains(p.Layers, d.Layer)
}

// found reports whether a pattern occurs in a text; an empty one does.
func found(pattern, text string) bool {
	if pattern == "" {
		return true
	}
	re, err := regexp.Compile("(?is)" + pattern)
	return err == nil && re.MatchString(text)
}
