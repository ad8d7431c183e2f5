package doctor

import (
	"cmp"
	"slices"
	"strings"

	"remotion-doctor/audit"
)

// next are the commands that lead on from a section: to the cure, or where no
// grant cures anything to the reason. They repeat the principal, the source and
// the requirement of the section.
func (j *job) next(t task, s *audit.Section) []audit.Command {
	if s.Remediation != nil {
		return []audit.Command{{
			Name: "fix", Target: t.target.Flags(), Source: j.Asked.Source, Files: j.Asked.Files, Requirement: j.requirementOf(t, s),
		}}
	}
	if len(j.Asked.Files) > 0 {
		return nil // explain has no operands for them
	}
	for i := range s.Findings {
		f := &s.Findings[i]
		if f.Status == audit.Pass || f.Use == audit.UseUnused || !isAction(f.Action) {
			continue
		}
		target := t.target.Flags()
		if t.target.Kind == audit.TargetRenderer {
			target = audit.Target{Kind: audit.TargetRole, Name: s.Principal.Name()}.Flags()
		}
		return []audit.Command{{
			Name: "explain", Args: []string{f.Action, cmp.Or(f.NotGranted, f.Resource)},
			Target: target, Source: j.Asked.Source, Requirement: j.requestOf(s, f),
		}}
	}
	return nil
}

// requirementOf are the options of the section's requirement: of several
// requirements only its own, and of several Regions its own where the target
// brings them.
func (j *job) requirementOf(t task, s *audit.Section) []audit.Flag {
	out := audit.Without(j.Asked.Requirement, "require")
	if t.requirement != "caller" && !(t.target.Kind == audit.TargetRenderer && t.requirement == "renderer") {
		out = append(out, audit.Flag{Name: "require", Value: t.requirement})
	}
	if len(t.regions) > 0 && slices.ContainsFunc(out, func(f audit.Flag) bool { return f.Name == "region" }) {
		out = append(audit.Without(out, "region"), audit.Flag{Name: "region", Value: strings.Join(s.Regions, ",")})
	}
	return out
}

// requestOf are the options of one request: its Region, the keys that the user
// gave, and those that are certain because a feature of the product makes it.
func (j *job) requestOf(s *audit.Section, f *audit.Finding) []audit.Flag {
	var out []audit.Flag
	for _, a := range j.Asked.Requirement {
		if a.Name == "context" || a.Name == "context-file" {
			out = append(out, a)
		}
	}
	if _, ok := j.pack().FeatureNamed(f.Module); ok && len(j.pack().SentWith(f.Action, f.Resource)) == 0 {
		for _, e := range j.pack().SentFor(f.Action) {
			if !slices.ContainsFunc(out, func(a audit.Flag) bool { return strings.HasPrefix(a.Value, e.Key+"=") }) {
				out = append(out, audit.Flag{Name: "context", Value: e.Key + "=" + first(e.Values)})
			}
		}
	}
	region := ""
	for i := range f.Evidence {
		if e := &f.Evidence[i]; e.Resource == f.NotGranted && e.Region != "" {
			region = e.Region
		}
	}
	if region = cmp.Or(region, first(s.Regions)); region != "" {
		out = append(out, audit.Flag{Name: "region", Value: region})
	}
	return out
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}
