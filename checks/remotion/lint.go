package remotion

import (
	"fmt"
	"regexp"
	"strings"

	"remotion-doctor/checks"
	"remotion-doctor/internal/spelling"
)

// dashed is the name of a bucket with the region as it is written elsewhere.
// Source: makeBucketName of @remotion/lambda-client 4.0.527 leaves the region's
// dashes out.
var dashed = regexp.MustCompile(`remotionlambda-([a-z]{2}(?:-[a-z]+)+-[0-9])`)

// lintName finds names that Remotion never makes.
func lintName(resource string) (checks.Fault, bool) {
	m := dashed.FindStringSubmatch(resource)
	if m == nil {
		return lintSpelling(resource)
	}
	return checks.Fault{
		Code: "region-dashes", Source: docs + "bucket-naming",
		Message: fmt.Sprintf("%q matches no bucket of Remotion: it writes the region without dashes", resource),
		Hint:    fmt.Sprintf("write %q", strings.Replace(resource, m[1], strings.ReplaceAll(m[1], "-", ""), 1)),
	}, true
}

// spelt are names that people misspell: what comes before them in an ARN, and whether a
// pattern follows.
var spelt = []struct {
	before, name string
	begins       bool
}{
	{":s3:::", "remotionlambda-", true},
	{":function:", "remotion-render-", true},
	{":log-group:/aws/lambda/", "remotion-render-", true},
	{":role/", "remotion-lambda-role", false},
}

// lintSpelling finds a name that is nearly one of Remotion's, and matches none of them.
// A name that goes on is somebody's own.
func lintSpelling(resource string) (checks.Fault, bool) {
	for _, s := range spelt {
		_, name, ok := strings.Cut(resource, s.before)
		if !ok {
			continue
		}
		wild := strings.IndexAny(name, "*?$")
		if (wild >= 0) != s.begins {
			return checks.Fault{}, false
		}
		if s.begins {
			name = name[:wild]
		}
		if strings.HasPrefix(s.name, name) || strings.HasPrefix(name, s.name) || spelling.Distance(name, s.name, nearly+1) > nearly {
			return checks.Fault{}, false
		}
		return checks.Fault{
			Code: "misspelt-name", Source: docs + "permissions",
			Message: fmt.Sprintf("%q matches nothing of Remotion, where it is %s", resource, s.name),
			Hint:    fmt.Sprintf("write %q", strings.Replace(resource, s.before+name, s.before+s.name, 1)),
		}, true
	}
	return checks.Fault{}, false
}

// nearly is by how many letters a misspelt name differs.
const nearly = 2
