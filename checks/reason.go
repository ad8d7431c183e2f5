package checks

import (
	"fmt"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// blockedReason says in words what stops a request, with the name that one
// would search for.
func blockedReason(v *iam.Verdict) string {
	layer := layerOf(v)
	if v.Decision == iam.ExplicitDeny && len(v.Matched) > 0 {
		return DenyTitle(v.Matched[0])
	}
	explicit := v.Decision == iam.ExplicitDeny
	switch {
	case layer == iam.LayerBoundary && !explicit:
		return "the permissions boundary does not allow it"
	case layer == iam.LayerSCP && !explicit:
		return "no service control policy of a level allows it"
	case layer == iam.LayerIdentity:
		return "an explicit Deny forbids it"
	case explicit:
		return "a " + layer.Title() + " denies it"
	default:
		return "the " + layer.Title() + " does not allow it"
	}
}

// DenyTitle names a denying statement: Deny "NoDeletes" in policy guard.
func DenyTitle(s iam.StatementRef) string {
	where := "policy " + s.Policy
	if s.Layer != iam.LayerIdentity && s.Layer != "" {
		where = s.Layer.Title() + " " + s.Policy
	}
	switch {
	case s.Sid != "":
		return fmt.Sprintf("Deny %q in %s", s.Sid, where)
	case s.Index >= 0:
		return fmt.Sprintf("Deny in statement %d of %s", s.Index+1, where)
	default:
		return fmt.Sprintf("Deny at %s of %s", s.Start, where)
	}
}

// dependsOn says which keys a decision hangs on, and what the policies compare
// them with. Values that only the deployment will tell cannot be given as
// context.
func dependsOn(v *iam.Verdict) string {
	var values, given []string
	for _, key := range v.MissingContext {
		if name, ok := policy.IsUnknown(key); ok {
			values = append(values, name)
		} else {
			given = append(given, key+comparisons(key, v.Deciders))
		}
	}
	switch {
	case len(values) == 0:
		return "depends on " + JoinWords(given) + ": give it with --context"
	case len(given) == 0:
		return "depends on " + JoinWords(values) + unknownTill(values)
	}
	return "depends on " + JoinWords(given) + " (give it with --context) and on " + JoinWords(values) + unknownTill(values)
}

// unknownTill says when values will be known: those of a deployment with it, a
// managed policy's document when somebody gives it.
func unknownTill(values []string) string {
	for _, v := range values {
		if !strings.HasPrefix(v, "document of ") {
			return ", which is not known before the deploy"
		}
	}
	return ", which is not known: give it with --managed-policies"
}

// comparisons lists what the policies compare a key with.
func comparisons(key string, deciders []iam.Decider) string {
	var out []string
	for _, d := range deciders {
		if !strings.EqualFold(d.Key, key) || d.Operator == "" {
			continue
		}
		text := string(d.Effect) + " where " + d.Operator + " " + strings.Join(d.Values[:min(len(d.Values), 3)], ", ")
		if len(d.Values) > 3 {
			text += fmt.Sprintf(" and %d more", len(d.Values)-3)
		}
		out = append(out, text)
	}
	if len(out) == 0 {
		return ""
	}
	return " (" + strings.Join(out, "; ") + ")"
}

// elide shortens an ARN to where it differs from another: of
// arn:aws:lambda:us-east-1:123456789012:function:f and the same in eu-west-1 it
// leaves arn:…:us-east-1:….
func elide(arn, other string) string {
	a, b := strings.SplitAfter(arn, ":"), strings.SplitAfter(other, ":")
	start := 0
	for start < min(len(a), len(b))-1 && a[start] == b[start] {
		start++
	}
	end := 0
	for end < min(len(a), len(b))-start-1 && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	text := strings.Join(a[start:len(a)-end], "")
	if start > 1 {
		text = a[0] + "…:" + text
	} else {
		text = strings.Join(a[:start], "") + text
	}
	if end > 0 {
		text += "…"
	}
	return text
}
