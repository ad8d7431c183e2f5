package checks

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// A Situation is what a diagnosis looks at.
type Situation struct {
	Requirement *Requirement
	Principal   iam.Principal
	Regions     []string
	Findings    []audit.Finding
	// Policies are the principal's identity policies; nil where they could not
	// be read.
	Policies []NamedDocument
}

// A NamedDocument is a policy of a principal.
type NamedDocument struct {
	Name     string
	Document *policy.Document
}

// diagnoses are looked for in this order.
var diagnoses = []func(*Situation) []audit.Diagnosis{
	hostRole, swappedPolicy, stalePolicy, requiredSince, noLongerRequired, faultyPolicies, publicBucketStopped,
	unsupportedRegions, optInRegions, insightsAccounts, chinaLayers, unusedActions, ungrantedActions,
}

// Diagnose looks at the findings as a whole.
func Diagnose(s *Situation) []audit.Diagnosis {
	var out []audit.Diagnosis
	for _, look := range diagnoses {
		out = append(out, look(s)...)
	}
	return append(out, s.Requirement.Facts...)
}

// documented reports whether the requirement is one of Remotion's.
func (s *Situation) documented() bool { return len(s.Requirement.Operations) > 0 }

// missing returns the grants of the documented policy that no statement gives.
func (s *Situation) missing() []Grant {
	return s.grantsWith(func(f *audit.Finding) bool {
		return f.Status == audit.Fail || f.Status == audit.Partial && !suffices(f)
	})
}

func (s *Situation) grantsWith(holds func(*audit.Finding) bool) []Grant {
	var out []Grant
	for i := range s.Findings {
		f := &s.Findings[i]
		if holds(f) {
			out = append(out, Grant{Module: f.Module, Sid: f.Sid, Action: f.Action, Resource: f.Resource})
		}
	}
	return out
}

func (s *Situation) documents() []*policy.Document {
	var out []*policy.Document
	for _, p := range s.Policies {
		out = append(out, p.Document)
	}
	return out
}

// swappedPolicy: the principal has the policy that belongs to the other role.
func swappedPolicy(s *Situation) []audit.Diagnosis {
	if !s.documented() || len(s.missing()) == 0 {
		return nil
	}
	has, ok := Recognize(s.documents())
	if !ok || has.Policy == s.Requirement.Name {
		return nil
	}
	return []audit.Diagnosis{{
		Code: "swapped-policies", Severity: audit.SeverityWarning,
		Message: fmt.Sprintf("this %s has Remotion's %s policy, but it is checked as the %s: the two policies look swapped", s.Principal.Type(), has.Policy, s.Requirement.Name),
		Hint:    "`remotion-doctor policy show " + s.Requirement.Name + "` prints the policy that belongs here; " + whose,
		Source:  docs + "troubleshooting/permissions",
	}}
}

const whose = "the caller policy is for whoever calls renderMediaOnLambda(), the renderer policy for remotion-lambda-role, which the render function runs as"

// stalePolicy recognises an older release's policy: by its text where the
// policies were read, else by what is missing.
func stalePolicy(s *Situation) []audit.Diagnosis {
	if !s.documented() {
		return nil
	}
	missing := s.missing()
	has, ok := Recognize(s.documents())
	if !ok || has.Policy != s.Requirement.Name {
		has, ok = s.byWhatIsMissing(missing)
	}
	lacks := intersect(has.Lacks, missing)
	if !ok || len(lacks) == 0 {
		return nil
	}
	return []audit.Diagnosis{{
		Code: "stale-policy", Severity: audit.SeverityWarning, Actions: actionsOf(lacks),
		Message: fmt.Sprintf("this is the %s policy of Remotion %s; for %s it lacks %s. The policy is copied once, and an upgrade of Remotion does not update it", has.Policy, has, s.Requirement.RemotionVersion, joinWords(described(lacks))),
		Hint:    fmt.Sprintf("replace it by what `remotion-doctor policy show %s --remotion-version %s` prints; `remotion-doctor policy diff %s %s` says why", has.Policy, s.Requirement.RemotionVersion, has.Since, s.Requirement.RemotionVersion),
		Source:  docs + "permissions",
	}}
}

// byWhatIsMissing finds the releases whose policy lacks exactly what is
// missing.
func (s *Situation) byWhatIsMissing(missing []Grant) (Release, bool) {
	list, err := releases(s.Requirement.Name, s.Principal.Partition())
	if err != nil || len(missing) == 0 {
		return Release{}, false
	}
	var found Release
	for _, r := range list {
		lacks := intersect(r.Lacks, s.Requirement.Grants)
		if len(lacks) != len(missing) || len(intersect(lacks, missing)) != len(missing) {
			continue
		}
		if found.Since == "" {
			found = r
		}
		found.Until = r.Until
	}
	return found, found.Since != ""
}

func intersect(a, b []Grant) []Grant {
	var out []Grant
	for _, g := range a {
		if slices.ContainsFunc(b, g.same) {
			out = append(out, g)
		}
	}
	return out
}

func actionsOf(grants []Grant) []string {
	var out []string
	for _, g := range grants {
		if !slices.Contains(out, g.Action) {
			out = append(out, g.Action)
		}
	}
	return out
}

// described names grants by their action; where an action stands for several
// resources, by both.
func described(grants []Grant) []string {
	var out []string
	for _, g := range grants {
		name := g.Action
		if strings.Contains(g.Resource, "LambdaInsights") || strings.Contains(g.Resource, "lambda-insights") {
			name += " for Lambda Insights"
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// requiredSince tells of each change to the policy that the principal lacks
// why Remotion made it.
func requiredSince(s *Situation) []audit.Diagnosis {
	if !s.documented() {
		return nil
	}
	lacking := s.grantsWith(func(f *audit.Finding) bool {
		return f.Status != audit.Pass && f.Status != audit.Unknown && !suffices(f)
	})
	if 2*len(lacking) > len(s.Findings) {
		return nil // this is not an old policy, it is none
	}
	var out []audit.Diagnosis
	for _, c := range History {
		if c.Policy != s.Requirement.Name || len(c.Added) == 0 {
			continue
		}
		added, err := c.added(s.Principal.Partition())
		lacks := intersect(added, lacking)
		if err != nil || len(lacks) == 0 {
			continue
		}
		out = append(out, audit.Diagnosis{
			Code: "required-since", Severity: audit.SeverityWarning, Actions: actionsOf(lacks),
			Message: fmt.Sprintf("%s %s required since Remotion %s: %s. Without: %s", joinWords(described(lacks)), isAre(len(described(lacks))), c.Since, c.Why, c.Without),
			Source:  c.Source,
		})
	}
	return out
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// added returns the grants that a change brought, as the partition writes
// them.
func (c Change) added(partition string) ([]Grant, error) {
	list, err := releases(c.Policy, "aws")
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(r Release) bool { return r.Since == c.Since })
	if i < 1 {
		return nil, fmt.Errorf("no %s policy of %s is known", c.Policy, c.Since)
	}
	now, err := list[i].set.grants()
	if err != nil {
		return nil, err
	}
	before, err := list[i-1].set.grants()
	out := without(now, before)
	for n := range out {
		out[n].Resource = inPartition(out[n].Resource, partition)
	}
	return out, err
}

// noLongerRequired: the release in use demands what a newer one dropped.
func noLongerRequired(s *Situation) []audit.Diagnosis {
	v, err := parseVersion(s.Requirement.RemotionVersion)
	if err != nil {
		return nil
	}
	var out []audit.Diagnosis
	for _, c := range History {
		since, err := parseVersion(c.Since)
		if err != nil || c.Policy != s.Requirement.Name || v.compare(since) >= 0 {
			continue
		}
		var dropped []string
		for _, g := range s.missing() {
			if slices.Contains(c.Removed, g.Action) {
				dropped = append(dropped, g.Action)
			}
		}
		if len(dropped) > 0 {
			out = append(out, audit.Diagnosis{
				Code: "no-longer-required", Severity: audit.SeverityNote, Actions: dropped,
				Message: fmt.Sprintf("%s %s required only before Remotion %s, where %s. Without: %s", joinWords(dropped), isAre(len(dropped)), c.Since, c.Why, c.Without),
				Hint:    "upgrading Remotion cures it as well as the grant", Source: c.Source,
			})
		}
	}
	return out
}
