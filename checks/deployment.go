package checks

import (
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam/policy"
	"remotion-doctor/internal/spelling"
)

// A Deployment is what is known of how a product is used.
type Deployment struct {
	// Values are names and ARNs of features, by the feature's name.
	Values map[string][]string
	// Privacy is that of the outputs; public where empty.
	Privacy string
}

// Uses adds a feature with a value, which may be empty.
func (d *Deployment) Uses(feature, value string) {
	if d.Values == nil {
		d.Values = map[string][]string{}
	}
	d.Values[feature] = append(d.Values[feature], value)
}

// Has reports whether a feature is used; no-acl is the privacy of that name.
func (d *Deployment) Has(feature string) bool {
	return len(d.Values[feature]) > 0 || feature == "no-acl" && d.Privacy == feature
}

// Privacies returns the values of [Deployment.Privacy].
func Privacies() []string { return []string{"public", "private", "no-acl"} }

// FeatureNamed returns a feature by its name.
func (p *Pack) FeatureNamed(name string) (Feature, bool) {
	i := slices.IndexFunc(p.Features, func(f Feature) bool { return plainName(f.Name) == plainName(name) })
	if i < 0 {
		return Feature{}, false
	}
	return p.Features[i], true
}

// SwitchedFeatures returns the names of the features that have no flag of
// their own.
func (p *Pack) SwitchedFeatures() []string {
	var out []string
	for _, f := range p.Features {
		if f.Flag == "" {
			out = append(out, f.Name)
		}
	}
	return out
}

// Switch adds a feature that has no flag of its own to a deployment, once. The
// error is an [*audit.Problem] that names those that there are.
func (p *Pack) Switch(d *Deployment, name string) error {
	f, ok := p.FeatureNamed(name)
	if !ok || f.Flag != "" {
		return audit.Invalid(meantFirst(name, p.SwitchedFeatures()), "--feature %q is not known", name)
	}
	if !d.Has(f.Name) {
		d.Uses(f.Name, "")
	}
	return nil
}

// Valid refuses a deployment whose values have not the form of what they name,
// or that says more about a feature that is not used. The error is an
// [*audit.Problem].
func (p *Pack) Valid(d Deployment) error {
	if d.Privacy != "" && !slices.Contains(Privacies(), d.Privacy) {
		return audit.Invalid("", "--privacy %q is not one of %s", d.Privacy, strings.Join(Privacies(), ", "))
	}
	for i := range p.Features {
		f := &p.Features[i]
		for _, value := range d.Values[f.Name] {
			if err := f.valid(value); err != nil {
				return err
			}
		}
		if f.With != "" && d.Has(f.Name) && !d.Has(f.With) {
			return audit.Invalid("", "%s needs %s", f.Flag, p.flagOf(f.With))
		}
	}
	return nil
}

// valid refuses a value that has not the form of the feature's example.
func (f *Feature) valid(value string) error {
	want, ok := policy.ParseARN(f.Example)
	if !ok {
		if policy.IsAccountID(f.Example) && !policy.IsAccountID(value) {
			return audit.Invalid("an account's id has twelve digits", "%s %q is not an account", f.Flag, value)
		}
		return nil
	}
	if a, ok := policy.ParseARN(value); !ok || a.Service != want.Service || a.Type() != want.Type() {
		return audit.Invalid("it looks like "+f.Example, "%s %q is not the ARN of a %s", f.Flag, value, want.Type())
	}
	return nil
}

// meantFirst lists some names; the one that a misspelt name was meant to be comes
// before them.
func meantFirst(name string, names []string) string {
	text := "there are " + strings.Join(names, ", ")
	if near := spelling.Nearest(name, names); near != "" {
		text = "did you mean " + near + "? " + text
	}
	return text
}
