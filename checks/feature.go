package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam/policy"
)

// A Feature is something of Remotion that takes grants beyond the documented
// policies, or changes which of them are needed.
type Feature struct {
	Name   string // output-bucket
	Title  string // Output bucket
	Flag   string // of the command line; empty for --feature NAME
	Since  string // the release that brought it; empty for 3.0.0
	Why    string
	Breaks string
	Needs  []FeatureNeed
	// Drops are documented grants that are not needed with the feature.
	Drops []FeatureNeed
	// Facts are what a user of the feature should know.
	Facts  []Fact
	Source string
}

// A FeatureNeed is one grant of a feature, for one of the two principals. In
// Resource, {name} stands for what the user gave.
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

// A Fact is a diagnosis that comes with a feature, for one of the two
// principals or, where Policy is empty, for both.
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

// A Deployment is what is known of how Remotion is used.
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

// FeatureNamed returns a feature by its name.
func FeatureNamed(name string) (Feature, bool) {
	i := slices.IndexFunc(Features, func(f Feature) bool { return plainName(f.Name) == plainName(name) })
	if i < 0 {
		return Feature{}, false
	}
	return Features[i], true
}

// SwitchedFeatures returns the names of the features that have no flag of
// their own.
func SwitchedFeatures() []string {
	var out []string
	for _, f := range Features {
		if f.Flag == "" {
			out = append(out, f.Name)
		}
	}
	return out
}

// flagOf returns how a feature is asked for.
func flagOf(name string) string {
	f, ok := FeatureNamed(name)
	if !ok || f.Flag == "" {
		return "--feature " + name
	}
	return f.Flag
}

// has reports whether a feature was added to the requirement.
func (r *Requirement) has(feature string) bool { return slices.Contains(r.Features, feature) }

// With adds what a deployment demands of the requirement's principal, and takes
// away what it makes needless.
//
// The regions are those that Remotion is used in, at least one.
func (r *Requirement) With(d Deployment, regions []string) (*Requirement, error) {
	v, err := parseVersion(r.RemotionVersion)
	if err != nil {
		return nil, err
	}
	out := *r
	out.Grants, out.Operations = slices.Clone(r.Grants), cloneOperations(r.Operations)
	out.Modules, out.Features = slices.Clone(r.Modules), slices.Clone(r.Features)
	out.Facts = slices.Clone(r.Facts)
	for _, f := range Features {
		if !d.Has(f.Name) {
			continue
		}
		w := with{Requirement: &out, feature: f, deployment: d, version: v, partition: policy.PartitionOf(regions[0])}
		w.drop()
		for _, value := range f.values(d, regions) {
			w.value = value
			w.add()
		}
		w.facts()
		out.Features = append(out.Features, f.Name)
	}
	out.dropUnusedInsights(regions)
	if names := d.Values["bucket"]; len(names) > 0 {
		out.forceBucket(names[0], policy.PartitionOf(regions[0]))
	}
	if names := d.Values["render-function"]; len(names) > 0 {
		out.forceFunction(names[0])
	}
	return &out, nil
}

// values returns what the user gave to a feature. The Lambda Insights layer
// follows from the region.
func (f Feature) values(d Deployment, regions []string) []string {
	if f.Name != "insights" {
		return d.Values[f.Name]
	}
	var out []string
	for _, r := range regions {
		if arn, ok := insightsLayers[r]; ok {
			out = append(out, arn)
		}
	}
	return out
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
	version    version
	partition  string
	value      string
}

func (w *with) drop() {
	for _, d := range w.feature.Drops {
		if d.Policy != w.Name || d.Unless != "" && w.deployment.Has(d.Unless) {
			continue
		}
		n := Need{Action: d.Action, Resource: inPartition(d.Resource, w.partition)}
		w.Grants = slices.DeleteFunc(w.Grants, func(g Grant) bool { return g.Feature == "" && g.meets(n) && !sharedBy(g, n) })
		for i := range w.Operations {
			w.Operations[i].Needs = slices.DeleteFunc(w.Operations[i].Needs, func(m Need) bool { return m.Action == n.Action && m.Resource == n.Resource })
		}
	}
}

// sharedBy reports whether a documented grant is about more than a need: the
// "*" of lambda:GetLayerVersion would be.
func sharedBy(g Grant, n Need) bool { return g.Resource == "*" && n.Resource != "*" }

// add adds the grants for one value of the feature.
func (w *with) add() {
	module := audit.Module{Name: w.feature.Name, Title: w.feature.Title, Sid: sidOfFeature(w.feature.Title), Why: w.feature.Why, Breaks: w.feature.Breaks}
	added := false
	for _, n := range w.feature.Needs {
		if n.Policy != w.Name || !within(w.version, "", n.Until) || n.Unless != "" && w.deployment.Has(n.Unless) {
			continue
		}
		resource := w.fill(n.Resource)
		w.need(n, resource)
		g := Grant{Module: module.Name, Sid: module.Sid, Action: n.Action, Resource: resource, Feature: w.feature.Name}
		if n.Level == Optional || slices.ContainsFunc(w.Grants, func(h Grant) bool { return h.meets(Need{Action: g.Action, Resource: g.Resource}) }) {
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

// fill puts the user's value into a resource. A bare name of a role or layer is
// none: both are given as ARNs.
func (w *with) fill(resource string) string {
	resource = strings.ReplaceAll(resource, "{value}", w.value)
	return inPartition(resource, w.partition)
}

func (w *with) facts() {
	for _, f := range w.feature.Facts {
		if f.Policy != "" && f.Policy != w.Name || !within(w.version, f.Since, f.Until) || f.Privacy != "" && f.Privacy != cmp.Or(w.deployment.Privacy, "public") {
			continue
		}
		values := strings.Join(w.deployment.Values[w.feature.Name], ", ")
		w.Facts = append(w.Facts, audit.Diagnosis{
			Code: cmp.Or(f.Code, w.feature.Name), Severity: cmp.Or(f.Severity, audit.SeverityNote), Source: w.feature.Source,
			Message: strings.ReplaceAll(f.Message, "{value}", values), Hint: strings.ReplaceAll(f.Hint, "{value}", values),
		})
	}
	if since, err := parseVersion(w.feature.Since); err == nil && w.version.compare(since) < 0 {
		w.Facts = append(w.Facts, audit.Diagnosis{
			Code: "feature-too-new", Severity: audit.SeverityError, Source: w.feature.Source,
			Message: fmt.Sprintf("%s came with Remotion %s, and %s is in use", w.feature.Title, w.feature.Since, w.RemotionVersion),
			Hint:    "upgrade Remotion, or leave the feature out",
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

// Other returns what a deployment demands of the other principal than the one
// of a policy: grants that help nothing here.
func Other(name string, d Deployment, version string, regions []string) ([]Grant, error) {
	other := "renderer"
	if name == "renderer" {
		other = "caller"
	}
	r, err := Required(other, version, policy.PartitionOf(regions[0]))
	if err != nil {
		return nil, err
	}
	if r, err = r.With(d, regions); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(r.Grants, func(g Grant) bool { return g.Feature == "" || !policy.MatchGlob("arn:*", g.Resource) }), nil
}

// dropUnusedInsights takes away the documented grant on Lambda Insights' layer
// where the layers of all the regions are another account's, or there are none:
// Remotion never uses it there.
func (r *Requirement) dropUnusedInsights(regions []string) {
	unused := func(pattern string) bool {
		return strings.Contains(pattern, ":layer:LambdaInsightsExtension") && !slices.ContainsFunc(regions, func(region string) bool {
			return policy.MatchResource(pattern, insightsLayers[region])
		})
	}
	r.Grants = slices.DeleteFunc(r.Grants, func(g Grant) bool { return g.Feature == "" && unused(g.Resource) })
}
