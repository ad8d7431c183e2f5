package eval

import (
	"bytes"
	"encoding/base64"
	"net/netip"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// A family says how an operator compares.
type family uint8

const (
	familyString family = iota
	familyStringFold
	familyStringLike
	familyNumeric
	familyDate
	familyBool
	familyBinary
	familyIP
	familyArn
	familyNull
)

// An ordering is the relation that a numeric or date operator asks for.
type ordering uint8

const (
	equal ordering = iota
	less
	lessEqual
	greater
	greaterEqual
)

// operatorSpecs gives each operator its meaning.
// Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
var operatorSpecs = map[string]struct {
	family  family
	negated bool
	order   ordering
}{
	"StringEquals":              {family: familyString},
	"StringNotEquals":           {family: familyString, negated: true},
	"StringEqualsIgnoreCase":    {family: familyStringFold},
	"StringNotEqualsIgnoreCase": {family: familyStringFold, negated: true},
	"StringLike":                {family: familyStringLike},
	"StringNotLike":             {family: familyStringLike, negated: true},
	"NumericEquals":             {family: familyNumeric},
	"NumericNotEquals":          {family: familyNumeric, negated: true},
	"NumericLessThan":           {family: familyNumeric, order: less},
	"NumericLessThanEquals":     {family: familyNumeric, order: lessEqual},
	"NumericGreaterThan":        {family: familyNumeric, order: greater},
	"NumericGreaterThanEquals":  {family: familyNumeric, order: greaterEqual},
	"DateEquals":                {family: familyDate},
	"DateNotEquals":             {family: familyDate, negated: true},
	"DateLessThan":              {family: familyDate, order: less},
	"DateLessThanEquals":        {family: familyDate, order: lessEqual},
	"DateGreaterThan":           {family: familyDate, order: greater},
	"DateGreaterThanEquals":     {family: familyDate, order: greaterEqual},
	"Bool":                      {family: familyBool},
	"BinaryEquals":              {family: familyBinary},
	"IpAddress":                 {family: familyIP},
	"NotIpAddress":              {family: familyIP, negated: true},
	"ArnEquals":                 {family: familyArn},
	"ArnLike":                   {family: familyArn},
	"ArnNotEquals":              {family: familyArn, negated: true},
	"ArnNotLike":                {family: familyArn, negated: true},
	"Null":                      {family: familyNull},
}

// An operand is one value of a condition, prepared for its operator.
type operand struct {
	ok       bool // the text has the form that the operator takes
	text     string
	template policy.Template
	dynamic  bool // the text has policy variables
	number   decimal
	moment   int64
	network  netip.Prefix
	bytes    []byte
	pattern  policy.Pattern
}

func newOperand(f family, text string, variables bool) operand {
	o := operand{text: text, ok: true}
	switch f {
	case familyString, familyStringFold, familyStringLike, familyArn:
		if variables {
			o.template, o.dynamic = policy.ParseTemplate(text)
		}
		if !o.dynamic {
			o.prepare(f, text)
		}
	case familyNumeric:
		o.number, o.ok = parseDecimal(text)
	case familyDate:
		o.moment, o.ok = parseDate(text)
	case familyIP:
		o.network, o.ok = parseRange(text)
	case familyBinary:
		var err error
		o.bytes, err = base64.StdEncoding.Strict().DecodeString(text)
		o.ok = err == nil
	}
	return o
}

// prepare sets the text of a string operand whose variables are replaced.
func (o *operand) prepare(f family, text string) {
	switch f {
	case familyStringLike:
		o.pattern = policy.CompileGlob(text)
	case familyStringFold:
		o.text = lowerCase(policy.Unescape(text))
	case familyString:
		o.text = policy.Unescape(text)
	default:
		o.text = text
	}
}

// lowerCase is full lower-casing with the final sigma, but not of letters
// outside the basic plane (recorded cases str-case-*).
func lowerCase(s string) string {
	var b strings.Builder
	runes := []rune(s)
	for i, r := range runes {
		switch {
		case r == 'Σ' && finalSigma(runes, i):
			b.WriteRune('ς')
		case r > 0xFFFF:
			b.WriteRune(r)
		case r == 'İ':
			b.WriteString("i\u0307") // live-178
		default:
			b.WriteString(strings.ToLower(string(r)))
		}
	}
	return b.String()
}

func finalSigma(runes []rune, i int) bool {
	letter := func(j int) bool {
		return j >= 0 && j < len(runes) && strings.ToLower(string(runes[j])) != strings.ToUpper(string(runes[j]))
	}
	return letter(i-1) && !letter(i+1)
}

// A match is the outcome of comparing one request value with one operand.
type match uint8

const (
	differs match = iota
	matches
	// invalid: the request value has not the form that the operator takes, so
	// that neither the operator nor its negation holds.
	invalid
)

func toMatch(ok bool) match {
	if ok {
		return matches
	}
	return differs
}

// compare compares one request value. It is called with an operand whose
// variables are replaced.
func (c *condition) compare(o *operand, text string, typ iam.ContextType, sim bool) match {
	switch c.family {
	case familyString:
		return toMatch(text == o.text)
	case familyStringFold:
		return toMatch(lowerCase(text) == o.text)
	case familyStringLike:
		return toMatch(o.pattern.Match(text))
	case familyBool:
		return toMatch(strings.EqualFold(text, "true") == strings.EqualFold(o.text, "true"))
	case familyArn:
		return compareARN(o.text, text)
	case familyNumeric:
		n, ok := parseDecimal(text)
		switch {
		case !ok && sim, typ == iam.Date || typ == iam.DateList:
			return invalid // recorded cases bad-numeric-not-equals, type-numeric-date
		case !ok || !o.ok:
			return differs // live-014: NumericNotEquals holds for text that is no number
		}
		return toMatch(holds(c.order, n.compare(o.number)))
	case familyDate:
		ms, ok := dateValue(text, typ)
		if !ok || !o.ok {
			return differs
		}
		return toMatch(holds(c.order, int(min(1, max(-1, ms-o.moment)))))
	case familyIP:
		a, ok := parseAddress(text)
		if !ok || !o.ok {
			return invalid
		}
		return toMatch(o.network.Contains(a))
	case familyBinary:
		b, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil || !o.ok {
			return differs
		}
		return toMatch(bytes.Equal(b, o.bytes))
	}
	return differs
}

// dateValue reads a request value as a moment; a numeric one is seconds since
// 1970 (recorded case type-date-numeric).
func dateValue(text string, typ iam.ContextType) (int64, bool) {
	if typ == iam.Numeric || typ == iam.NumericList {
		return parseEpoch(text)
	}
	return parseDate(text)
}

func holds(o ordering, cmp int) bool {
	switch o {
	case less:
		return cmp < 0
	case lessEqual:
		return cmp <= 0
	case greater:
		return cmp > 0
	case greaterEqual:
		return cmp >= 0
	default:
		return cmp == 0
	}
}

// compareARN compares by the six parts of an ARN, each with its own wildcards,
// which do not cross colons. A lone star matches every ARN; a request value
// that is no ARN matches neither ArnLike nor ArnNotLike.
// Source: IAM User Guide, "Amazon Resource Name (ARN) condition operators";
// recorded cases bad-arn-like, bad-arn-not-like.
func compareARN(pattern, text string) match {
	if _, ok := policy.ParseARN(text); !ok {
		return invalid
	}
	if pattern == "*" {
		return matches
	}
	for range 5 {
		p, prest, pok := strings.Cut(pattern, ":")
		t, trest, _ := strings.Cut(text, ":")
		if !pok || !policy.MatchGlob(p, t) {
			return differs
		}
		pattern, text = prest, trest
	}
	return toMatch(policy.MatchGlob(pattern, text))
}
