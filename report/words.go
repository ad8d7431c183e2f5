package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// The sentences that several formats have in common. Their texts are clean.

// title names a section: "video-api · Lambda function".
func title(s *audit.Section) string {
	if s.Target.Name == "" {
		return s.Target.Kind.Title()
	}
	return Clean(shortName(s.Target)) + " · " + s.Target.Kind.Title()
}

// shortName is a target's name: of a renderer that is named by its role's ARN the
// role's, for the account is known next to it where it matters.
func shortName(t audit.Target) string {
	if a, ok := policy.ParseARN(t.Name); ok && t.Kind == audit.TargetRenderer {
		return a.Resource[strings.LastIndexByte(a.Resource, '/')+1:]
	}
	return t.Name
}

// requires names the required policy: "Remotion 4.0.527 caller policy".
func requires(s *audit.Section) string {
	name := Clean(s.Requirement.Name)
	switch {
	case s.Requirement.Version == "" && s.Requirement.Digest == "":
		return name + " policy" // it was not read
	case s.Requirement.Version == "":
		return "the policy in " + name
	}
	return "Remotion " + Clean(s.Requirement.Version) + " " + name + " policy"
}

// versionFrom says where the version of Remotion was found.
func versionFrom(s *audit.Section) string {
	if s.Requirement.VersionFrom == "" {
		return ""
	}
	return " (from " + Clean(s.Requirement.VersionFrom) + ")"
}

// decidedBy says who decided, and at what price.
func decidedBy(r *audit.Report, s *audit.Section) string {
	simulator := "IAM policy simulator · " + count(s.Usage.Calls, "call")
	switch EngineOf(r, s) {
	case audit.EngineLocal:
		return "offline evaluator"
	case audit.EngineBoth:
		return simulator + ", and offline evaluator"
	}
	return simulator
}

func count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// covers says of a pattern that is granted in part what is and what is not.
func covers(f *audit.Finding) string {
	if f.Status != audit.Partial || f.Granted == "" || f.NotGranted == "" ||
		strings.Contains(f.Reason, f.Granted) || strings.HasPrefix(f.Reason, "covers ") {
		return ""
	}
	return "covers " + Clean(f.Granted) + ", not " + Clean(f.NotGranted)
}

// why is the reason of a finding in one sentence.
func why(f *audit.Finding) string {
	reason := Clean(f.Reason)
	if c := covers(f); c != "" {
		if reason == "" {
			return c
		}
		reason += ": " + c
	}
	return reason
}

// decider is the statement that decided against a finding, or its grant where
// it passes; nil where none did or its place is not known.
func decider(f *audit.Finding) *iam.StatementRef {
	if len(f.Statements) == 0 {
		return nil
	}
	return &f.Statements[0]
}

// where is the place of a statement: "template.yaml:42:9", or the policy and
// the line in it; empty where it is not known.
func where(ref *iam.StatementRef) string {
	switch {
	case ref == nil:
		return ""
	case ref.File != "" && ref.Start.IsZero():
		return Clean(ref.File)
	case ref.File != "":
		return Clean(ref.File) + ":" + ref.Start.String()
	case ref.Start.IsZero():
		return ""
	}
	return Clean(ref.Policy) + ":" + ref.Start.String()
}

// mutedWords says why a finding is muted: "waived until 2027-01-31 by web:
// quotas are raised by hand".
func mutedWords(m *audit.Muted) string {
	if m == nil {
		return ""
	}
	text := "in the baseline"
	if m.Since != "" {
		text += " of " + Clean(m.Since)
	}
	if m.By == audit.MutedByWaiver {
		text = "waived"
		if m.Expires != "" {
			text += " until " + Clean(m.Expires)
		}
		if m.Owner != "" {
			text += " by " + Clean(m.Owner)
		}
	}
	if m.Reason != "" {
		text += ": " + Clean(m.Reason)
	}
	return text
}

// module returns a section's module by its name.
func module(s *audit.Section, name string) audit.Module {
	for i := range s.Modules {
		if s.Modules[i].Name == name {
			return s.Modules[i]
		}
	}
	return audit.Module{Name: name, Title: name}
}

// worstFirst sorts findings for reading: what fails first, muted ones last
// among what does not pass.
func worstFirst(findings []*audit.Finding) {
	slices.SortStableFunc(findings, func(a, b *audit.Finding) int { return cmp.Compare(rank(a), rank(b)) })
}

func rank(f *audit.Finding) int {
	if f.Muted != nil && f.Status != audit.Pass {
		return 2*severity[audit.Unknown] + 1
	}
	return 2 * severity[f.Status]
}

// operationMark gives each status of an operation its glyph.
var operationMark = map[audit.OperationStatus]string{audit.Works: "✓", audit.Degraded: "◐", audit.Fails: "✗", audit.Undecided: "?"}

// operationName is the name of an operation in words.
func operationName(o *audit.Operation) string {
	return Clean(cmp.Or(o.Title, o.Name))
}

// operationWords says what an operation lacks, and of one that goes on without
// it what the action is for, where that is one thing.
func operationWords(o *audit.Operation) string {
	text := actionList(o.Because)
	if o.Status != audit.Degraded || len(o.Causes) == 0 {
		return text
	}
	for i := range o.Causes {
		if o.Causes[i].Consequence != o.Causes[0].Consequence {
			return text
		}
	}
	if c := Clean(o.Causes[0].Consequence); c != "" {
		text += ": " + c
	}
	return text
}

// causeWords says where an operation needs an action and what happens without.
func causeWords(c *audit.Cause) string {
	text := Clean(c.Action)
	if c.Call != "" {
		text += ", " + Clean(c.Call)
	}
	if c.Consequence != "" {
		text += ": " + Clean(c.Consequence)
	}
	if c.Undecided {
		text += " (not decided)"
	}
	return text
}

// severityMark gives each severity its glyph; the word stands next to it.
var severityMark = map[audit.Severity]string{audit.SeverityError: "✗", audit.SeverityWarning: "!", audit.SeverityNote: "·"}

// obstacleAdvice says who can do what about an obstacle.
func obstacleAdvice(o *audit.Obstacle) string {
	if o.Change == nil {
		return Clean(o.Advice)
	}
	text := Clean(o.Change.Text)
	if o.Owner != "" {
		text = "ask " + Clean(o.Owner) + " to: " + text
	}
	if o.Change.Verified {
		text += " (checked: with it the layer stops nothing of this)"
	}
	return text
}

// cure leads to the remediation: what it is attached to and what it achieves.
func cure(s *audit.Section) string {
	if !s.Verified {
		return "Attach this to the " + kindOf(s) + ":"
	}
	cured := s.Summary.Fail + s.Summary.Partial
	return fmt.Sprintf("Attach this to the %s (checked: with it %d of %d pass):", kindOf(s), s.Summary.Pass+cured, s.Summary.Total())
}

func kindOf(s *audit.Section) string {
	if k := s.Principal.Type(); k != "" {
		return k
	}
	return "principal"
}

// actionList names actions, and counts those that would make it too long.
func actionList(actions []string) string {
	if n := len(actions); n > 6 {
		return fmt.Sprintf("%s and %d more", Clean(strings.Join(actions[:5], ", ")), n-5)
	}
	return Clean(strings.Join(actions, ", "))
}

// statementName names a statement: "Admin" in policy ops, ops:3:5.
func statementName(ref *iam.StatementRef) string {
	name := fmt.Sprintf("statement %d", ref.Index+1)
	switch {
	case ref.Sid != "":
		name = `"` + Clean(ref.Sid) + `"`
	case ref.Index < 0:
		name = "a statement"
	}
	if ref.Policy != "" {
		name += " in policy " + Clean(ref.Policy)
	}
	switch {
	case ref.File != "":
		name += ", " + where(ref)
	case !ref.Start.IsZero():
		name += fmt.Sprintf(", line %d", ref.Start.Line)
	}
	return name
}

// coverageWords says how far the answer reaches.
func coverageWords(s *audit.Section) string {
	switch s.Coverage {
	case audit.CoverageProven:
		return "coverage proven from the policies"
	case audit.CoverageSampled:
		return "coverage sampled, not proven"
	}
	return ""
}
