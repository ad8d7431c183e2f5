package eval

import (
	"strings"

	"remotion-doctor/iam/policy"
)

// A condition is a compiled policy.Condition.
type condition struct {
	key      string // as written
	lowerKey string
	set      policy.SetOperator
	family   family
	negated  bool
	ifExists bool
	order    ordering
	operands []operand
}

func compileCondition(c policy.Condition, variables bool) condition {
	op, _ := policy.ParseOperator(c.Operator) // the parser refuses unknown operators
	spec := operatorSpecs[op.Name]
	out := condition{
		key: c.Key, lowerKey: strings.ToLower(c.Key),
		set: op.Set, ifExists: op.IfExists,
		family: spec.family, negated: spec.negated, order: spec.order,
		operands: make([]operand, len(c.Values)),
	}
	for i, v := range c.Values {
		out.operands[i] = newOperand(spec.family, v, variables)
	}
	return out
}

// holds decides the condition for a request.
func (c *condition) holds(r *request) bool {
	v := r.find(c.lowerKey)
	present := v != nil && len(v.values) > 0 // live-124: an empty list is absent
	if c.family == familyNull {
		return c.null(present)
	}
	if !present {
		return c.absent()
	}
	switch c.set {
	case policy.ForAllValues:
		for _, text := range v.values {
			if !c.one(text, v, r) {
				return false
			}
		}
		return true
	case policy.ForAnyValue:
		for _, text := range v.values {
			if c.one(text, v, r) {
				return true
			}
		}
		return false
	}
	// A multivalued key never matches a plain operator, not even negated
	// (recorded cases type-string-equals-list-*, type-string-not-equals-list).
	if v.list || len(v.values) != 1 {
		return false
	}
	return c.one(v.values[0], v, r)
}

// null decides a Null condition: "true" means that the key must be absent.
func (c *condition) null(present bool) bool {
	for i := range c.operands {
		if strings.EqualFold(c.operands[i].text, "true") != present {
			return true
		}
	}
	return false
}

// absent decides a condition on a key that the request does not have.
// Source: IAM User Guide, "Condition operators" (negated operators: true),
// "...IfExists" (true), "Multivalued context keys" (ForAllValues true,
// ForAnyValue false).
func (c *condition) absent() bool {
	switch {
	case c.ifExists, c.set == policy.ForAllValues:
		return true
	case c.set == policy.ForAnyValue:
		return false
	default:
		return c.negated && len(c.operands) > 0
	}
}

// one compares a request value with the condition's values: any of them for a
// positive operator, none of them for a negated one.
func (c *condition) one(text string, v *value, r *request) bool {
	if len(c.operands) == 0 {
		return false
	}
	for i := range c.operands {
		o := &c.operands[i]
		if o.dynamic {
			expanded, ok := o.template.Expand(r.single)
			if !ok {
				continue // a variable without a value equals nothing
			}
			filled := operand{ok: true}
			filled.prepare(c.family, expanded)
			o = &filled
		}
		switch c.compare(o, text, v.typ, r.simulated) {
		case matches:
			return !c.negated
		case invalid:
			if c.negated {
				return false
			}
		}
	}
	return c.negated
}
