package doctor

import (
	"context"
	"fmt"
	"slices"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
	"remotion-doctor/remedy"
	"remotion-doctor/source"
)

// FixOptions say how the remedy of [Fix] is made; the Options say of what.
type FixOptions struct {
	Options
	// Name is that of the policy to write; empty for the default one. Where the
	// principal has a policy of this name, what is missing is added to it.
	Name string
	// Managed makes a managed policy instead of an inline one.
	Managed bool
	// Documented grants the resources as they are documented, for every account,
	// Region and name.
	Documented bool
	// Replace makes the whole policy that the role should have, instead of all
	// that it has but for the policies in Keep, by name or ARN.
	Replace bool
	Keep    []string
}

// A Remedy is what one principal lacks, and the policy that grants it.
type Remedy struct {
	Target       audit.Target
	Principal    iam.Principal
	Requirements []string // in words
	Findings     []audit.Finding
	Obstacles    []audit.Obstacle // what no grant cures
	Notes        []string

	// Holding is what is attached now; nil where it could not be read.
	Holding *remedy.Holding
	// Grants is what is missing or, with Replace, the whole policy.
	Grants *policy.Document
	// Change is nil where there is nothing to grant.
	Change *remedy.Change
	Before audit.Summary
	After  audit.Summary
	// Verified says that what a grant can cure passes with the remedy.
	Verified bool
	Replaces bool
	// Lost is what would stop working.
	Lost []string
	// Unfinished is what another try may read, and this one could not: the
	// remedy may lack what depends on it. Nil where there is none.
	Unfinished *iam.Gap

	tasks []task
	file  string // that declares the principal
}

// Fix audits the targets and works out a remedy for each principal, evaluated
// as if it were attached. Targets that act as the same principal get one
// together. Nothing is written.
func Fix(ctx context.Context, o FixOptions) ([]*Remedy, error) {
	if o.Name == "" {
		o.Name = remedy.DefaultName
	}
	j := newJob(&o.Options)
	j.findRenderers(ctx)
	return j.fixes(ctx, &o)
}

// Recheck audits the principal of a remedy once more, as after a write, and
// names the first thing that should pass and does not; empty if all pass.
func (x *Remedy) Recheck(ctx context.Context, o Options) (string, error) {
	j := newJob(&o)
	var now []audit.Finding
	for _, t := range x.tasks {
		s := j.section(ctx, t)
		if s.Error != nil {
			return "", fmt.Errorf("checking again: %w", s.Error)
		}
		now = append(now, s.Findings...)
	}
	x.After = audit.Summarize(now)
	if ok, still := remedy.Cured(x.Findings, now); !ok {
		return still[0].Action + " of " + x.Principal.ARN, nil
	}
	return "", nil
}

// Resolve finds the principal of the only target, of several renderers the
// first.
func Resolve(ctx context.Context, o Options) (source.Resolution, error) {
	if len(o.Targets) != 1 {
		return source.Resolution{}, invalid("name one", "this needs one principal, not %d", len(o.Targets))
	}
	j := newJob(&o)
	t := o.Targets[0]
	return j.within(task{source: t.Source, regions: t.Regions}).find(ctx, t.Target)
}

// Cures reports whether everything passes with the remedy.
func (x *Remedy) Cures() bool {
	if x.Change == nil {
		return x.Before.Met() == x.Before.Total()
	}
	return x.Verified && x.After.Met() == x.After.Total()
}

// Left reports what remedies leave: a gap for which it is not known whether all
// is cured, and whether everything passes with them.
func Left(list []*Remedy) (unknown *iam.Gap, cured bool) {
	cured = true
	for _, x := range list {
		if x.Unfinished != nil && unknown == nil {
			unknown = x.Unfinished
		}
		cured = cured && x.Cures()
	}
	return unknown, cured
}

// Outcome says in a line what the remedy comes to.
func (x *Remedy) Outcome() string {
	total := x.Before.Total()
	switch {
	case x.Unfinished != nil:
		return fmt.Sprintf("the check is incomplete: %d of %d are known to pass", x.Before.Pass, total)
	case x.Change == nil && x.Before.Pass == total:
		return fmt.Sprintf("all %d pass; nothing to grant", total)
	case x.Change == nil && x.Before.Met() == total:
		return fmt.Sprintf("%d of %d pass; nothing to grant", x.Before.Pass, total) + neverCalled(x.Before)
	case x.Change == nil:
		return fmt.Sprintf("%d of %d pass, and no grant cures the others", x.Before.Pass, total)
	case x.Verified && x.Change.InFile():
		return fmt.Sprintf("%d of %d would pass with this policy, evaluated as if attached", x.After.Pass, x.After.Total()) + neverCalled(x.After)
	case x.Verified:
		return fmt.Sprintf("verified: %d of %d pass with this policy", x.After.Pass, x.After.Total()) + neverCalled(x.After)
	}
	return fmt.Sprintf("not verified: with this policy only %d of %d pass", x.After.Pass, x.After.Total())
}

// neverCalled says why not all pass where nothing is missing.
func neverCalled(s audit.Summary) string {
	if s.Unused == 0 {
		return ""
	}
	return fmt.Sprintf("; %d never called", s.Unused)
}

// keeps reports whether a policy is one of those that Replace leaves.
func (o *FixOptions) keeps(name, arn string) bool {
	return slices.Contains(o.Keep, name) || arn != "" && slices.Contains(o.Keep, arn)
}
