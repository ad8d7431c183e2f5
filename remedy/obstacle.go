package remedy

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// Obstacles returns what stops blocked findings: one for each layer and
// deciding statement, in the order in which the findings come.
func Obstacles(findings []audit.Finding) []audit.Obstacle {
	out := []audit.Obstacle{}
	index := map[string]int{}
	for i := range findings {
		f := &findings[i]
		if f.Status != audit.Blocked || f.Use == audit.UseUnused {
			continue
		}
		reason := strings.TrimSuffix(f.Reason, " (a part of it)")
		key := string(f.Layer) + "\n" + reason
		n, ok := index[key]
		if !ok {
			n = len(out)
			index[key] = n
			out = append(out, audit.Obstacle{Resource: f.NotGranted, Layer: f.Layer, Statements: f.Statements, Reason: reason, Advice: advice(f)})
		}
		if !slices.Contains(out[n].Actions, f.Action) {
			out[n].Actions = append(out[n].Actions, f.Action)
			slices.Sort(out[n].Actions)
		}
	}
	return out
}

// advice says who can lift an obstacle, and by what.
func advice(f *audit.Finding) string {
	deny := len(f.Statements) > 0
	switch f.Layer {
	case iam.LayerBoundary:
		if deny {
			return "ask who owns the permissions boundary to remove or narrow this Deny"
		}
		return "ask who owns the permissions boundary to allow these actions in it"
	case iam.LayerSCP:
		return "ask the administrator of the AWS organization to except this principal, or to allow these actions for the account"
	case iam.LayerRCP:
		return "ask the administrator of the AWS organization to except this principal from the resource control policy"
	case iam.LayerSession:
		return "change the session policy that the role is assumed with"
	case iam.LayerResource:
		return "change the policy of the resource"
	}
	if len(f.Statements) > 0 && f.Statements[0].Sid != "" {
		return fmt.Sprintf("remove or narrow the statement %q; no grant outweighs a Deny", f.Statements[0].Sid)
	}
	return "remove or narrow the Deny; no grant outweighs it"
}
