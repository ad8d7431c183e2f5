package checks

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/iam/policy"
)

// A Release is a documented policy with the releases that it was that of.
type Release struct {
	Policy    string // caller or renderer
	Partition string
	Since     string
	// Until is the last release with the policy; empty for the newest.
	Until string
	// Lacks are the grants of the newest policy that it does not have.
	Lacks []Grant
	set   policySet
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
func releases(name, partition string) ([]Release, error) {
	var list []policySet
	for _, s := range sets {
		if s.name == name && s.partition == partition {
			list = append(list, s)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("no %s policy for the partition %s", name, partition)
	}
	newest, err := list[len(list)-1].grants()
	if err != nil {
		return nil, err
	}
	out := make([]Release, len(list))
	for i, s := range list {
		own, err := s.grants()
		if err != nil {
			return nil, err
		}
		out[i] = Release{Policy: name, Partition: partition, Since: s.since, Lacks: without(newest, own), set: s}
		if i+1 < len(list) {
			out[i].Until = before(list[i+1].since)
		}
	}
	return out, nil
}

// before returns the release before one whose last number is not zero.
func before(since string) string {
	v, err := parseVersion(since)
	if err != nil {
		return ""
	}
	if v[2] == 0 {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]-1)
}

// grants returns the pairs of action and resource of a set.
func (s policySet) grants() ([]Grant, error) {
	doc, err := s.document()
	if err != nil {
		return nil, err
	}
	return pairs(doc), nil
}

func (s policySet) document() (*policy.Document, error) {
	text, err := data.ReadFile(s.file())
	if err != nil {
		return nil, err
	}
	doc, err := policy.Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s:%w", s.file(), err)
	}
	return doc, nil
}

// pairs returns what the Allow statements of a document grant.
func pairs(doc *policy.Document) []Grant {
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
	var out []Grant
	for _, g := range a {
		if !slices.ContainsFunc(b, g.same) {
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
// accounts of layers stay: they are Remotion's and AWS's.
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
func Recognize(documents []*policy.Document) (Release, bool) {
	var all []Grant
	for _, d := range documents {
		all = append(all, pairs(d)...)
	}
	for _, partition := range []string{"aws", "aws-cn"} {
		for _, name := range []string{"caller", "renderer"} {
			list, err := releases(name, partition)
			if err != nil {
				continue
			}
			for _, r := range slices.Backward(list) {
				own, err := r.set.grants()
				if err == nil && len(without(own, all)) == 0 && r.exact(list, all) {
					return r, true
				}
			}
		}
	}
	return Release{}, false
}

// exact tells releases apart that differ by what was removed: what the release
// does not have and the next one's predecessor had must not be granted.
func (r Release) exact(list []Release, all []Grant) bool {
	i := slices.IndexFunc(list, func(o Release) bool { return o.Since == r.Since })
	if i == 0 {
		return true
	}
	older, err := list[i-1].set.grants()
	if err != nil {
		return false
	}
	own, err := r.set.grants()
	if err != nil {
		return false
	}
	removed := without(older, own)
	return len(removed) == 0 || len(without(removed, all)) == len(removed)
}
