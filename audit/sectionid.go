package audit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"strings"

	"remotion-doctor/iam/policy"
)

// A SectionID says which section it is, in any report and across reports: what
// was audited, as whom, where, and against what. Diff, merge, baselines,
// waivers and resume go by it. It does not change with the verdict, the time or
// the release of the requirement. It is comparable.
type SectionID struct {
	Kind        TargetKind
	Name        string
	Principal   string // its ARN; empty where it was not found
	AccountID   string // of the principal
	Regions     string // sorted, without repeats, joined by commas
	Requirement string
	File        string // the template or plan; empty for a deployed principal
}

// Identity returns the identity of a section.
func (s *Section) Identity() SectionID {
	id := SectionID{
		Kind: s.Target.Kind, Name: s.Target.Name, Principal: s.Principal.ARN, AccountID: s.Account(),
		Regions:     strings.Join(slices.Compact(slices.Sorted(slices.Values(s.Regions))), ","),
		Requirement: s.Requirement.Name,
	}
	if s.Location != nil {
		id.File = cleanPath(s.Location.File)
	}
	return id
}

// Account returns the account of the section's principal, else that of the ARN
// that names the target; empty where neither is known.
func (s *Section) Account() string {
	if s.Principal.AccountID != "" {
		return s.Principal.AccountID
	}
	for _, text := range []string{s.Principal.ARN, s.Target.Name} {
		if arn, ok := policy.ParseARN(text); ok {
			return arn.AccountID
		}
	}
	return ""
}

// Anywhere returns the identity without the principal and the Regions: what
// stays when a function gets another role or is checked in other Regions.
func (id SectionID) Anywhere() SectionID {
	id.Principal, id.Regions = "", ""
	return id
}

// AnyRegion returns the identity without the Regions.
func (id SectionID) AnyRegion() SectionID {
	id.Regions = ""
	return id
}

// String returns a short text that is as good as unique to the identity, for
// links and for JSON: sixteen hexadecimal digits.
func (id SectionID) String() string {
	return digest(id.parts()...)
}

func (id SectionID) parts() []string {
	return []string{string(id.Kind), id.Name, id.Principal, id.AccountID, id.Regions, id.Requirement, id.File}
}

// Compare orders identities for reading.
func (id SectionID) Compare(other SectionID) int {
	return slices.CompareFunc(id.parts(), other.parts(), cmp.Compare[string])
}

// cleanPath writes a path the same way on every system.
func cleanPath(file string) string {
	if file == "" {
		return ""
	}
	return path.Clean(strings.ReplaceAll(file, `\`, "/"))
}

// digest joins parts so that no two lists of parts come to the same text.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
