package eval

import (
	"strconv"
	"strings"
	"time"
)

// dateLayouts are the forms of ISO 8601 that IAM takes, UTC where no zone is
// given. Source: IAM User Guide, "Date condition operators"; recorded cases
// ctx-date-*.
var dateLayouts = []string{
	"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999",
	"2006-01-02T15:04Z07:00", "2006-01-02T15:04Z0700", "2006-01-02T15:04",
	"2006-01-02T15Z07:00", "2006-01-02", "2006-01", "2006",
}

// parseDate returns a moment in milliseconds since 1970. Four digits are a
// year, other numbers are seconds since 1970.
func parseDate(s string) (int64, bool) {
	if s == "" || len(s) > 40 {
		return 0, false
	}
	for _, layout := range dateLayouts {
		if len(layout) < 5 && len(s) != len(layout) {
			continue
		}
		if t, err := time.Parse(layout, s); err == nil {
			return t.UnixMilli(), true
		}
	}
	return parseEpoch(s)
}

func parseEpoch(s string) (int64, bool) {
	whole, fraction, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || !allDigits(fraction) || n > 1<<50 || n < -1<<50 {
		return 0, false
	}
	ms, _ := strconv.Atoi((fraction + "000")[:3])
	return n*1000 + int64(ms), true
}

// canonicalDate is the text of a date context value under string operators
// (recorded cases canon-date-*).
func canonicalDate(s string) string {
	ms, ok := parseDate(s)
	if !ok {
		return s
	}
	return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z")
}
