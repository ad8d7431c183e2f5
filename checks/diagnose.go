package checks

import (
	"fmt"
	"slices"

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
	// Statement returns the statement that a finding refers to, in any layer; nil
	// where it could not be read, or Statement is nil.
	Statement func(iam.StatementRef) *policy.Statement
}

// A NamedDocument is a policy of a principal.
type NamedDocument struct {
	Name     string
	Document *policy.Document
}

// A Diagnoser looks at the findings as a whole for one kind of fault.
type Diagnoser func(s *Situation) []audit.Diagnosis

// Standard returns the diagnosers that need no more than the data of a pack.
func Standard() []Diagnoser {
	return []Diagnoser{RegionLock, SwappedPolicy, StalePolicy, RequiredSince, NoLongerRequired, FaultyPolicies, UnusedActions, UndocumentedActions}
}

// Diagnose looks at the findings as a whole, as the requirement's pack says.
func Diagnose(s *Situation) []audit.Diagnosis {
	list := s.Requirement.Pack().Hooks.Diagnosers
	if list == nil {
		list = Standard()
	}
	var out []audit.Diagnosis
	for _, look := range list {
		out = append(out, look(s)...)
	}
	return append(out, s.Requirement.Facts...)
}

// Documented reports whether the requirement is a documented policy, whose use is
// known.
func (s *Situation) Documented() bool { return len(s.Requirement.Operations) > 0 }

// Missing returns the grants of the documented policy that no statement gives.
func (s *Situation) Missing() []Grant {
	return s.GrantsWith(func(f *audit.Finding) bool {
		return f.Use != audit.UseUnused && (f.Status == audit.Fail || f.Status == audit.Partial && !Suffices(f))
	})
}

// GrantsWith returns the grants of the findings that something holds of.
func (s *Situation) GrantsWith(holds func(*audit.Finding) bool) []Grant {
	var out []Grant
	for i := range s.Findings {
		f := &s.Findings[i]
		if holds(f) {
			out = append(out, Grant{Module: f.Module, Sid: f.Sid, Action: f.Action, Resource: f.Resource})
		}
	}
	return out
}

func (s *Situation) pack() *Pack { return s.Requirement.Pack() }

func (s *Situation) documents() []*policy.Document {
	var out []*policy.Document
	for _, p := range s.Policies {
		out = append(out, p.Document)
	}
	return out
}

// SwappedPolicy reports a principal that has the policy that belongs to the other
// role, and far less of its own.
func SwappedPolicy(s *Situation) []audit.Diagnosis {
	if !s.Documented() || len(s.Missing()) == 0 {
		return nil
	}
	has, ok := s.pack().Recognize(s.documents())
	if !ok || !s.pack().swapped(has, s.Requirement.Name, s.documents()) {
		return nil
	}
	return []audit.Diagnosis{{
		Code: "swapped-policies", Severity: audit.SeverityWarning,
		Message: fmt.Sprintf("this %s has %s's %s policy but was checked as the %s; the two policies may be swapped", s.Principal.Type(), s.pack().Name, has.Policy, s.Requirement.Name),
		Hint:    s.pack().Commands.belongs(s.Requirement.Name) + s.pack().Whose,
		Source:  s.pack().Pages.Roles,
	}}
}

// StalePolicy recognises an older release's policy: by its text where the
// policies were read, else by what is missing.
func StalePolicy(s *Situation) []audit.Diagnosis {
	if !s.Documented() {
		return nil
	}
	missing := s.Missing()
	has, ok := s.pack().Recognize(s.documents())
	if !ok || has.Policy != s.Requirement.Name {
		has, ok = s.byWhatIsMissing(missing)
	}
	lacks := intersect(has.Lacks, missing)
	if !ok || len(lacks) == 0 || holdsAny(s.documents(), has.Lacks) {
		return nil
	}
	name := s.pack().Name
	return []audit.Diagnosis{{
		Code: "stale-policy", Severity: audit.SeverityWarning, Actions: ActionsOf(lacks),
		Message: fmt.Sprintf("this is the %s policy of %s %s; for %s it lacks %s. The policy is copied once, and an upgrade of %s does not update it", has.Policy, name, has, s.Requirement.Version, JoinWords(s.described(lacks)), name),
		Hint:    s.pack().Commands.replace(has, s.Requirement.Version),
		Source:  s.pack().Pages.Permissions,
	}}
}

// byWhatIsMissing finds the releases whose policy lacks exactly what is
// missing.
func (s *Situation) byWhatIsMissing(missing []Grant) (Release, bool) {
	list, err := s.pack().releases(s.Requirement.Name, s.Principal.Partition())
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
	has := setOf(b)
	for _, g := range a {
		if has[g.key()] {
			out = append(out, g)
		}
	}
	return out
}

// ActionsOf returns the actions of grants, each once.
func ActionsOf(grants []Grant) []string {
	var out []string
	for _, g := range grants {
		if !slices.Contains(out, g.Action) {
			out = append(out, g.Action)
		}
	}
	return out
}

// described names grants by their action, or as the pack does.
func (s *Situation) described(grants []Grant) []string { return s.pack().described(grants) }

func (p *Pack) described(grants []Grant) []string {
	var out []string
	for _, g := range grants {
		name := g.Action
		if p.Hooks.Describe != nil {
			name = p.Hooks.Describe(g)
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// RequiredSince explains why the product added what the principal lacks.
func RequiredSince(s *Situation) []audit.Diagnosis {
	if !s.Documented() {
		return nil
	}
	lacking := s.GrantsWith(func(f *audit.Finding) bool {
		return f.Use != audit.UseUnused && f.Status != audit.Pass && f.Status != audit.Unknown && !Suffices(f)
	})
	if 2*len(lacking) > len(s.Findings) {
		return nil // this is no policy at all
	}
	var out []audit.Diagnosis
	for _, c := range s.pack().History {
		if c.Policy != s.Requirement.Name || len(c.Added) == 0 {
			continue
		}
		added, err := s.pack().added(c, s.Principal.Partition())
		lacks := intersect(added, lacking)
		if err != nil || len(lacks) == 0 {
			continue
		}
		out = append(out, audit.Diagnosis{
			Code: "required-since", Severity: audit.SeverityWarning, Actions: ActionsOf(lacks),
			Message: fmt.Sprintf("%s %s required since %s %s: %s. Without: %s", JoinWords(s.described(lacks)), IsAre(len(s.described(lacks))), s.pack().Name, c.Since, c.Why, c.Without),
			Source:  c.Source,
		})
	}
	return out
}

// NoLongerRequired reports what the release in use requires and a newer one
// dropped.
func NoLongerRequired(s *Situation) []audit.Diagnosis {
	v, err := ParseVersion(s.Requirement.Version)
	if err != nil {
		return nil
	}
	var out []audit.Diagnosis
	for _, c := range s.pack().History {
		since, err := ParseVersion(c.Since)
		if err != nil || c.Policy != s.Requirement.Name || v.Compare(since) >= 0 {
			continue
		}
		var dropped []string
		for _, g := range s.Missing() {
			if slices.Contains(c.Removed, g.Action) {
				dropped = append(dropped, g.Action)
			}
		}
		if len(dropped) > 0 {
			out = append(out, audit.Diagnosis{
				Code: "no-longer-required", Severity: audit.SeverityNote, Actions: dropped,
				Message: fmt.Sprintf("%s %s required only before %s %s, where %s. Without: %s", JoinWords(dropped), IsAre(len(dropped)), s.pack().Name, c.Since, c.Why, c.Without),
				Hint:    "upgrading " + s.pack().Name + " cures it as well as the grant", Source: c.Source,
			})
		}
	}
	return out
}
