package checks

import "remotion-doctor/iam/policy"

// fit counts the grants of the newest documented policy of a name, and those of
// them that documents hold.
func (p *Pack) fit(name, partition string, documents []*policy.Document) (held, of int) {
	list, err := p.releases(name, partition)
	if err != nil || len(list) == 0 {
		return 0, 0
	}
	wanted, err := p.grants(list[len(list)-1].set)
	if err != nil {
		return 0, 0
	}
	return len(wanted) - len(without(wanted, grantsOf(documents))), len(wanted)
}

// swapped reports whether documents hold the policy of another name, and far
// more of it than of the one that they are meant to be. One policy for all,
// which holds the other in full and most of this one, is not swapped.
func (p *Pack) swapped(has Release, name string, documents []*policy.Document) bool {
	if has.Policy == name {
		return false
	}
	own, of := p.fit(name, has.Partition, documents)
	other, _ := p.fit(has.Policy, has.Partition, documents)
	return 2*own < of || other >= 2*own
}

// combined reports whether documents hold more of another policy than of the one
// that they are recognized as.
func (p *Pack) combined(has Release, documents []*policy.Document) bool {
	held, _ := p.fit(has.Policy, has.Partition, documents)
	for _, name := range p.PolicyNames() {
		if n, of := p.fit(name, has.Partition, documents); name != has.Policy && n > held && 2*n >= of {
			return true
		}
	}
	return false
}
