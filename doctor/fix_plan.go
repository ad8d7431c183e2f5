package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
	"remotion-doctor/remedy"
	"remotion-doctor/source"
)

// fixes audits the targets and makes a remedy for each principal. Targets that
// act as the same principal get one together.
func (j *job) fixes(ctx context.Context, f *FixOptions) ([]*Remedy, error) {
	var out []*Remedy
	for _, t := range j.tasks {
		s := j.section(ctx, t)
		if s.Error != nil {
			return nil, s.Error
		}
		i := slices.IndexFunc(out, func(x *Remedy) bool { return x.Principal.ARN == s.Principal.ARN && x.file == fileOf(&s) })
		if i < 0 {
			i = len(out)
			out = append(out, &Remedy{Target: s.Target, Principal: s.Principal, Replaces: f.Replace, file: fileOf(&s)})
		}
		out[i].take(t, &s, j.pack().Name)
	}
	for _, x := range out {
		if err := j.within(x.tasks[0]).remedy(ctx, x, f); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// fileOf is the file that declares a section's principal: two files may make
// stand-ins of the same name.
func fileOf(s *audit.Section) string {
	if s.Location == nil {
		return ""
	}
	return s.Location.File
}

// take adds what came of one requirement. A finding that a gap made unknown is not cured by a grant: the notes say so.
func (x *Remedy) take(t task, s *audit.Section, product string) {
	name := s.Requirement.Name
	if v := s.Requirement.Version; v != "" {
		name = product + " " + v + " " + name + " policy"
	}
	x.Requirements, x.tasks = append(x.Requirements, name), append(x.tasks, t)
	x.Findings = append(x.Findings, s.Findings...)
	x.Obstacles = append(x.Obstacles, s.Obstacles...)
	x.Before = audit.Summarize(x.Findings)
	if i := slices.IndexFunc(s.Gaps, func(g iam.Gap) bool { return g.Kind == iam.GapIncomplete }); i >= 0 && x.Unfinished == nil {
		x.Unfinished = &s.Gaps[i]
	}
	for _, n := range slices.Concat(s.Notes, undecidedFor(s.Findings)) {
		if !slices.Contains(x.Notes, n) {
			x.Notes = append(x.Notes, n)
		}
	}
}

// undecidedFor says what was not read, once for each gap that left a finding
// open.
func undecidedFor(findings []audit.Finding) []string {
	var out []string
	for i := range findings {
		if g := findings[i].Gap; g != nil {
			note := "not decided, and not part of the remedy: what depends on " + g.String()
			if g.Hint != "" {
				note += "; " + g.Hint
			}
			out = append(out, note)
		}
	}
	return slices.Compact(out)
}

// remedy sets the change of a fix, verified.
func (j *job) remedy(ctx context.Context, x *Remedy, f *FixOptions) error {
	if x.Replaces && x.Principal.Type() != "role" {
		return invalid("a user's groups would stay as they are", "only a role's policies can be replaced, not those of %s", x.Principal.ARN)
	}
	holding, err := j.holdingOf(ctx, x)
	if err != nil {
		if x.Replaces {
			return fmt.Errorf("reading what would be replaced: %w", err)
		}
		x.Notes = append(x.Notes, "what is attached could not be read: a policy named "+f.Name+" would be overwritten if there is one ("+messageOf(err)+")")
	}
	x.Holding = holding
	options := remedy.Options{Documented: f.Documented || f.Strict, All: x.Replaces}
	if err := j.place(ctx, x, f, options); err != nil {
		return err
	}
	if x.Change != nil && !x.Verified && !options.Whole && !x.Replaces {
		// What the evidence showed as granted was not all granted.
		options.Whole = true
		if err := j.place(ctx, x, f, options); err != nil {
			return err
		}
	}
	return j.lift(ctx, x)
}

// place makes the change, and evaluates it as if it were made.
func (j *job) place(ctx context.Context, x *Remedy, f *FixOptions, o remedy.Options) error {
	x.Grants, x.Change = remedy.Grants(x.Findings, o), nil
	if x.Grants == nil {
		return nil
	}
	h := x.Holding
	if h == nil {
		h = &remedy.Holding{Kind: x.Principal.Type(), Name: x.Principal.Name(), ARN: x.Principal.ARN}
	}
	at := remedy.Placement{Name: f.Name, Managed: f.Managed}
	var err error
	if x.Replaces {
		x.Change, err = remedy.Replace(x.Grants, h, at, f.Keep)
	} else {
		x.Change, err = remedy.Attach(x.Grants, h, at)
	}
	if err != nil {
		return err
	}
	if err := j.verifyFix(ctx, x, f); err != nil {
		return err
	}
	if x.Replaces {
		x.Lost, err = j.lost(ctx, x, f)
	}
	return err
}

// supposed are the policies that the principal would have by the change, and
// whether they are all.
func (x *Remedy) supposed(f *FixOptions) (docs []*policy.Document, instead bool) {
	docs = x.Change.Documents()
	if !x.Replaces {
		return docs, false
	}
	for _, held := range slices.Concat(x.Holding.Inline, x.Holding.Attached) {
		if f.keeps(held.Name, held.ARN) {
			docs = append(docs, held.Document)
		}
	}
	return docs, true
}

// verifyFix evaluates every requirement with the change as if it were made.
func (j *job) verifyFix(ctx context.Context, x *Remedy, f *FixOptions) error {
	again := *j
	again.Excess = false
	again.supposing, again.instead = x.supposed(f)
	var after []audit.Finding
	for _, t := range x.tasks {
		s := again.section(ctx, t)
		if s.Error != nil {
			return fmt.Errorf("verifying the remedy: %w", s.Error)
		}
		after = append(after, s.Findings...)
	}
	x.After = audit.Summarize(after)
	cured, still := remedy.Cured(x.Findings, after)
	x.Verified = cured && !worse(x.Findings, after)
	for _, f := range still {
		note := fmt.Sprintf("with the remedy %s on %s would still not pass: %s", f.Action, f.Resource, f.Reason)
		if !slices.Contains(x.Notes, note) {
			x.Notes = append(x.Notes, note)
		}
	}
	return nil
}

// worse reports whether something that passed does not any more.
func worse(before, after []audit.Finding) bool {
	passed := map[[3]string]bool{}
	for i := range before {
		f := &before[i]
		passed[[3]string{f.Action, f.Resource, f.Sid}] = f.Status == audit.Pass
	}
	return slices.ContainsFunc(after, func(f audit.Finding) bool {
		return passed[[3]string{f.Action, f.Resource, f.Sid}] && f.Status != audit.Pass
	})
}

// holdingOf is the holding of a remedy's principal. Policies that could not be
// read after all retries of the check are not asked for again.
func (j *job) holdingOf(ctx context.Context, x *Remedy) (*remedy.Holding, error) {
	if g := x.Unfinished; g != nil && ownUnread(g) {
		return nil, wholly([]iam.Gap{*g}, x.Principal)
	}
	return j.holding(ctx, x.Principal)
}

// holding reads what is attached to the principal; the error says why it
// cannot be known.
func (j *job) holding(ctx context.Context, p iam.Principal) (*remedy.Holding, error) {
	s, err := j.source.Principal(ctx, p)
	if e, ok := errors.AsType[*source.Error](err); ok && e.Kind == source.KindNotHeld {
		return &remedy.Holding{Kind: p.Type(), Name: p.Name(), ARN: p.ARN}, nil
	}
	if err != nil {
		return nil, err
	}
	if err := wholly(s.Unread[p.ARN], p); err != nil {
		return nil, err
	}
	return remedy.HoldingOf(s, p.Type(), p.ARN)
}

// wholly is the error for what was not read of a principal: a change has to
// know all that is attached.
func wholly(gaps []iam.Gap, p iam.Principal) error {
	for i := range gaps {
		if g := &gaps[i]; g.Kind != iam.GapAssumption {
			kind := source.KindDenied
			if g.Kind == iam.GapIncomplete {
				kind = source.KindUnavailable
			}
			return &source.Error{Op: "reading the policies of " + p.ARN, Kind: kind, Msg: g.String(), Hint: g.Hint}
		}
	}
	return nil
}
