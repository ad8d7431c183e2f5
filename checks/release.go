package checks

import (
	"cmp"
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

//go:embed data/*.json
var data embed.FS

// Newest is the newest release of Remotion whose requirements are known.
const Newest = "4.0.527"

// A policySet is one required policy and the release that introduced it.
type policySet struct {
	name      string // caller or renderer
	partition string
	since     string // the file is data/NAME-SINCE.json
}

// sets are the required policies, oldest first.
//
// Where a change is known only as an interval of releases, since is the end of
// it that demands more: 3.3.9 to 3.3.12 dropped s3:PutBucketWebsite, 4.0.48 to
// 4.0.51 added lambda:TagResource.
// Source: @remotion/lambda, dist/api/iam-validation/user-permissions.js and
// role-permissions.js, at the releases named; the pages feb-2023-incident
// (3.3.54), s3-public-access (3.3.87), autodelete (4.0.32), insights (4.0.61),
// bucket-security (4.0.418) and aws-china-regions (4.0.510) of Remotion's
// documentation.
var sets = []policySet{
	{"caller", "aws", "3.0.0"},
	{"caller", "aws", "3.3.8"},
	{"caller", "aws", "3.3.12"},
	{"caller", "aws", "3.3.54"},
	{"caller", "aws", "3.3.87"},
	{"caller", "aws", "4.0.32"},
	{"caller", "aws", "4.0.48"},
	{"caller", "aws", "4.0.61"},
	{"caller", "aws", "4.0.418"},
	{"caller", "aws-cn", "4.0.510"},
	{"renderer", "aws", "3.0.0"},
	{"renderer", "aws", "4.0.61"},
	{"renderer", "aws-cn", "4.0.510"},
}

func (s policySet) file() string {
	suffix := ""
	if s.partition != "aws" {
		suffix = "-" + s.partition
	}
	return "data/" + s.name + "-" + s.since + suffix + ".json"
}

// A version is a release number such as 4.0.527.
type version [3]int

func parseVersion(s string) (version, error) {
	var v version
	core, suffix, _ := strings.Cut(strings.TrimPrefix(s, "v"), "-")
	if strings.Trim(suffix, "0123456789.-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return v, fmt.Errorf("%q is not a version of the form X.Y.Z", s)
	}
	parts := strings.Split(core, ".")
	if len(parts) != 3 {
		return v, fmt.Errorf("%q is not a version of the form X.Y.Z", s)
	}
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 {
			return v, fmt.Errorf("%q is not a version of the form X.Y.Z", s)
		}
		v[i] = n
	}
	return v, nil
}

func (v version) compare(w version) int { return slices.Compare(v[:], w[:]) }

// findSet returns the policy that a release of Remotion requires, and a note
// where the release is newer than what is known.
func findSet(name, asked, partition string) (policySet, string, error) {
	v, err := parseVersion(asked)
	if err != nil {
		return policySet{}, "", err
	}
	var found *policySet
	var first string
	for i := range sets {
		s := &sets[i]
		if s.name != name || s.partition != partition {
			continue
		}
		first = cmp.Or(first, s.since)
		since, err := parseVersion(s.since)
		if err != nil {
			return policySet{}, "", err
		}
		if since.compare(v) <= 0 {
			found = s
		}
	}
	switch {
	case first == "":
		return policySet{}, "", fmt.Errorf("Remotion Lambda has no %s policy for the partition %s; it runs in aws and aws-cn", name, partition)
	case found == nil:
		return policySet{}, "", fmt.Errorf("no %s policy of Remotion %s is known for the partition %s; the oldest is that of %s", name, asked, partition, first)
	}
	newest, err := parseVersion(Newest)
	if err == nil && newest.compare(v) < 0 {
		return *found, fmt.Sprintf("Remotion %s is newer than %s, the newest that this program knows: its policy of %s is used", asked, Newest, Newest), nil
	}
	return *found, "", err
}
