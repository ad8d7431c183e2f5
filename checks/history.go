package checks

import (
	"cmp"
	"fmt"
	"slices"

	"remotion-doctor/iam/policy"
)

// A Change is what a release changed about a documented policy.
type Change struct {
	Since   string
	Policy  string // the policy's name
	Added   []string
	Removed []string
	// Why says what the product does since then, Without what happens where it
	// is not granted.
	Why, Without string
	Source       string
}

// Undocumented is what a product does and no documented policy grants.
type Undocumented struct {
	Policy  string // the name of the policy that lacks it
	Actions []string
	When    string // as the end of "needed when …"
	Feature string // the feature that requires it; empty for an error's path
}

// A Difference is what one release's policy has and another's has not.
type Difference struct {
	Policy string `json:"policy"`
	// Change is added or removed, going from the first release to the second.
	Change   string `json:"change"`
	Action   string `json:"action"`
	Resource string `json:"resource"`
	// Since is the release that made the change; the others say why.
	Since   string `json:"since,omitzero"`
	Why     string `json:"why,omitzero"`
	Without string `json:"without,omitzero"`
	Source  string `json:"source,omitzero"`
}

// Diff returns what the policies of two releases differ by, in the order of the
// policies.
func (p *Pack) Diff(from, to, partition string) ([]Difference, error) {
	out := []Difference{}
	for _, name := range p.PolicyNames() {
		a, err := p.GrantsOf(name, from, partition)
		if err != nil {
			return nil, err
		}
		b, err := p.GrantsOf(name, to, partition)
		if err != nil {
			return nil, err
		}
		out = append(out, p.differences(name, "removed", without(a, b))...)
		out = append(out, p.differences(name, "added", without(b, a))...)
	}
	return out, nil
}

func (p *Pack) differences(name, change string, grants []Grant) []Difference {
	var out []Difference
	for _, g := range grants {
		d := Difference{Policy: name, Change: change, Action: g.Action, Resource: g.Resource}
		if c, ok := p.changeOf(name, g); ok {
			d.Since, d.Why, d.Without, d.Source = c.Since, c.Why, c.Without, c.Source
		}
		out = append(out, d)
	}
	slices.SortStableFunc(out, func(a, b Difference) int { return CompareVersions(a.Since, b.Since) })
	return out
}

// changeOf finds the change that brought a grant, or took it away.
func (p *Pack) changeOf(name string, g Grant) (Change, bool) {
	a, _ := policy.ParseARN(g.Resource)
	for _, c := range p.History {
		if c.Policy != name {
			continue
		}
		if slices.Contains(c.Removed, g.Action) {
			return c, true
		}
		added, err := p.added(c, cmp.Or(a.Partition, "aws"))
		if err == nil && slices.ContainsFunc(added, g.same) {
			return c, true
		}
	}
	return Change{}, false
}

// added returns the grants that a change brought, as the partition writes
// them.
func (p *Pack) added(c Change, partition string) ([]Grant, error) {
	return once(&p.made.brought, [3]string{c.Policy, c.Since, partition}, func() ([]Grant, error) { return p.makeAdded(c, partition) })
}

func (p *Pack) makeAdded(c Change, partition string) ([]Grant, error) {
	list, err := p.releases(c.Policy, "aws")
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(r Release) bool { return r.Since == c.Since })
	if i < 1 {
		return nil, fmt.Errorf("no %s policy of %s is known", c.Policy, c.Since)
	}
	now, err := p.grants(list[i].set)
	if err != nil {
		return nil, err
	}
	before, err := p.grants(list[i-1].set)
	out := without(now, before)
	for n := range out {
		out[n].Resource = InPartition(out[n].Resource, partition)
	}
	return out, err
}
