package audit

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"remotion-doctor/iam"
)

// Identities are the ids of everything in a report, by section and place.
// Each id occurs once in a report. It does not depend on the order of the
// report, the verdict, the time or the release of the requirement; only things
// with nothing to tell them apart are numbered.
type Identities struct {
	Sections                    []string
	Findings, Diagnoses, Excess [][]string
}

// Identify writes the ids of sections, findings and diagnoses into a report.
func (r *Report) Identify() {
	for i, id := range r.SectionIDs() {
		r.Sections[i].Identify(id)
	}
}

// Identify writes the id of the section into it, and those of its findings and
// diagnoses.
func (s *Section) Identify(id string) {
	s.ID = id
	ids := s.Identities(id)
	for i := range s.Findings {
		s.Findings[i].ID = ids.Findings[i]
	}
	for i := range s.Diagnoses {
		s.Diagnoses[i].ID = ids.Diagnoses[i]
	}
}

// Identities returns the ids of everything in a report. They are computed from
// what the things are; an id that is written in the report is not looked at.
func (r *Report) Identities() *Identities {
	out := &Identities{Sections: r.SectionIDs()}
	for i, id := range out.Sections {
		s := r.Sections[i].Identities(id)
		out.Findings = append(out.Findings, s.Findings)
		out.Diagnoses = append(out.Diagnoses, s.Diagnoses)
		out.Excess = append(out.Excess, s.Excess)
	}
	return out
}

// SectionIDs returns the ids of sections. Sections with the same identity, as
// a target that was named twice, are numbered.
func (r *Report) SectionIDs() []string {
	return numbered(len(r.Sections), func(a, b int) int { return cmp.Compare(a, b) }, func(i int) []string {
		return []string{r.Sections[i].Identity().String()}
	})
}

// SectionIdentities are the ids of everything in a section, by place.
type SectionIdentities struct {
	Findings, Diagnoses, Excess []string
}

// Identities returns the ids of everything in a section that has this id itself.
func (s *Section) Identities(id string) SectionIdentities {
	return SectionIdentities{
		Findings: numbered(len(s.Findings), s.findingLess, func(i int) []string { return findingParts(id, &s.Findings[i]) }),
		Diagnoses: numbered(len(s.Diagnoses), func(a, b int) int {
			return cmp.Compare(s.Diagnoses[a].Message, s.Diagnoses[b].Message)
		}, func(i int) []string { return diagnosisParts(id, &s.Diagnoses[i]) }),
		Excess: numbered(len(s.Excess), func(a, b int) int {
			x, y := &s.Excess[a], &s.Excess[b]
			return cmp.Or(cmp.Compare(x.Statement.Index, y.Statement.Index), cmp.Compare(x.Example, y.Example))
		}, func(i int) []string { return excessParts(id, &s.Excess[i]) }),
	}
}

// FindingID returns the id of a finding as if it were the only one on its
// action and resource in a section of this identity.
func FindingID(s *Section, f *Finding) string {
	return id(findingParts(s.Identity().String(), f))
}

func findingParts(section string, f *Finding) []string {
	return []string{"finding", section, f.Action, f.Resource}
}

// diagnosisParts are the identity of a diagnosis: its code, what it concerns,
// and where. A diagnosis that names nothing concerns what its message says.
func diagnosisParts(section string, d *Diagnosis) []string {
	parts := []string{"diagnosis", section, d.Code, d.Subject, d.Region, d.Feature, d.Bucket, d.Function}
	if d.Statement != nil {
		parts = append(parts, policyKey(d.Statement), d.Statement.Sid)
	}
	if d.Statement == nil && strings.Join(parts[3:], "") == "" {
		parts = append(parts, d.Message)
	}
	return parts
}

func excessParts(section string, e *iam.Excess) []string {
	return []string{"excess", section, policyKey(&e.Statement), e.Statement.Sid, e.Action, e.Resource}
}

// policyKey identifies the policy of a statement; reports from before there
// were PolicyIDs have the display name alone.
func policyKey(ref *iam.StatementRef) string {
	return cmp.Or(string(ref.PolicyID), ref.Policy)
}

// findingLess orders findings on the same action and resource: those of the
// requirement come before what other modules say about the same, so that the
// former keep their id when the latter appear.
func (s *Section) findingLess(a, b int) int {
	place := func(f *Finding) int {
		return slices.IndexFunc(s.Modules, func(m Module) bool { return m.Name == f.Module })
	}
	x, y := &s.Findings[a], &s.Findings[b]
	return cmp.Or(cmp.Compare(place(x), place(y)), cmp.Compare(x.Module, y.Module), cmp.Compare(x.Sid, y.Sid), cmp.Compare(x.Status, y.Status), cmp.Compare(x.Reason, y.Reason))
}

// numbered returns the ids of n things. Of those with the same parts the first
// in the given order has the plain id, the others a number behind it.
func numbered(n int, order func(a, b int) int, parts func(int) []string) []string {
	out := make([]string, n)
	places := make([]int, n)
	for i := range places {
		out[i], places[i] = id(parts(i)), i
	}
	slices.SortStableFunc(places, order)
	seen := make(map[string]int, n)
	for _, i := range places {
		seen[out[i]]++
		if k := seen[out[i]]; k > 1 {
			out[i] += "-" + strconv.Itoa(k)
		}
	}
	return out
}

// id is a digest of parts; a single part is an id already.
func id(parts []string) string {
	if len(parts) == 1 {
		return parts[0]
	}
	return digest(parts...)
}
