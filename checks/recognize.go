package checks

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/iam/policy"
)

// A Release is a documented policy with the releases that it was that of.
type Release struct {
	Policy    string // caller
	Partition string
	Since     string
	// Until is the last release with the policy; empty for the newest.
	Until string
	// Lacks are the grants of the newest policy that it does not have.
	Lacks []Grant
	set   *Policy
}

// String names the releases: 3.3.54–3.3.86.
func (r Release) String() string {
	if r.Until == "" {
		return r.Since + " and later"
	}
	if r.Until == r.Since {
		return r.Since
	}
	return r.Since + "–" + r.Until
}

// releases returns the documented policies of a name and partition, oldest
// first.
func (p *Pack) releases(name, partition string) ([]Release, error) {
	return once(&p.made.released, [2]string{name, partition}, func() ([]Release, error) { return p.makeReleases(name, partition) })
}

func (p *Pack) makeReleases(name, partition string) ([]Release, error) {
	list := p.policiesOf(name, partition)
	if len(list) == 0 {
		return nil, fmt.Errorf("no %s policy for the partition %s", name, partition)
	}
	newest, err := p.grants(list[len(list)-1])
	if err != nil {
		return nil, err
	}
	out := make([]Release, len(list))
	for i, set := range list {
		own, err := p.grants(set)
		if err != nil {
			return nil, err
		}
		out[i] = Release{Policy: name, Partition: partition, Since: set.Since, Lacks: without(newest, own), set: set}
		if i+1 < len(list) {
			out[i].Until = before(list[i+1].Since)
		}
	}
	return out, nil
}

// Pairs returns what the Allow statements of a document grant.
func Pairs(doc *policy.Document) []Grant {
	var out []Grant
	for i := range doc.Statements {
		s := &doc.Statements[i]
		if s.Effect != policy.Allow || s.NotAction || s.NotResource {
			continue
		}
		for _, a := range s.Actions {
			for _, r := range s.Resources {
				out = append(out, Grant{Sid: s.Sid, Action: a, Resource: r})
			}
		}
	}
	return out
}

// without returns the grants of a that are not in b.
func without(a, b []Grant) []Grant {
	if len(a) == 0 {
		return nil
	}
	var out []Grant
	has := setOf(b)
	for _, g := range a {
		if !has[g.key()] {
			out = append(out, g)
		}
	}
	return out
}

// same compares grants without regard to the account and region that a copy of
// the policy may have been narrowed to.
func (g Grant) same(h Grant) bool {
	return strings.EqualFold(g.Action, h.Action) && widened(g.Resource) == widened(h.Resource)
}

// widened undoes the narrowing of a resource to an account and a region. The
// accounts of layers stay: they are those of whoever publishes the layers.
func widened(resource string) string {
	a, ok := policy.ParseARN(resource)
	if !ok {
		return resource
	}
	switch a.Service {
	case "lambda", "logs":
		a.Region = "*"
		if !strings.HasPrefix(a.Resource, "layer:") {
			a.AccountID = "*"
		}
	case "iam":
		a.AccountID = "*"
	}
	return a.String()
}

// Recognize finds the newest documented policy that documents hold in full.
func (p *Pack) Recognize(documents []*policy.Document) (Release, bool) {
	has := setOf(grantsOf(documents))
	for _, partition := range p.Partitions() {
		for _, name := range p.PolicyNames() {
			list, err := p.releases(name, partition)
			if err != nil {
				continue
			}
			for _, r := range slices.Backward(list) {
				own, err := p.grants(r.set)
				if err == nil && has.all(own) && p.exact(r, list, has) {
					return r, true
				}
			}
		}
	}
	return Release{}, false
}

// holdsAny reports whether documents hold some of the grants: one that holds what came
// after a release is no copy of that release's policy, but a newer one that was edited.
func holdsAny(documents []*policy.Document, grants []Grant) bool {
	return slices.ContainsFunc(grants, setOf(grantsOf(documents)).has)
}

func grantsOf(documents []*policy.Document) []Grant {
	var out []Grant
	for _, d := range documents {
		out = append(out, Pairs(d)...)
	}
	return out
}

// exact says releases apart that differ by what was removed: what the release
// does not have and the next one's predecessor had must not be granted.
func (p *Pack) exact(r Release, list []Release, all grantSet) bool {
	i := slices.IndexFunc(list, func(o Release) bool { return o.Since == r.Since })
	if i == 0 {
		return true
	}
	older, err := p.grants(list[i-1].set)
	if err != nil {
		return false
	}
	own, err := p.grants(r.set)
	if err != nil {
		return false
	}
	removed := without(older, own)
	return len(removed) == 0 || !slices.ContainsFunc(removed, all.has)
}
