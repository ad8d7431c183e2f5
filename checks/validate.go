package checks

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Validate reports everything that is missing in a pack or contradicts the
// rest: documents that are not there or are no requirement, statements without a
// module, modules without a text, operations of no policy. The zero Pack, which
// knows no policy, lacks a name alone.
func (p *Pack) Validate() error {
	var out []error
	if p.Name == "" {
		out = append(out, errors.New("the pack has no name"))
	}
	if len(p.Policies) > 0 && p.Files == nil {
		return errors.Join(append(out, errors.New("the pack has policies and no Files"))...)
	}
	for i := range p.Policies {
		out = append(out, p.validatePolicy(&p.Policies[i]))
	}
	for i := range p.Modules {
		out = append(out, p.validateModule(&p.Modules[i]))
	}
	for _, name := range slices.Sorted(maps.Keys(p.Operations)) {
		out = append(out, p.validateOperations(name))
	}
	return errors.Join(out...)
}

func (p *Pack) validatePolicy(s *Policy) error {
	if s.Name == "" {
		return fmt.Errorf("the policy in %s has no name", s.File)
	}
	r, err := p.Required(s.Name, s.Since, s.partition())
	switch {
	case err != nil:
		return fmt.Errorf("the policy %s in %s: %w", s.Name, s.File, err)
	case len(r.Grants) == 0:
		return fmt.Errorf("the policy %s in %s requires nothing", s.Name, s.File)
	}
	return nil
}

func (p *Pack) validateModule(m *Module) error {
	for _, text := range []string{m.Name, m.Title, m.Why, m.Breaks} {
		if text == "" {
			return fmt.Errorf("the module %q lacks a text", m.Name)
		}
	}
	if !slices.Contains(p.PolicyNames(), m.Policy) {
		return fmt.Errorf("the module %q belongs to the policy %q, which the pack does not have", m.Name, m.Policy)
	}
	return nil
}

func (p *Pack) validateOperations(policy string) error {
	if !slices.Contains(p.PolicyNames(), policy) {
		return fmt.Errorf("there are operations of the policy %q, which the pack does not have", policy)
	}
	for _, o := range p.Operations[policy] {
		if o.Name == "" || len(o.Needs) == 0 {
			return fmt.Errorf("the operation %q of the policy %s has no name or no needs", o.Name, policy)
		}
	}
	return nil
}
