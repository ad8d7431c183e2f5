package eval

import (
	"strconv"
	"strings"
)

// A decimal is an exact decimal number of any size: 0.digits × 10^exp.
type decimal struct {
	negative bool
	digits   string // without leading and trailing zeros; empty for zero
	exp      int
}

// maxExponent bounds the exponents that are taken for numbers.
const maxExponent = 1 << 20

// parseDecimal reads a number as IAM's Numeric operators take it: leading
// zeros, a sign and an exponent are fine; hexadecimal, blanks, Infinity and
// NaN are not (recorded cases ctx-numeric-*, live-002 to live-018).
func parseDecimal(s string) (decimal, bool) {
	var d decimal
	if s != "" && (s[0] == '+' || s[0] == '-') {
		d.negative = s[0] == '-'
		s = s[1:]
	}
	mantissa, exponent := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa = s[:i]
		n, err := strconv.Atoi(s[i+1:])
		if err != nil || n > maxExponent || n < -maxExponent {
			return decimal{}, false
		}
		exponent = n
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if whole == "" && fraction == "" || !allDigits(whole) || !allDigits(fraction) {
		return decimal{}, false
	}
	digits := whole + fraction
	trimmed := strings.TrimLeft(digits, "0")
	d.exp = exponent + len(whole) - (len(digits) - len(trimmed))
	d.digits = strings.TrimRight(trimmed, "0")
	if d.digits == "" {
		return decimal{}, true
	}
	return d, true
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// compare returns -1, 0 or 1.
func (d decimal) compare(e decimal) int {
	ds, es := d.sign(), e.sign()
	switch {
	case ds != es:
		return order(ds, es)
	case ds == 0:
		return 0
	case d.exp != e.exp:
		return ds * order(d.exp, e.exp)
	default:
		return ds * strings.Compare(d.digits, e.digits)
	}
}

func (d decimal) sign() int {
	switch {
	case d.digits == "":
		return 0
	case d.negative:
		return -1
	default:
		return 1
	}
}

func order(a, b int) int {
	if a < b {
		return -1
	}
	return 1
}

// canonicalNumber is the text of a numeric context value under string
// operators: the scale stays, other leading zeros go (recorded cases canon-*,
// type-forany-numeric-list-text).
func canonicalNumber(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign = "-"
	}
	s = strings.TrimLeft(s, "+-")
	whole, rest, found := strings.Cut(s, ".")
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	if found {
		return sign + whole + "." + rest
	}
	return sign + whole
}
