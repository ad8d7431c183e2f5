package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
	"remotion-doctor/remedy"
)

// fixes audits the targets and makes a remedy for each principal. Targets that
// act as the same principal get one together.
func (j *job) fixes(ctx context.Context, f *fixFlags) ([]*fix, error) {
	var out []*fix
	for _, t := range j.tasks {
		s := j.section(ctx, t)
		if s.Error != nil {
			return nil, &failure{s.Error.ExitCode, s.Error.Message, s.Error.Hint}
		}
		i := slices.IndexFunc(out, func(x *fix) bool { return x.principal.ARN == s.Principal.ARN })
		if i < 0 {
			i = len(out)
			out = append(out, &fix{target: s.Target, principal: s.Principal, replaces: f.replace})
		}
		out[i].take(t, &s)
	}
	for _, x := range out {
		if err := j.within(x.tasks[0]).remedy(ctx, x, f); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// take adds what came of one requirement.
func (x *fix) take(t task, s *audit.Section) {
	name := s.Requirement.Name
	if v := s.Requirement.Version; v != "" {
		name = "Remotion " + v + " " + name + " policy"
	}
	x.names, x.tasks = append(x.names, name), append(x.tasks, t)
	x.findings = append(x.findings, s.Findings...)
	x.obstacles = append(x.obstacles, s.Obstacles...)
	x.before = audit.Summarize(x.findings)
	for _, n := range s.Notes {
		if !slices.Contains(x.notes, n) {
			x.notes = append(x.notes, n)
		}
	}
}

// remedy sets the change of a fix, verified.
func (j *job) remedy(ctx context.Context, x *fix, f *fixFlags) error {
	if x.replaces && x.principal.Type() != "role" {
		return usage("a user's groups would stay as they are", "--replace is about roles, not about %s", x.principal.ARN)
	}
	holding, err := j.holding(ctx, x.principal)
	if err != nil {
		if x.replaces {
			return fmt.Errorf("--replace must know what it replaces: %w", err)
		}
		x.notes = append(x.notes, "what is attached could not be read: a policy named "+f.name+" would be overwritten if there is one ("+asFailure(err).msg+")")
	}
	x.holding = holding
	options := remedy.Options{Documented: f.documented || f.requirement.strict, All: x.replaces}
	if err := j.place(ctx, x, f, options); err != nil {
		return err
	}
	if x.change != nil && !x.verified && !options.Whole && !x.replaces {
		// What the evidence showed as granted was not all granted.
		options.Whole = true
		if err := j.place(ctx, x, f, options); err != nil {
			return err
		}
	}
	return j.lift(ctx, x)
}

// place makes the change, and evaluates it as if it were made.
func (j *job) place(ctx context.Context, x *fix, f *fixFlags, o remedy.Options) error {
	x.grants, x.change = remedy.Grants(x.findings, o), nil
	if x.grants == nil {
		return nil
	}
	h := x.holding
	if h == nil {
		h = &remedy.Holding{Kind: x.principal.Type(), Name: x.principal.Name(), ARN: x.principal.ARN}
	}
	at := remedy.Placement{Name: f.name, Managed: f.managed}
	var err error
	if x.replaces {
		x.change, err = remedy.Replace(x.grants, h, at, f.keep)
	} else {
		x.change, err = remedy.Attach(x.grants, h, at)
	}
	if e, ok := errors.AsType[*remedy.QuotaError](err); ok {
		return &failure{exitNotMet, e.Msg, e.Hint}
	}
	if err != nil {
		return err
	}
	if err := j.verifyFix(ctx, x, f.keep); err != nil {
		return err
	}
	if x.replaces {
		x.lost, err = j.lost(ctx, x, f.keep)
	}
	return err
}

// supposed are the policies that the principal would have by the change, and
// whether they are all.
func (x *fix) supposed(keep []string) (docs []*policy.Document, instead bool) {
	docs = x.change.Documents()
	if !x.replaces {
		return docs, false
	}
	for _, held := range slices.Concat(x.holding.Inline, x.holding.Attached) {
		if slices.Contains(keep, held.Name) || held.ARN != "" && slices.Contains(keep, held.ARN) {
			docs = append(docs, held.Document)
		}
	}
	return docs, true
}

// verifyFix evaluates every requirement with the change as if it were made.
func (j *job) verifyFix(ctx context.Context, x *fix, keep []string) error {
	again := *j
	again.excess = false
	again.supposing, again.instead = x.supposed(keep)
	var after []audit.Finding
	for _, t := range x.tasks {
		s := again.section(ctx, t)
		if s.Error != nil {
			return &failure{s.Error.ExitCode, "verifying the remedy: " + s.Error.Message, s.Error.Hint}
		}
		after = append(after, s.Findings...)
	}
	x.after = audit.Summarize(after)
	cured, still := remedy.Cured(x.findings, after)
	x.verified = cured && !worse(x.findings, after)
	for _, f := range still {
		note := fmt.Sprintf("with the remedy %s on %s would still not pass: %s", f.Action, f.Resource, f.Reason)
		if !slices.Contains(x.notes, note) {
			x.notes = append(x.notes, note)
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

// holding reads what is attached to the principal; the error says why it
// cannot be known.
func (j *job) holding(ctx context.Context, p iam.Principal) (*remedy.Holding, error) {
	var s *account.Snapshot
	switch source := j.source.(type) {
	case awsSource:
		read, err := source.ReadPrincipal(ctx, p)
		if err != nil {
			return nil, err
		}
		s = read
	case localSource:
		s = source.snapshot
	case *fileSource:
		if source.principal == "" {
			s = source.snapshot
		}
	}
	if s == nil {
		return &remedy.Holding{Kind: p.Type(), Name: p.Name(), ARN: p.ARN}, nil
	}
	return remedy.HoldingOf(s, p.Type(), p.Name())
}
