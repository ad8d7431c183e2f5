package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/iam"
	"remotion-doctor/source"
)

// misplaced looks for grants that stand with the wrong principal: with a
// task's execution role, with the caller in place of the renderer, or the other
// way round.
func (j *job) misplaced(ctx context.Context, t task, req *checks.Requirement, found source.Resolution, scope checks.Scope, s *audit.Section) []audit.Diagnosis {
	if len(req.Operations) == 0 {
		return nil
	}
	out := j.onExecutionRole(ctx, req, found, scope, s)
	if t.target.Kind == audit.TargetRenderer {
		out = append(out, j.onCallers(ctx, req, scope, s)...)
		return append(out, j.otherwise(ctx, req, found.Principal, scope)...)
	}
	if req.Name == "caller" && t.place < len(j.callers) {
		j.callers[t.place] = found.Principal
	}
	return append(out, j.otherwise(ctx, req, found.Principal, scope)...)
}

// granted returns which of some grants a principal has. What cannot be asked is
// not granted: nothing hangs on it but a hint.
func (j *job) granted(ctx context.Context, req *checks.Requirement, grants []checks.Grant, p iam.Principal, scope checks.Scope) []checks.Grant {
	if len(grants) == 0 {
		return nil
	}
	part := *req
	part.Grants = grants
	judged, err := j.judge(ctx, &part, p, scope)
	if err != nil || len(judged.findings) != len(grants) {
		return nil
	}
	var out []checks.Grant
	for i := range judged.findings {
		if judged.findings[i].Status == audit.Pass {
			out = append(out, grants[i])
		}
	}
	return out
}

// failing returns the grants of the requirement that no statement gives.
func failing(req *checks.Requirement, findings []audit.Finding) []checks.Grant {
	var out []checks.Grant
	for _, g := range req.Grants {
		if slices.ContainsFunc(findings, func(f audit.Finding) bool {
			return f.Action == g.Action && f.Resource == g.Resource && f.Status == audit.Fail
		}) {
			out = append(out, g)
		}
	}
	return out
}

func (j *job) onExecutionRole(ctx context.Context, req *checks.Requirement, found source.Resolution, scope checks.Scope, s *audit.Section) []audit.Diagnosis {
	p, err := iam.NewPrincipal(found.ExecutionRole)
	if err != nil || p.ARN == found.Principal.ARN {
		return nil
	}
	there := j.granted(ctx, req, failing(req, s.Findings), p, scope)
	if len(there) == 0 {
		return nil
	}
	return []audit.Diagnosis{{
		Code: "granted-to-execution-role", Subject: p.ARN, Severity: audit.SeverityWarning, Actions: actionNames(there),
		Message: fmt.Sprintf("%s is granted to the task's execution role %s, which is for the ECS agent: the containers run as the task role %s", someActions(there), p.Name(), found.Principal.Name()),
		Hint:    "move the policy to the task role (taskRoleArn)",
		Source:  checks.Trustees[audit.TargetTaskDefinition].Source,
	}}
}

// onCallers: the renderer lacks what a caller of this run has.
func (j *job) onCallers(ctx context.Context, req *checks.Requirement, scope checks.Scope, s *audit.Section) []audit.Diagnosis {
	missing := slices.DeleteFunc(failing(req, s.Findings), func(g checks.Grant) bool { return g.Feature == "" })
	var out []audit.Diagnosis
	for _, p := range j.callers {
		if p.ARN == "" {
			continue
		}
		if there := j.granted(ctx, req, missing, p, scope); len(there) > 0 {
			out = append(out, audit.Diagnosis{
				Code: "granted-to-caller", Subject: p.ARN, Severity: audit.SeverityWarning, Actions: actionNames(there),
				Message: fmt.Sprintf("%s on %s is granted to the caller %s, but the render function does it, as %s: the grant is on the wrong role", someActions(there), there[0].Resource, p.Name(), s.Principal.Name()),
				Hint:    "attach it to " + s.Principal.Name(),
				Source:  there[0].Feature,
			})
		}
	}
	return out
}

// otherwise: the principal has what the deployment requires of the other one,
// and may have got it by mistake.
func (j *job) otherwise(ctx context.Context, req *checks.Requirement, p iam.Principal, scope checks.Scope) []audit.Diagnosis {
	other, err := j.pack().Others(req.Name, j.Deployment, req.Version, scope.Regions)
	if err != nil {
		return nil
	}
	other = slices.DeleteFunc(other, func(g checks.Grant) bool {
		return slices.ContainsFunc(req.Grants, func(h checks.Grant) bool { return h.Action == g.Action && h.Resource == g.Resource })
	})
	there := j.granted(ctx, req, other, p, scope)
	if len(there) == 0 {
		return nil
	}
	whose := map[string]string{"caller": "the render function's role (remotion-lambda-role)", "renderer": "the caller"}[req.Name]
	flag := map[string]string{"caller": "--renderer", "renderer": "--role CALLER"}[req.Name]
	return []audit.Diagnosis{{
		Code: "granted-to-wrong-role", Severity: audit.SeverityNote, Actions: actionNames(there),
		Message: fmt.Sprintf("%s is granted %s on %s, but that is needed by %s: here it helps nothing", p.Name(), someActions(there), there[0].Resource, whose),
		Hint:    "check the other role with " + flag,
	}}
}

func actionNames(grants []checks.Grant) []string {
	var out []string
	for _, g := range grants {
		if !slices.Contains(out, g.Action) {
			out = append(out, g.Action)
		}
	}
	return out
}

// someActions names a few of the actions.
func someActions(grants []checks.Grant) string {
	names := actionNames(grants)
	if len(names) > 3 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:3], ", "), len(names)-3)
	}
	return strings.Join(names, ", ")
}
