package remotion

import (
	"fmt"
	"regexp"
	"strings"

	"remotion-doctor/checks"
)

// dashed is the name of a bucket with the region as it is written elsewhere.
// Source: makeBucketName of @remotion/lambda-client 4.0.527 leaves the region's
// dashes out.
var dashed = regexp.MustCompile(`remotionlambda-([a-z]{2}(?:-[a-z]+)+-[0-9])`)

// lintName finds names that Remotion never makes.
func lintName(resource string) (checks.Fault, bool) {
	m := dashed.FindStringSubmatch(resource)
	if m == nil {
		return checks.Fault{}, false
	}
	return checks.Fault{
		Code: "region-dashes", Source: docs + "bucket-naming",
		Message: fmt.Sprintf("%q matches no bucket of Remotion: it writes the region without dashes", resource),
		Hint:    fmt.Sprintf("write %q", strings.Replace(resource, m[1], strings.ReplaceAll(m[1], "-", ""), 1)),
	}, true
}
