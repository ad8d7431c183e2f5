package doctor

import (
	"slices"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
)

// markUse marks the findings about documented grants that the product never
// uses. They do not count, unless the documented pattern is what is required.
func (j *job) markUse(req *checks.Requirement, findings []audit.Finding) {
	if len(req.Operations) == 0 || j.Strict {
		return
	}
	for i := range findings {
		f := &findings[i]
		added := slices.ContainsFunc(req.Grants, func(g checks.Grant) bool {
			return g.Action == f.Action && g.Resource == f.Resource && g.Feature != ""
		})
		if !added && slices.Contains(j.pack().Unused, f.Action) {
			f.Use = audit.UseUnused
		}
	}
}

// alone is what works in full where something else does not: a principal that
// only renders must not be given the grants of whoever deploys.
func (j *job) alone(req *checks.Requirement, s *audit.Section) *audit.Alone {
	if len(j.Operations) > 0 || len(s.Operations) == 0 {
		return nil
	}
	var names []string
	for i := range s.Operations {
		if s.Operations[i].Status == audit.Works {
			names = append(names, s.Operations[i].Name)
		}
	}
	if len(names) == 0 || len(names) == len(s.Operations) {
		return nil
	}
	part, err := req.For(names)
	if err != nil {
		return nil
	}
	out := &audit.Alone{Operations: names, Total: len(part.Grants)}
	for _, g := range part.Grants {
		if slices.ContainsFunc(s.Findings, func(f audit.Finding) bool {
			return f.Action == g.Action && f.Resource == g.Resource && (f.Status == audit.Pass || f.Use == audit.UseUnused || checks.Suffices(&f))
		}) {
			out.Granted++
		}
	}
	if out.Granted < out.Total || out.Total == 0 {
		return nil
	}
	return out
}
