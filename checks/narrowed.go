package checks

import (
	"fmt"
	"strings"
)

// A Usage is how a product is used, as far as it narrows what a policy requires.
type Usage struct {
	Release    string // empty for the newest known
	Partition  string
	Regions    []string // those that the product is used in, at least one
	Deployment Deployment
	Operations []string // empty for all
}

// RequiredIn returns a required policy, by its name, with what the deployment
// adds and takes away, for the operations in use alone. The error is that
// of [Pack.Required], [Requirement.With] or [Requirement.For].
func (p *Pack) RequiredIn(name string, s Usage) (*Requirement, error) {
	r, err := p.Required(name, s.Release, s.Partition)
	if err != nil {
		return nil, err
	}
	if r, err = r.With(s.Deployment, s.Regions); err != nil {
		return nil, err
	}
	return r.For(s.Operations)
}

// ValidOperations refuses a name that no operation of the pack has; the error
// names those that there are.
func (p *Pack) ValidOperations(names []string) error {
	for _, name := range names {
		if !p.hasOperation(name) {
			return fmt.Errorf("no operation is called %q; there are %s", name, strings.Join(p.OperationNames(), ", "))
		}
	}
	return nil
}
