package report

import (
	"cmp"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// gapWord is the outcome that a gap is shown with, in every format.
func gapWord(g *iam.Gap) string {
	return map[iam.GapKind]string{
		iam.GapUnread: "not read", iam.GapIncomplete: "incomplete", iam.GapAssumption: "assumed", iam.GapSampled: "sampled",
		iam.GapLimit: "out of reach",
	}[g.Kind]
}

// gapMark gives each kind of gap its glyph; the word stands next to it.
func gapMark(g *iam.Gap) string {
	switch g.Kind {
	case iam.GapAssumption, iam.GapSampled, iam.GapLimit:
		return "·"
	}
	return "?"
}

// gapText is a gap in a sentence: what, where and why.
func gapText(g *iam.Gap) string { return Clean(g.String()) }

// weighty reports whether a gap may have changed a verdict.
func weighty(r *audit.Report, g *iam.Gap) bool { return g.Counts(r.Gate.RequireProof) }

// sortedGaps are the gaps of a section, those that may have changed a verdict
// first.
func sortedGaps(r *audit.Report, s *audit.Section) (weighing, others []*iam.Gap) {
	for i := range s.Gaps {
		if g := &s.Gaps[i]; weighty(r, g) {
			weighing = append(weighing, g)
		} else {
			others = append(others, g)
		}
	}
	return weighing, others
}

// unfinished says why a section was checked only in part.
func unfinished(s *audit.Section) string {
	if !s.Unfinished() {
		return "the grants beyond the need are not known"
	}
	for i := range s.Gaps {
		if s.Gaps[i].Kind == iam.GapIncomplete {
			return gapText(&s.Gaps[i])
		}
	}
	return "the run ended before the check did"
}

// unfinishedHint says what to do about a section that was checked in part.
func unfinishedHint(s *audit.Section) string {
	for i := range s.Gaps {
		if s.Gaps[i].Kind == iam.GapIncomplete {
			return Clean(cmp.Or(s.Gaps[i].Hint, "run the check again"))
		}
	}
	if !s.Unfinished() {
		return "allow the credentials of the check to read the principal's policies"
	}
	return "run the check again"
}
