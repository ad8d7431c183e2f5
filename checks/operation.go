package checks

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/iam/policy"
)

// An Operation is something that a product does with what a policy grants.
type Operation struct {
	Name  string // deploy-site
	Title string // deploy site
	// Aliases are the names of the product's own functions and commands.
	Aliases []string
	Needs   []Need
}

// A Need is one action of an operation, in the order in which the product makes
// the calls.
type Need struct {
	Action   string
	Resource string // a pattern of the partition aws
	Level    Level
	// Call is what fails without it, Without what happens then, as the end of
	// a sentence that starts with the call.
	Call, Without string
	// Since and Until bound the releases that make the call: from Since on,
	// before Until. Partition bounds it to one partition. All may be empty.
	Since, Until, Partition string
	// Feature is the one that the call belongs to; without it the call is not
	// made.
	Feature string
}

// A Level says how much an operation depends on a need.
type Level uint8

const (
	// Always: the operation fails without it.
	Always Level = iota
	// InSomeCases: the operation fails without it in some ordinary cases.
	InSomeCases
	// Optional: the product goes on without it, or needs it only where a
	// feature is used.
	Optional
)

// operationsOf returns the operations of a policy with the needs of one
// release in one partition.
func (p *Pack) operationsOf(name, asked, partition string) ([]Operation, error) {
	v, err := parseRelease(asked)
	if err != nil {
		return nil, err
	}
	var out []Operation
	for _, op := range p.Operations[name] {
		op.Needs = slices.Clone(op.Needs)
		op.Needs = slices.DeleteFunc(op.Needs, func(n Need) bool {
			return n.Partition != "" && n.Partition != partition || !v.Within(n.Since, n.Until)
		})
		for i := range op.Needs {
			op.Needs[i].Resource = InPartition(op.Needs[i].Resource, partition)
		}
		out = append(out, op)
	}
	return out, nil
}

// InPartition rewrites an ARN pattern of the partition aws.
func InPartition(pattern, partition string) string {
	rest, ok := strings.CutPrefix(pattern, "arn:aws:")
	if !ok {
		return pattern
	}
	return "arn:" + partition + ":" + rest
}

// For narrows a requirement to what some operations need. A name is that of an
// operation or of the product's function or command: render,
// renderMediaOnLambda(). Names of another policy's operations are left out;
// a name that no policy knows is an error.
func (r *Requirement) For(names []string) (*Requirement, error) {
	if len(names) == 0 {
		return r, nil
	}
	out := *r
	out.narrowed = true
	out.Grants, out.Operations, out.Notes, out.Modules = nil, nil, slices.Clone(r.Notes), nil
	if err := r.Pack().ValidOperations(names); err != nil {
		return nil, err
	}
	for _, op := range r.Operations {
		if !slices.ContainsFunc(names, op.called) {
			continue
		}
		out.Operations = append(out.Operations, op)
	}
	out.Besides = nil
	for _, g := range r.Grants {
		switch needed, firmly := g.neededBy(out.Operations); {
		case firmly:
			out.Grants = append(out.Grants, g)
		case needed:
			out.Besides = append(out.Besides, g)
		}
	}
	for _, m := range r.Modules {
		if slices.ContainsFunc(out.Grants, func(g Grant) bool { return g.Module == m.Name }) {
			out.Modules = append(out.Modules, m)
		}
	}
	if len(out.Operations) == 0 {
		out.Notes = append(out.Notes, fmt.Sprintf("%s needs nothing of the %s policy", JoinWords(names), r.Name))
	}
	return &out, nil
}

// Meets reports whether a grant concerns what an operation needs.
func (g Grant) Meets(n Need) bool {
	return strings.EqualFold(g.Action, n.Action) && policy.MatchResource(g.Resource, n.Resource)
}

// neededBy reports whether operations need a grant, and whether one of them does
// not go on without it.
func (g Grant) neededBy(list []Operation) (needed, firmly bool) {
	for i := range list {
		for _, n := range list[i].Needs {
			if g.Meets(n) {
				needed, firmly = true, firmly || n.Level != Optional
			}
		}
	}
	return needed, firmly
}

// called reports whether an operation goes by a name.
func (o Operation) called(name string) bool {
	name = plainName(name)
	return plainName(o.Name) == name || slices.ContainsFunc(o.Aliases, func(a string) bool { return plainName(a) == name })
}

// plainName compares names without case, blanks, dashes and parentheses.
func plainName(s string) string {
	return strings.ToLower(dropped.Replace(s))
}

var dropped = strings.NewReplacer(" ", "", "-", "", "_", "", "()", "")

func (p *Pack) hasOperation(name string) bool {
	for _, list := range p.Operations {
		if slices.ContainsFunc(list, func(o Operation) bool { return o.called(name) }) {
			return true
		}
	}
	return false
}

// OperationNames returns the names of all operations, in the order of the
// policies.
func (p *Pack) OperationNames() []string {
	var out []string
	for _, name := range p.PolicyNames() {
		for _, op := range p.Operations[name] {
			if !slices.Contains(out, op.Name) {
				out = append(out, op.Name)
			}
		}
	}
	return out
}
