package checks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Version is a release number such as 4.0.527. The zero Version is older than
// every release.
type Version [3]int

// ParseVersion reads X.Y.Z, with or without a v before it and a suffix such as
// -alpha.1 behind it, which does not count.
func ParseVersion(s string) (Version, error) {
	var v Version
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

// Compare returns a negative number where v is older than w, zero where they are
// the same, and a positive number where v is newer.
func (v Version) Compare(w Version) int { return slices.Compare(v[:], w[:]) }

// Within reports whether a release is in [since, until); an empty bound is open.
func (v Version) Within(since, until string) bool {
	if from, err := ParseVersion(since); err == nil && v.Compare(from) < 0 {
		return false
	}
	to, err := ParseVersion(until)
	return err != nil || v.Compare(to) < 0
}

// CompareVersions compares two releases as [Version.Compare] does. Text that is
// no release is the same as any other.
func CompareVersions(a, b string) int {
	v, err := ParseVersion(a)
	w, err2 := ParseVersion(b)
	if err != nil || err2 != nil {
		return 0
	}
	return v.Compare(w)
}

// before returns the release before one whose last number is not zero.
func before(since string) string {
	v, err := ParseVersion(since)
	if err != nil || v[2] == 0 {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]-1)
}

// parseRelease reads a release, or none: a product without releases has the
// zero Version.
func parseRelease(s string) (Version, error) {
	if s == "" {
		return Version{}, nil
	}
	return ParseVersion(s)
}
