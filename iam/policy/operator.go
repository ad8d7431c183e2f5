package policy

import (
	"slices"
	"strings"
)

// An Operator is a condition operator taken apart.
type Operator struct {
	Set      SetOperator
	Name     string // canonical spelling, without prefix and suffix
	IfExists bool
}

// A SetOperator is the prefix of a condition operator for multivalued keys.
type SetOperator string

// The set operators.
const (
	NoSet        SetOperator = ""
	ForAllValues SetOperator = "ForAllValues"
	ForAnyValue  SetOperator = "ForAnyValue"
)

// operators are the condition operators.
// Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
var operators = []string{
	"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike",
	"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals",
	"DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals",
	"Bool", "BinaryEquals", "IpAddress", "NotIpAddress",
	"ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "Null",
}

var operatorByName = func() map[string]string {
	m := make(map[string]string, 2*len(operators))
	for _, name := range operators {
		m[name] = name
		m[strings.ToLower(name)] = name
	}
	return m
}()

// ParseOperator takes a condition operator apart. Names are matched without
// case, as IAM does. Null takes neither IfExists nor a set operator.
func ParseOperator(s string) (Operator, bool) {
	op := Operator{}
	if prefix, rest, ok := strings.Cut(s, ":"); ok {
		switch {
		case strings.EqualFold(prefix, string(ForAllValues)):
			op.Set = ForAllValues
		case strings.EqualFold(prefix, string(ForAnyValue)):
			op.Set = ForAnyValue
		default:
			return Operator{}, false
		}
		s = rest
	}
	const suffix = "ifexists"
	name, ok := operatorByName[s]
	if !ok {
		lower := strings.ToLower(s)
		if trimmed, found := strings.CutSuffix(lower, suffix); found {
			lower, op.IfExists = trimmed, true
		}
		name, ok = operatorByName[lower]
	}
	op.Name = name
	if name == "Null" && (op.IfExists || op.Set != NoSet) {
		return Operator{}, false
	}
	return op, ok
}

// KnownOperator reports whether s is a condition operator.
func KnownOperator(s string) bool {
	_, ok := ParseOperator(s)
	return ok
}

// Operators returns the condition operators, without set operators and IfExists.
func Operators() []string { return slices.Clone(operators) }
