package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
)

// A SectionID says which section it is, in any report and across reports: what
// was audited, as whom, where, and against what. Diff, merge, baselines,
// waivers and resume go by it. It does not change with the verdict, the time or
// the release of the requirement.
type SectionID struct {
	Kind        TargetKind
	Name        string
	Principal   string // its ARN; empty where it was not found
	AccountID   string
	Regions     string // sorted, joined by commas
	Requirement string
	File        string // the template or plan; empty for a deployed principal
}

// ID returns the identity of a section.
func (s *Section) ID() SectionID {
	regions := slices.Sorted(slices.Values(s.Regions))
	id := SectionID{
		Kind: s.Target.Kind, Name: s.Target.Name, Principal: s.Principal.ARN, AccountID: s.Principal.AccountID,
		Regions: join(regions), Requirement: s.Requirement.Name,
	}
	if s.Location != nil {
		id.File = s.Location.File
	}
	return id
}

// String returns a short text that is as good as unique to the identity, for
// links and for JSON: sixteen hexadecimal digits.
func (id SectionID) String() string {
	return digest(string(id.Kind), id.Name, id.Principal, id.AccountID, id.Regions, id.Requirement, id.File)
}

// digest joins parts so that no two lists of parts come to the same text.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func join(list []string) string {
	out := ""
	for i, s := range list {
		if i > 0 {
			out += ","
		}
		out += s
	}
	return out
}
