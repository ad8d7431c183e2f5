package report

import (
	"cmp"

	"remotion-doctor/audit"
)

// ID names a finding for as long as it concerns the same thing: this section,
// action and resource. It does not change with the verdict, the time, or the
// version of Remotion. Deep links, SARIF's fingerprints, baselines and diffs use
// it; of several findings on the same action and resource it is that of the
// first, see [audit.Identities].
func ID(s *audit.Section, f *audit.Finding) string { return audit.FindingID(s, f) }

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
