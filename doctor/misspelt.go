package doctor

import (
	"context"
	"errors"

	"remotion-doctor/audit"
	"remotion-doctor/internal/spelling"
	"remotion-doctor/source"
)

// resolved finds the principal behind a target. The error about a role or function
// that is not there names the one that was meant, where a name is near.
func (j *job) resolved(ctx context.Context, t audit.Target) (source.Resolution, error) {
	found, err := j.source.Resolve(ctx, t)
	e, ok := errors.AsType[*source.Error](err)
	if !ok || e.Kind != source.KindNotFound {
		return found, err
	}
	if near := spelling.Nearest(t.Name, j.namesLike(ctx, t.Kind)); near != "" && near != t.Name {
		meant := *e
		meant.Hint = "did you mean " + near + "?"
		if e.Hint != "" {
			meant.Hint += " Else " + e.Hint
		}
		return found, &meant
	}
	return found, err
}

// namesLike are the names of the account's roles or functions; none where they
// cannot be listed.
func (j *job) namesLike(ctx context.Context, kind audit.TargetKind) []string {
	switch kind {
	case audit.TargetRole:
		names, _ := j.source.RoleNames(ctx) // it is only for the hint
		return names
	case audit.TargetFunction:
		var out []string
		for _, region := range append(j.Regions[:len(j.Regions):len(j.Regions)], j.source.Region()) {
			if region == "" {
				continue
			}
			functions, _ := j.source.Functions(ctx, region, "") // it is only for the hint
			for _, f := range functions {
				out = append(out, f.FunctionName)
			}
		}
		return out
	}
	return nil
}
