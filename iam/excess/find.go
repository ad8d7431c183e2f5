package excess

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
)

// A Need is one action on one resource pattern that the principal needs, as a
// requirement documents it.
type Need struct{ Action, Resource string }

// A Question is a request that would be excessive.
type Question struct {
	Principal iam.Principal
	Regions   []string // those in use, for plausible examples
	// Context returns what is known of requests for an action.
	Context func(action string) iam.Context
	Needs   []Need
}

// Find returns what the principal's Allow statements grant beyond the needs:
// dangerous ones first, then by policy and statement. Only identity-based
// policies are looked at, for the others grant nothing. With the error
// [policy.ErrTooComplex] there may be more; any other is that of the context.
func Find(ctx context.Context, c *eval.Compiled, q Question) ([]iam.Excess, error) {
	f := &finder{Compiled: c, ctx: ctx, search: policy.NewFinder(work), q: q, needed: map[string]policy.Set{}}
	for _, n := range q.Needs {
		lower := strings.ToLower(n.Action)
		f.needed[lower] = append(f.needed[lower], policy.CompileResource(n.Resource))
	}
	for _, g := range c.AllGrants() {
		f.statement(g)
	}
	slices.SortStableFunc(f.found, func(a, b iam.Excess) int { return rank(a) - rank(b) })
	return f.found, f.err
}

// rank orders excesses for reading: what reaches everything first, then what
// reaches other identities, then the other dangers.
func rank(x iam.Excess) int {
	switch service, _, found := strings.Cut(x.Action, ":"); {
	case !x.Dangerous:
		return 3
	case !found || strings.Contains(x.Action, " "):
		return 0
	case service == "iam" || service == "sts":
		return 1
	}
	return 2
}

// work is the budget of all searches: there is one for each action and resource of
// each statement.
const work = 8 * policy.DefaultWork

type finder struct {
	*eval.Compiled
	ctx    context.Context
	search *policy.Finder
	err    error // why a search has no answer
	q      Question
	needed map[string]policy.Set // by action in lower case
	found  []iam.Excess
}

// statement looks at each action pattern of one Allow statement.
func (f *finder) statement(g eval.Grant) {
	s := g.Statement
	if s.NotAction {
		f.wildcard(g, "everything but "+strings.Join(s.Actions, ", "), except(s.Actions))
		return
	}
	for _, pattern := range s.Actions {
		if !strings.ContainsAny(pattern, "*?") {
			f.action(g, pattern)
			continue
		}
		f.wildcard(g, pattern, actions.Expand(pattern))
	}
}

// except returns all known actions but those that a pattern matches.
func except(patterns []string) []string {
	var globs []policy.Pattern
	for _, p := range patterns {
		globs = append(globs, policy.CompileGlob(strings.ToLower(p)))
	}
	return slices.DeleteFunc(actions.Expand("*"), func(name string) bool {
		return slices.ContainsFunc(globs, func(p policy.Pattern) bool { return p.Match(strings.ToLower(name)) })
	})
}

// action looks at one action of a statement: whether it is needed at all, and
// where.
func (f *finder) action(g eval.Grant, name string) {
	needed := f.needed[strings.ToLower(name)]
	pattern, example, ok := f.beyond(g, name, needed)
	if !ok {
		return
	}
	why := "no requirement needs it"
	if len(needed) > 0 {
		why = "it is needed on " + join(needed) + " alone"
	}
	x := iam.Excess{Statement: g.Ref, Action: name, Resource: pattern, Example: example, Why: why}
	if text, bad := danger(name); bad {
		x.Why, x.Dangerous = text+"; "+why, true
	}
	f.found = append(f.found, x)
}

// wildcard looks at the actions that one pattern represents. Dangerous ones
// are known one by one, unless the pattern is a whole service or all of them.
func (f *finder) wildcard(g eval.Grant, pattern string, names []string) {
	whole := strings.HasSuffix(pattern, "*") && len(pattern)-strings.LastIndexByte(pattern, ':') <= 2 || g.Statement.NotAction
	var rest []string
	var shown, worst iam.Excess // that of the first action, and that of the worst
	for _, name := range names {
		_, dangerous := danger(name)
		if len(f.needed[strings.ToLower(name)]) > 0 || dangerous && !whole {
			f.action(g, name)
			continue
		}
		resource, example, ok := f.beyond(g, name, nil)
		if !ok {
			continue
		}
		x := iam.Excess{Statement: g.Ref, Action: name, Resource: resource, Example: example, Dangerous: dangerous}
		if rest = append(rest, name); len(rest) == 1 {
			shown = x
		}
		if dangerous && (!worst.Dangerous || rank(x) < rank(worst)) {
			worst = x
		}
	}
	if len(rest) == 0 {
		return
	}
	why := fmt.Sprintf("matches %d actions that no requirement needs, such as %s", len(rest), some(rest))
	if worst.Dangerous {
		shown = worst
		text, _ := danger(worst.Action)
		why += fmt.Sprintf("; %s %s", worst.Action, text)
	}
	shown.Action, shown.Why = pattern, why
	f.found = append(f.found, shown)
}

func some(names []string) string {
	return strings.Join(names[:min(len(names), 2)], " and ")
}

func join(set policy.Set) string {
	out := make([]string, len(set))
	for i := range set {
		out[i] = set[i].String()
	}
	return strings.Join(out, " and ")
}

// beyond returns a resource that the statement grants for an action and that
// no need covers, with the pattern of the statement that does. All layers must
// allow it.
func (f *finder) beyond(g eval.Grant, action string, needed policy.Set) (pattern, example string, ok bool) {
	probe := iam.Probe{Action: action, Context: f.q.Context(action)}
	a, known := actions.Lookup(action)
	var types policy.Set
	if known {
		types = typesOf(a)
	}
	for _, where := range f.places(g, types) {
		example, ok, err := f.Search(f.ctx, f.search, g, probe, where.names, f.hints(where.pattern, types), types, needed)
		if err != nil {
			f.err = err
		}
		if ok {
			return where.pattern, example, true
		}
	}
	return "", "", false
}

// A place is a set of resources that a statement names.
type place struct {
	pattern string
	names   policy.Names
}

// places are the resources of the statement; of NotResource, and of a lone
// star, those of the types that the action works on.
func (f *finder) places(g eval.Grant, types policy.Set) []place {
	var out []place
	for _, r := range g.Statement.Resources {
		if r != "*" && !g.Statement.NotResource {
			out = append(out, place{r, policy.NamesOf(g.Expand(r))})
			continue
		}
		for i := range types {
			out = append(out, place{r, policy.NamesOf(types[i].String())})
		}
		out = append(out, place{r, policy.NameOf("*")})
	}
	return out
}

// typesOf returns the types of resources that an action works on, as patterns.
func typesOf(a actions.Action) policy.Set {
	var out policy.Set
	for _, t := range a.ResourceTypes {
		for form := range strings.SplitSeq(t.ARN, ",") {
			out = append(out, policy.CompileResource(actions.Pattern(strings.TrimSpace(form))))
		}
	}
	// The plain types before those of access points and the like.
	slices.SortStableFunc(out, func(a, b policy.Pattern) int { return len(a.String()) - len(b.String()) })
	return out
}

// hints are plausible names of a pattern: those of each type, and the pattern
// filled in.
func (f *finder) hints(pattern string, types policy.Set) []string {
	var out []string
	for i := range types {
		out = append(out, f.fill(types[i].String()))
	}
	filled := f.fill(pattern)
	return append(out, filled, filled+"/file")
}

// fill replaces the wildcards of a pattern: partition, region and account by
// the principal's own.
func (f *finder) fill(pattern string) string {
	a, ok := policy.ParseARN(policy.CompleteARN(pattern))
	if !ok {
		return pattern
	}
	set := func(field *string, value string) {
		if strings.ContainsAny(*field, "*?") {
			*field = value
		}
	}
	set(&a.Partition, f.q.Principal.Partition())
	set(&a.Region, f.q.Regions[0])
	set(&a.AccountID, f.q.Principal.AccountID)
	a.Resource = strings.ReplaceAll(strings.ReplaceAll(a.Resource, "?", "o"), "*", "other")
	return a.String()
}
