package doctor

import (
	"context"
	"slices"
	"strings"

	"remotion-doctor/audit"
)

// A Mismatch says that a remedy would give a principal the policy that belongs
// to the other one.
type Mismatch struct {
	// Requirement is the policy that the remedy is for, caller or renderer, and
	// Is what the principal is instead.
	Requirement, Is string
	// Why says by what the principal is known as that.
	Why string
}

// WrongPrincipal reports that a remedy would give the role of the render
// function the caller's policy, or a caller the renderer's; nil where nothing
// says so.
//
// The render functions are named remotion-render-…, and their role is
// remotion-lambda-role unless another is given (remotion.dev/docs/lambda/
// permissions). What a target itself runs is the caller's code, whatever role
// it uses.
func (x *Remedy) WrongPrincipal(ctx context.Context, o Options) *Mismatch {
	j := newJob(&o)
	for _, t := range x.tasks {
		switch t.requirement {
		case "caller":
			if why := j.rendersAs(ctx, x, t); why != "" {
				return &Mismatch{"caller", "renderer", why}
			}
		case "renderer":
			if why := callsAs(t); why != "" && j.rendersAs(ctx, x, t) == "" {
				return &Mismatch{"renderer", "caller", why}
			}
		}
	}
	return nil
}

// rendersAs says why a target is the renderer; empty where it need not be.
func (j *job) rendersAs(ctx context.Context, x *Remedy, t task) string {
	switch t.target.Kind {
	case audit.TargetRenderer:
		return "it is the role of the render functions"
	case audit.TargetFunction:
		if isRenderFunction(t.target.Name) {
			return t.target.Name + " is a render function"
		}
		return ""
	case audit.TargetRole:
	default:
		return ""
	}
	if x.Principal.Name() == rendererRole {
		return rendererRole + " is the default role of the render functions"
	}
	regions := j.Regions
	if len(regions) == 0 {
		regions = []string{j.source.Region()}
	}
	for _, region := range regions {
		functions, err := j.source.Functions(ctx, region, renderPrefix)
		if err != nil {
			continue // nothing hangs on it but a warning
		}
		for i := range functions {
			if functions[i].Role == x.Principal.ARN {
				return "the render function " + functions[i].FunctionName + " runs as it"
			}
		}
	}
	return ""
}

// callsAs says why a target is a caller; empty where it need not be.
func callsAs(t task) string {
	kinds := []audit.TargetKind{audit.TargetUser, audit.TargetInstance, audit.TargetInstanceProfile, audit.TargetTaskDefinition, audit.TargetPodIdentity}
	switch {
	case slices.Contains(kinds, t.target.Kind):
		return "a render function cannot run as " + t.target.String()
	case t.target.Kind == audit.TargetFunction && !isRenderFunction(t.target.Name):
		return t.target.Name + " is not a render function"
	}
	return ""
}

// isRenderFunction reports the name or ARN of a function that Remotion deploys.
func isRenderFunction(name string) bool {
	if _, after, ok := strings.Cut(name, ":function:"); ok {
		name = after
	}
	return strings.HasPrefix(name, renderPrefix)
}
