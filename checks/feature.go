package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam/policy"
)

// A Feature is an option of a product that takes grants beyond the documented
// policies, or changes which of them are needed.
type Feature struct {
	Name  string // output-bucket
	Title string // Output bucket
	Flag  string // of the command line; empty for --feature NAME
	// Example is an ARN or the ID of an account where the values are such, of
	// the same service and type; empty where they are names or none.
	Example string
	// With is the feature that this one says more about; empty for none.
	With   string
	Since  string // the release that brought it; empty for the first
	Why    string
	Breaks string
	Needs  []FeatureNeed
	// Drops are documented grants that are not needed with the feature.
	Drops []FeatureNeed
	// Facts are what a user of the feature should know.
	Facts  []Fact
	Source string
}

// A FeatureNeed is one grant of a feature, for the principal of one policy. In
// Resource, {name} represents what the user gave.
type FeatureNeed struct {
	Policy, Action, Resource string
	// Operation is the one that depends on it.
	Operation     string
	Level         Level
	Call, Without string
	// Until is the first release that does not need it.
	Until string
	// Unless is what makes it needless: another feature, or no-acl.
	Unless string
}

// A Fact is a diagnosis that comes with a feature, for the principal of one
// policy or, where Policy is empty, of each.
type Fact struct {
	Policy   string
	Severity audit.Severity
	Code     string
	Message  string
	Hint     string
	// Since and Until bound the releases that it is true of.
	Since, Until string
	// Privacy, where it is set, is the only one that it is true of.
	Privacy string
}

// flagOf returns how a feature is asked for.
func (p *Pack) flagOf(name string) string {
	f, ok := p.FeatureNamed(name)
	if !ok || f.Flag == "" {
		return "--feature " + name
	}
	return f.Flag
}

// With adds what a deployment requires of the requirement's principal, and takes
// away what it makes needless.
//
// The regions are those that the product is used in, at least one.
func (r *Requirement) With(d Deployment, regions []string) (*Requirement, error) {
	v, err := parseRelease(r.Version)
	if err != nil {
		return nil, err
	}
	out := *r
	out.Grants, out.Operations = slices.Clone(r.Grants), cloneOperations(r.Operations)
	out.Modules, out.Features = slices.Clone(r.Modules), slices.Clone(r.Features)
	out.Facts = slices.Clone(r.Facts)
	for _, f := range r.Pack().Features {
		if !d.Has(f.Name) {
			continue
		}
		w := with{Requirement: &out, feature: f, deployment: d, version: v, partition: policy.PartitionOf(regions[0])}
		w.drop()
		for _, value := range r.Pack().values(f, d, regions) {
			w.value = value
			w.add()
		}
		w.facts()
		out.Features = append(out.Features, f.Name)
	}
	if adapt := r.Pack().Hooks.Adapt; adapt != nil {
		adapt(&out, d, regions)
	}
	return &out, nil
}

// values returns what a feature is used with: what the user gave, unless it
// follows from the regions.
func (p *Pack) values(f Feature, d Deployment, regions []string) []string {
	if p.Hooks.Values != nil {
		if values, ok := p.Hooks.Values(f.Name, d, regions); ok {
			return values
		}
	}
	return d.Values[f.Name]
}

func cloneOperations(ops []Operation) []Operation {
	out := slices.Clone(ops)
	for i := range out {
		out[i].Needs = slices.Clone(out[i].Needs)
	}
	return out
}

// A with adds one feature to a requirement.
type with struct {
	*Requirement
	feature    Feature
	deployment Deployment
	version    Version
	partition  string
	value      string
}

func (w *with) drop() {
	for _, d := range w.feature.Drops {
		if d.Policy != w.Name || d.Unless != "" && w.deployment.Has(d.Unless) {
			continue
		}
		n := Need{Action: d.Action, Resource: InPartition(d.Resource, w.partition)}
		w.Grants = slices.DeleteFunc(w.Grants, func(g Grant) bool { return g.Feature == "" && g.Meets(n) && !sharedBy(g, n) })
		for i := range w.Operations {
			w.Operations[i].Needs = slices.DeleteFunc(w.Operations[i].Needs, func(m Need) bool { return m.Action == n.Action && m.Resource == n.Resource })
		}
	}
}

// sharedBy reports whether a documented grant concerns more than a need: the
// "*" of lambda:GetLayerVersion would be.
func sharedBy(g Grant, n Need) bool { return g.Resource == "*" && n.Resource != "*" }

// add adds the grants for one value of the feature.
func (w *with) add() {
	module := audit.Module{Name: w.feature.Name, Title: w.feature.Title, Sid: sidOfFeature(w.feature.Title), Why: w.feature.Why, Breaks: w.feature.Breaks}
	added := false
	for _, n := range w.feature.Needs {
		if n.Policy != w.Name || !w.version.Within("", n.Until) || n.Unless != "" && w.deployment.Has(n.Unless) {
			continue
		}
		resource := w.fill(n.Resource)
		w.need(n, resource)
		g := Grant{Module: module.Name, Sid: module.Sid, Action: n.Action, Resource: resource, Feature: w.feature.Name}
		if n.Level == Optional || slices.ContainsFunc(w.Grants, func(h Grant) bool { return h.Meets(Need{Action: g.Action, Resource: g.Resource}) }) {
			continue // demanded already
		}
		w.Grants = append(w.Grants, g)
		added = true
	}
	if added && !slices.ContainsFunc(w.Modules, func(m audit.Module) bool { return m.Name == module.Name }) {
		w.Modules = append(w.Modules, module)
	}
}

// need makes an operation depend on a need of the feature. Where it is named
// already, as optional, it becomes one of the operation's own.
func (w *with) need(n FeatureNeed, resource string) {
	need := Need{Action: n.Action, Resource: resource, Level: n.Level, Call: n.Call, Without: n.Without, Feature: w.feature.Name}
	for i := range w.Operations {
		op := &w.Operations[i]
		if op.Name != n.Operation {
			continue
		}
		op.Needs = slices.DeleteFunc(op.Needs, func(m Need) bool {
			return m.Level == Optional && m.Action == need.Action && m.Resource == need.Resource
		})
		op.Needs = append(op.Needs, need)
	}
}

// fill puts the user's value into a resource. A bare name of a role or layer is refused: both are given as ARNs.
func (w *with) fill(resource string) string {
	resource = strings.ReplaceAll(resource, "{value}", w.value)
	return InPartition(resource, w.partition)
}

func (w *with) facts() {
	for _, f := range w.feature.Facts {
		if f.Policy != "" && f.Policy != w.Name || !w.version.Within(f.Since, f.Until) || f.Privacy != "" && f.Privacy != cmp.Or(w.deployment.Privacy, "public") {
			continue
		}
		values := strings.Join(w.deployment.Values[w.feature.Name], ", ")
		w.Facts = append(w.Facts, audit.Diagnosis{
			Code: cmp.Or(f.Code, w.feature.Name), Severity: cmp.Or(f.Severity, audit.SeverityNote), Source: w.feature.Source, Feature: w.feature.Name,
			Message: strings.ReplaceAll(f.Message, "{value}", values), Hint: strings.ReplaceAll(f.Hint, "{value}", values),
		})
	}
	if since, err := ParseVersion(w.feature.Since); err == nil && w.version.Compare(since) < 0 {
		w.Facts = append(w.Facts, audit.Diagnosis{
			Code: "feature-too-new", Severity: audit.SeverityError, Source: w.feature.Source, Feature: w.feature.Name,
			Message: fmt.Sprintf("%s came with %s %s, and %s is in use", w.feature.Title, w.Pack().Name, w.feature.Since, w.Version),
			Hint:    "upgrade " + w.Pack().Name + ", or leave the feature out",
		})
	}
}

// sidOfFeature makes a Sid of a title.
func sidOfFeature(title string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(title, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	}) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// Others returns what a deployment requires of the other principals than the one
// of a policy: grants that help nothing here.
func (p *Pack) Others(name string, d Deployment, version string, regions []string) ([]Grant, error) {
	var out []Grant
	for _, other := range p.PolicyNames() {
		if other == name {
			continue
		}
		r, err := p.Required(other, version, policy.PartitionOf(regions[0]))
		if err != nil {
			return nil, err
		}
		if r, err = r.With(d, regions); err != nil {
			return nil, err
		}
		out = append(out, slices.DeleteFunc(r.Grants, func(g Grant) bool { return g.Feature == "" || !policy.MatchGlob("arn:*", g.Resource) })...)
	}
	return out, nil
}
