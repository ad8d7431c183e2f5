package doctor

import (
	"context"
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
	"remotion-doctor/remedy"
)

// lost lists what the principal may do now and could not any more: for each
// statement the actions that are allowed on its resources today and not by the
// change.
func (j *job) lost(ctx context.Context, x *Remedy, f *FixOptions) ([]string, error) {
	policies, err := j.source.Policies(ctx, x.Principal)
	if err != nil {
		return nil, err
	}
	supposed := x.Principal
	supposed.Supposing, supposed.Instead = x.supposed(f)
	l := &losing{now: eval.Compile(x.Principal.ARN, policies.As(x.Principal)), then: eval.Compile(x.Principal.ARN, policies.As(supposed)), required: map[string]bool{}}
	for i := range x.Findings {
		l.required[x.Findings[i].Action] = true
	}
	var out []string
	for i := range policies.Identity {
		p := &policies.Identity[i]
		if f.keeps(p.Name, p.ARN) {
			continue
		}
		for n := range p.Document.Statements {
			if text := l.statement(&p.Document.Statements[n]); text != "" {
				out = append(out, text+" (policy "+p.Name+")")
			}
		}
	}
	if n := len(l.narrowed); n > 0 {
		slices.Sort(l.narrowed)
		l.narrowed = slices.Compact(l.narrowed)
		out = append(out, "beyond this account, these Regions and names: "+strings.Join(l.narrowed, ", "))
	}
	return out, nil
}

// A losing compares what is allowed now and then.
type losing struct {
	now, then *eval.Compiled
	// required are the actions that the change grants, narrowed are those of
	// them that it grants on less than now.
	required map[string]bool
	narrowed []string
}

// statement says what of an Allow would be lost; nothing for a Deny.
func (l *losing) statement(s *policy.Statement) string {
	if s.Effect == policy.Deny {
		return ""
	}
	if s.NotAction || s.NotResource {
		return remedy.AllowInWords(s)
	}
	var patterns []string
	for _, pattern := range s.Actions {
		if pattern == "*" {
			return remedy.AllowInWords(s) + ", beyond what stays"
		}
		names := actions.Expand(pattern)
		if len(names) == 0 {
			names = []string{pattern}
		}
		gone := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !l.loses(name, s.Resources) })
		all := len(gone) == len(names)
		gone = slices.DeleteFunc(gone, func(name string) bool {
			if l.required[name] {
				l.narrowed = append(l.narrowed, name)
			}
			return l.required[name]
		})
		switch {
		case all && len(gone) == len(names):
			patterns = append(patterns, pattern)
		default:
			patterns = append(patterns, gone...)
		}
	}
	if len(patterns) == 0 {
		return ""
	}
	return strings.Join(patterns, ", ") + " on " + strings.Join(s.Resources, ", ")
}

// loses reports whether something of the resources is allowed now and not
// then. The pattern itself is asked about, and a name in it.
func (l *losing) loses(action string, resources []string) bool {
	for _, r := range resources {
		for _, name := range []string{r, strings.NewReplacer("*", "example", "?", "x").Replace(policy.CompleteARN(r))} {
			p := iam.Probe{Action: action, Resource: name, OwnerAllows: true}
			if l.now.Decide(l.now.Prepare(p, "")) == iam.Allowed && l.then.Decide(l.then.Prepare(p, "")) != iam.Allowed {
				return true
			}
		}
	}
	return false
}
