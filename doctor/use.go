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
	out := &audit.Alone{}
	for i := range s.Operations {
		name := s.Operations[i].Name
		if n, all := j.grantedFor(req, s, name); all && n > 0 {
			out.Operations = append(out.Operations, name)
		}
	}
	if len(out.Operations) == 0 || len(out.Operations) == len(s.Operations) {
		return nil
	}
	out.Granted, _ = j.grantedFor(req, s, out.Operations...)
	out.Total = out.Granted
	return out
}

// grantedFor counts the granted ones of what operations need, and says whether
// that is all.
func (j *job) grantedFor(req *checks.Requirement, s *audit.Section, names ...string) (int, bool) {
	part, err := j.part(req, names)
	if err != nil {
		return 0, false
	}
	n := 0
	for _, g := range part.Grants {
		if slices.ContainsFunc(s.Findings, func(f audit.Finding) bool {
			return f.Action == g.Action && f.Resource == g.Resource && (f.Status == audit.Pass || f.Use == audit.UseUnused || checks.Suffices(&f))
		}) {
			n++
		}
	}
	return n, n == len(part.Grants)
}
