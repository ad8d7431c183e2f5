package checks

import "remotion-doctor/iam/policy"

// fit is how much of the newest documented policy of a name documents hold, from
// 0 to 1.
func (p *Pack) fit(name, partition string, documents []*policy.Document) float64 {
	list, err := p.releases(name, partition)
	if err != nil || len(list) == 0 {
		return 0
	}
	wanted, err := p.grants(list[len(list)-1].set)
	if err != nil || len(wanted) == 0 {
		return 0
	}
	var all []Grant
	for _, d := range documents {
		all = append(all, Pairs(d)...)
	}
	return float64(len(wanted)-len(without(wanted, all))) / float64(len(wanted))
}

// halfFit is the part of a policy from which on documents are a copy of it, or
// of it and another.
const halfFit = 0.5

// swapped reports whether documents hold the policy of another name and far less
// of the one that they are meant to be. One policy for all, which holds the
// other in full and most of this one, is not swapped.
func (p *Pack) swapped(has Release, name string, documents []*policy.Document) bool {
	return has.Policy != name && p.fit(name, has.Partition, documents) < halfFit
}

// combined reports whether documents hold more than the policy that they are
// recognized as: most of another one as well.
func (p *Pack) combined(has Release, documents []*policy.Document) bool {
	for _, name := range p.PolicyNames() {
		if name != has.Policy && p.fit(name, has.Partition, documents) >= halfFit {
			return true
		}
	}
	return false
}
