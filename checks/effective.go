package checks

import (
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/policy"
)

// An Extent is what a product touches of a grant in one region: resources of
// the type that the action works on, in the principal's partition and account.
type Extent struct {
	// Pattern is a typed one, see [policy.TypedNames].
	Pattern string
	// Samples are names of the pattern as the product makes them, one at least;
	// Others are further ones, not asked about unless the policies treat them in
	// another way.
	Samples, Others []string
	// Reach is a wider pattern, of names that a user may force; empty where
	// there are none. It need not be granted, but a Deny within it stops whoever
	// uses one such name.
	Reach string
}

// Exact is the extent of one resource.
func Exact(arn string) Extent { return Extent{Pattern: arn, Samples: []string{arn}} }

// Names returns the set of names of the extent.
func (e *Extent) Names() policy.Names {
	if len(e.Samples) == 1 && e.Samples[0] == e.Pattern {
		return policy.NameOf(e.Pattern)
	}
	return policy.TypedNames(e.Pattern)
}

// Inside makes an extent of containers, such as buckets, one of what is in
// them. pattern and keys begin with the separator.
func (e Extent) Inside(pattern string, keys ...string) Extent {
	e.Pattern += pattern
	if e.Reach != "" {
		e.Reach += pattern
	}
	container := e.Samples[0]
	e.Samples = nil
	for _, key := range keys {
		e.Samples = append(e.Samples, container+key)
	}
	return e
}

// A Use is a grant as one principal uses it in one region.
type Use struct {
	Grant Grant
	// Action is what is known of the grant's action; Known is false where no
	// service is known to have it.
	Action actions.Action
	Known  bool
	// ARN is the grant's resource with the principal's partition and account and
	// the region filled in; the zero ARN where the resource is "*" or none.
	ARN policy.ARN
	// Partition and AccountID are the principal's. What else it is a hook does not
	// see, so that of principals of one account the same is asked: [Grant.Own] are
	// the exceptions.
	Partition, AccountID string
	Region               string
	Scope                *Scope
	samples              Samples
	principal            iam.Principal
}

// Extents returns what a product touches of a grant in one region. All of it is within the required pattern.
func (p *Pack) Extents(g Grant, who iam.Principal, region string, s *Scope) []Extent {
	u := newUse(g, who, region, s, p.Samples)
	var all []Extent
	ok := false
	if p.Hooks.Extents != nil {
		all, ok = p.Hooks.Extents(u)
	}
	if !ok {
		all = u.Extents()
	}
	var out []Extent
	for _, e := range all {
		text := e.Names().String()
		if policy.MatchResource(g.Resource, text) && (!u.Known || u.Action.Takes(text)) {
			out = append(out, e)
		}
	}
	return out
}

func newUse(g Grant, who iam.Principal, region string, s *Scope, samples Samples) *Use {
	u := &Use{Grant: g, Partition: who.Partition(), AccountID: who.AccountID, Region: region, Scope: s, samples: samples, principal: who}
	u.Action, u.Known = actions.Lookup(g.Action)
	if a, ok := policy.ParseARN(policy.CompleteARN(g.Resource)); ok && g.Resource != "*" {
		a.Partition = fill(a.Partition, u.Partition)
		a.Region = fill(a.Region, region)
		a.AccountID = fill(a.AccountID, who.AccountID)
		u.ARN = a
	}
	return u
}

// Extents returns what the grant's resource says by itself, of whatever product.
func (u *Use) Extents() []Extent {
	a := u.ARN
	switch {
	case u.Grant.Resource == "*":
		return []Extent{u.anything()}
	case a == (policy.ARN{}):
		return []Extent{Exact(u.Grant.Resource)}
	case a.Service == "s3":
		return []Extent{u.Buckets(u.bucket())}
	case a.Service == "lambda" && strings.HasPrefix(a.Resource, "layer:"):
		return []Extent{u.layers()}
	case a.Service == "logs" && strings.HasPrefix(a.Resource, "log-group:"):
		return u.logs()
	}
	return []Extent{u.open(a.String())}
}

// open is an extent whose wildcards represent anything.
func (u *Use) open(pattern string) Extent {
	return Extent{Pattern: strings.ReplaceAll(pattern, "*", "***"), Samples: []string{u.Plausible(pattern)}}
}

// anything is what an action that is required on "*" will be asked about.
func (u *Use) anything() Extent {
	if u.Grant.asksItself() {
		return Exact(u.principal.ARN)
	}
	return Exact("*")
}

// Own reports whether what is asked about a grant depends on who the principal
// is, beyond its partition and account: its name is in the resource, or it
// asks about itself.
func (g Grant) Own() bool { return g.asksItself() || strings.Contains(g.Resource, userName) }

// asksItself: a principal simulates its own policies.
func (g Grant) asksItself() bool {
	return g.Resource == "*" && strings.EqualFold(g.Action, "iam:SimulatePrincipalPolicy")
}

// fill returns value for a field that a pattern leaves open.
func fill(field, value string) string {
	if strings.ContainsAny(field, "*?") {
		return value
	}
	return field
}

// Plausible replaces the wildcards of a resource by a word.
func (u *Use) Plausible(resource string) string {
	word := u.samples.word()
	return strings.ReplaceAll(strings.ReplaceAll(resource, "?", word[:1]), "*", word)
}

// bucket is the buckets of the grant's resource, or the one in use.
func (u *Use) bucket() Extent {
	name, _, _ := strings.Cut(u.ARN.Resource, "/")
	start := "arn:" + u.ARN.Partition + ":s3:::"
	if u.Scope.Bucket != "" && policy.MatchGlob(name, u.Scope.Bucket) {
		return Exact(start + u.Scope.Bucket)
	}
	return Extent{Pattern: start + name, Samples: []string{start + u.Plausible(name)}}
}

// Buckets returns an extent of buckets unchanged, or of the objects in them,
// whichever the action works on and the resource names.
func (u *Use) Buckets(e Extent) Extent {
	_, key, hasKey := strings.Cut(u.ARN.Resource, "/")
	switch {
	case hasKey:
		return e.Inside("/"+strings.ReplaceAll(key, "*", "***"), "/"+u.Plausible(key))
	case !u.Known || !u.Action.Takes(e.Samples[0]):
		return e.Inside("/***", u.samples.keys()...)
	}
	return e
}

// sampleStream is the name of a log stream as Lambda makes it.
const sampleStream = "2026/11/23/[$LATEST]0f1e2d3c4b5a69788796a5b4c3d2e1f0"

// logs is the log groups of the grant's resource.
func (u *Use) logs() []Extent {
	group, _, _ := strings.Cut(strings.TrimPrefix(u.ARN.Resource, "log-group:"), ":")
	pattern, sample := u.ARN, u.ARN
	pattern.Resource = "log-group:" + strings.ReplaceAll(group, "*", "**")
	sample.Resource = "log-group:" + u.Plausible(group)
	return u.LogGroups(pattern.String(), sample.String())
}

// LogGroups returns an extent of log groups, or of streams in them for actions
// on streams and for resources that name what is in a group. A log group is granted with and without ":*": CloudWatch Logs names it
// both ways.
// Source: CloudWatch Logs User Guide, "CloudWatch Logs resources and
// operations".
func (u *Use) LogGroups(pattern, sample string) []Extent {
	_, inside, _ := strings.Cut(strings.TrimPrefix(u.ARN.Resource, "log-group:"), ":")
	whole := Extent{Pattern: pattern, Samples: []string{sample}}
	within := Extent{Pattern: pattern + ":**", Samples: []string{sample + ":*"}}
	switch {
	case u.Known && !u.Action.Takes(sample):
		return []Extent{{Pattern: pattern + ":log-stream:**", Samples: []string{sample + ":log-stream:" + sampleStream}}}
	case inside != "":
		return []Extent{within}
	}
	return []Extent{whole, within}
}

// layers is the versions of the layers of the grant's resource.
func (u *Use) layers() Extent {
	a := u.ARN
	if strings.Count(a.Resource, ":") == 1 {
		a.Resource += ":*"
	}
	if !strings.ContainsAny(a.Resource, "*?") {
		return Exact(a.String()) // one version
	}
	word := u.Plausible("*")
	return Extent{Pattern: a.String(), Samples: []string{strings.TrimSuffix(u.Plausible(a.String()), ":"+word) + ":1"}}
}
