package asked

import (
	"strconv"
	"time"
)

// Clock is the clock of reports: the system's or, where SOURCE_DATE_EPOCH is set,
// that moment, so that equal input gives equal bytes. The error is an
// *audit.Problem.
//
// Source: reproducible-builds.org, "SOURCE_DATE_EPOCH", version 1.1.
func Clock(getenv func(string) string) (func() time.Time, error) {
	text := getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		return time.Now, nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds < 0 {
		return nil, usage("write seconds since 1970, or unset it", "SOURCE_DATE_EPOCH=%q is no number of seconds", text)
	}
	at := time.Unix(seconds, 0)
	return func() time.Time { return at }, nil
}
