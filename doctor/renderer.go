package doctor

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
)

const (
	renderPrefix = "remotion-render-"
	// rendererRole is the role that Remotion hands to its functions.
	// Source: @remotion/lambda 4.0.527, dist/api/iam-validation/suggested-policy.js.
	rendererRole = "remotion-lambda-role"
)

// findRenderers replaces --renderer by the roles of the functions that it
// represents, and makes the callers' iam:PassRole about exactly these.
func (j *job) findRenderers(ctx context.Context) {
	var out []task
	for _, t := range j.tasks {
		if t.target.Kind != audit.TargetRenderer {
			out = append(out, t)
			continue
		}
		out = append(out, j.within(t).renderers(ctx, t)...)
	}
	j.tasks = out
	j.passRoles(out)
}

// passRoles makes the callers' iam:PassRole about exactly the renderers' roles,
// unless all have the default one, about which the documented policy is.
func (j *job) passRoles(tasks []task) {
	var roles []string
	other := false
	for _, t := range tasks {
		a, ok := policy.ParseARN(t.role)
		if !ok || slices.Contains(roles, t.role) {
			continue
		}
		roles = append(roles, t.role)
		other = other || a.Resource != "role/"+rendererRole
	}
	for _, role := range roles {
		if other && !slices.Contains(j.Deployment.Values["custom-role"], role) {
			j.Deployment.Uses("custom-role", role)
		}
	}
}

// renderers returns one task for each role that a renderer's functions run as.
func (j *job) renderers(ctx context.Context, t task) []task {
	if a, ok := policy.ParseARN(t.target.Name); ok && a.Service == "iam" {
		t.role = t.target.Name
		return []task{t}
	}
	functions, err := j.functions(ctx, t.target.Name)
	if err != nil {
		g := gapOf("lambda:ListFunctions", "the list of functions", iam.MayBoth, err)
		if t.target.Name != "" {
			g.Kind = iam.GapAssumption // that the name is a role's
		}
		t.unlisted = &g
	}
	byRole := map[string][]account.Function{}
	for _, f := range functions {
		if t.target.Name == "" || isNamed(f, t.target.Name) {
			byRole[f.Role] = append(byRole[f.Role], f)
		}
	}
	if len(byRole) == 0 {
		t.role = cmp.Or(t.target.Name, j.customRole(), rendererRole)
		t.target.Name = cmp.Or(t.target.Name, t.role)
		return []task{t}
	}
	var out []task
	for _, role := range slices.Sorted(maps.Keys(byRole)) {
		one := t
		one.role, one.functions = role, byRole[role]
		a, _ := policy.ParseARN(role)
		one.target.Name = cmp.Or(t.target.Name, a.Name())
		out = append(out, one)
	}
	return out
}

// isNamed reports whether a function goes by a name, ARN or partial ARN.
func isNamed(f account.Function, name string) bool {
	s := account.Snapshot{Functions: []account.Function{f}}
	_, err := s.Function(name)
	return err == nil
}

func (j *job) customRole() string {
	if list := j.Deployment.Values["custom-role"]; len(list) > 0 {
		return list[0]
	}
	return ""
}

// functions returns Remotion's functions in the regions that are checked, as far
// as they can be listed, and the last error.
func (j *job) functions(ctx context.Context, name string) ([]account.Function, error) {
	regions := j.Regions
	if a, isARN := policy.ParseARN(name); isARN && a.Region != "" {
		regions = []string{a.Region}
	}
	if len(regions) == 0 {
		regions = []string{cmp.Or(j.source.Region(), "us-east-1")}
	}
	prefix := renderPrefix
	if name != "" {
		prefix = "" // a function may be called otherwise
	}
	var out []account.Function
	var failed error
	for _, r := range regions {
		list, err := j.source.Functions(ctx, r, prefix)
		if err != nil {
			failed = err
		}
		out = append(out, list...)
	}
	return out, failed
}

// find finds the principal of a target; of several renderers the first.
func (j *job) find(ctx context.Context, t audit.Target) (source.Resolution, error) {
	if t.Kind != audit.TargetRenderer {
		return j.resolved(ctx, t)
	}
	return j.resolve(ctx, j.renderers(ctx, task{target: t})[0])
}

// resolve finds the principal of a task.
func (j *job) resolve(ctx context.Context, t task) (source.Resolution, error) {
	if t.target.Kind != audit.TargetRenderer {
		return j.resolved(ctx, t.target)
	}
	found, err := j.source.Resolve(ctx, audit.Target{Kind: audit.TargetRole, Name: t.role})
	if err != nil && len(t.functions) == 0 && t.role == t.target.Name {
		if f, err := j.source.Resolve(ctx, audit.Target{Kind: audit.TargetFunction, Name: t.role}); err == nil {
			return f, nil
		}
	}
	if err != nil {
		return found, j.noRenderer(ctx, t, err)
	}
	if len(t.functions) > 0 {
		found.Region = functionRegion(t.functions[0], "")
	}
	return found, nil
}

// noRenderer says what a missing role means for Remotion, and which role may
// have been meant.
func (j *job) noRenderer(ctx context.Context, t task, err error) error {
	f := *asError(err)
	if f.Kind != source.KindNotFound {
		return err
	}
	f.Msg += `: deployFunction() fails with "The role defined for the function cannot be assumed by Lambda"`
	if len(t.functions) > 0 {
		f.Msg = fmt.Sprintf("%s runs as a role that does not exist any more: %s", t.functions[0].FunctionName, f.Error())
		f.Op = ""
	}
	f.Hint = fmt.Sprintf("Remotion expects a role of exactly the name %s with the renderer policy and a trust policy for lambda.amazonaws.com; another one is named with customRoleArn (--custom-role)", rendererRole)
	if similar := j.similarRoles(ctx); len(similar) > 0 {
		f.Hint += "; there is " + strings.Join(similar, ", ")
	}
	return &f
}

// similarRoles returns roles that look as if they were meant for Remotion.
func (j *job) similarRoles(ctx context.Context) []string {
	names, err := j.source.RoleNames(ctx)
	if err != nil {
		return nil
	}
	var out []string
	for _, n := range names {
		if strings.Contains(strings.ToLower(n), "remotion") && len(out) < 5 {
			out = append(out, n)
		}
	}
	return out
}

// functionRegion is the Region of a function, or the fallback.
func functionRegion(f account.Function, fallback string) string {
	a, _ := policy.ParseARN(f.FunctionArn)
	return cmp.Or(a.Region, fallback)
}
