package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// ID names a finding for as long as it is about the same thing: this target,
// principal, requirement, action and resource. It does not change with the
// verdict, the time, or the version of Remotion. Deep links, SARIF's
// fingerprints, baselines and diffs use it.
func ID(s *audit.Section, f *audit.Finding) string {
	h := sha256.New()
	for _, part := range []string{string(s.Target.Kind), s.Target.Name, s.Principal.ARN, s.Requirement.Name, f.Action, f.Resource} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// ids returns the IDs of all findings by section and finding. Where a report
// has a finding twice, the later one is numbered.
func ids(r *audit.Report) [][]string {
	seen := map[string]int{}
	out := make([][]string, len(r.Sections))
	for i := range r.Sections {
		s := &r.Sections[i]
		out[i] = make([]string, len(s.Findings))
		for j := range s.Findings {
			id := ID(s, &s.Findings[j])
			seen[id]++
			if n := seen[id]; n > 1 {
				id += "-" + strconv.Itoa(n)
			}
			out[i][j] = id
		}
	}
	return out
}

// EngineOf returns what decided a section: the report's engine, or that of the
// report which the section was merged from.
func EngineOf(r *audit.Report, s *audit.Section) audit.Engine {
	for i := range r.Merged {
		if s.Source != "" && r.Merged[i].Digest == s.Source {
			return cmp.Or(s.Engine, r.Merged[i].Engine)
		}
	}
	return cmp.Or(s.Engine, r.Engine)
}

// excessID names an excess as [ID] names a finding.
func excessID(s *audit.Section, e *iam.Excess) string {
	return ID(s, &audit.Finding{Action: "excess " + e.Action, Resource: e.Statement.Policy + " " + e.Statement.Sid + " " + e.Resource})
}

// diagnosisID names a diagnosis as [ID] names a finding.
func diagnosisID(s *audit.Section, d *audit.Diagnosis) string {
	resource := ""
	if d.Statement != nil {
		resource = d.Statement.Policy + " " + d.Statement.Sid
	}
	return ID(s, &audit.Finding{Action: "diagnosis " + d.Code, Resource: resource})
}
