package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/eval"
	"remotion-doctor/source"
	"remotion-doctor/source/iac"
)

// A fileSource answers from files: a snapshot, template or plan, or policies
// alone, with further policies laid over them.
type fileSource struct {
	localSource
	overlay    overlay
	deployment *iac.Deployment // nil where the source is a snapshot
	principal  string          // of policy files
	notes      []string
}

// Resolve finds the principal behind a target.
func (s *fileSource) Resolve(ctx context.Context, t audit.Target) (source.Resolution, error) {
	out, err := s.resolve(ctx, t)
	out.Notes = append(out.Notes, s.notes...)
	return out, err
}

func (s *fileSource) resolve(ctx context.Context, t audit.Target) (source.Resolution, error) {
	switch {
	case t.Kind == audit.TargetFile:
		p, err := iam.NewPrincipal(s.principal)
		if err != nil {
			return source.Resolution{}, usage("it looks like arn:aws:iam::123456789012:role/name", "--principal: %v", err)
		}
		return source.Resolution{Principal: p}, nil
	case s.deployment == nil:
		return s.localSource.Resolve(ctx, t)
	}
	if t.Kind == audit.TargetRenderer {
		t.Kind = audit.TargetRole
	}
	found, err := s.deployment.Resolve(t)
	if err != nil {
		return source.Resolution{}, fileFailure(err)
	}
	p, err := iam.NewPrincipal(found.ARN)
	return source.Resolution{Principal: p, Location: &found.Location}, err
}

// policies returns the principal's policies with those that are laid over them.
func (s *fileSource) policies(_ context.Context, p iam.Principal) (eval.Policies, error) {
	if s.principal != "" {
		return s.overlay.over(eval.Policies{}), nil
	}
	own, err := s.Policies(p.ARN)
	return s.overlay.over(own), err
}

// Evaluate implements [iam.Evaluator].
func (s *fileSource) Evaluate(ctx context.Context, p iam.Principal, probes []iam.Probe) ([]iam.Verdict, error) {
	own, err := s.policies(ctx, p)
	if err != nil {
		return nil, err
	}
	return eval.NewEvaluator(p.ARN, own.As(p)).Evaluate(ctx, probes)
}

// openFiles gives the job its offline source, and its tasks a source each where
// the regions differ.
func (a *app) openFiles(j *job, f *sourceFlags) (*fileSource, error) {
	o, err := f.overlay()
	if err != nil {
		return nil, err
	}
	switch {
	case len(f.policies) > 0:
		return j.openPolicies(o, &f.fileFlags)
	case len(f.paths()) > 0:
		return j.openDeployments(o, &f.fileFlags)
	}
	s, err := readSnapshot(f.snapshot)
	if err != nil {
		return nil, err
	}
	return newFileSource(s, o, &f.fileFlags)
}

func newFileSource(s *account.Snapshot, o overlay, f *fileFlags) (*fileSource, error) {
	library, err := f.library()
	if err != nil {
		return nil, err
	}
	notes := library.Complete(s)
	local, err := newLocalSource(s)
	return &fileSource{localSource: local, overlay: o, notes: slices.Concat(o.notes, notes, gapNotes(s))}, err
}

// gapNotes tell what a snapshot lacks.
func gapNotes(s *account.Snapshot) []string {
	var out []string
	for _, g := range s.Gaps {
		out = append(out, fmt.Sprintf("the snapshot lacks what %s tells (%s): %s", g.Operation, g.Reason, g.Affects))
	}
	return out
}

// openPolicies makes the source of policy files, which are a target by
// themselves.
func (j *job) openPolicies(o overlay, f *fileFlags) (*fileSource, error) {
	for i := range j.tasks {
		if j.tasks[i].target.Kind != audit.TargetCaller {
			return nil, usage("say whose the policies are with --principal ARN", "--policy and a target exclude each other")
		}
		j.tasks[i].target = audit.Target{Kind: audit.TargetFile, Name: f.policies[0]}
		if n := len(f.policies); n > 1 {
			j.tasks[i].target.Name = fmt.Sprintf("%s and %d more", f.policies[0], n-1)
		}
	}
	s, err := newFileSource(&account.Snapshot{}, o, f)
	if err != nil {
		return nil, err
	}
	var notes []string
	s.principal, notes = o.assumedPrincipal(f)
	s.notes = append(s.notes, notes...)
	return s, nil
}

// openDeployments makes the sources of templates and plans, one for each file
// and each region in which it differs.
func (j *job) openDeployments(o overlay, f *fileFlags) (*fileSource, error) {
	asked := j.tasks
	j.tasks = nil
	var first *fileSource
	var missing error
	for _, path := range f.paths() {
		regionals, err := f.deployments(path, j.regions)
		if err != nil {
			return nil, err
		}
		for _, r := range regionals {
			s, err := newDeploymentSource(r.deployment, o, f)
			if err != nil {
				return nil, err
			}
			if first == nil {
				first = s
			}
			tasks, err := s.tasks(asked, r.regions)
			if err != nil && len(f.files) < 2 {
				return nil, err
			}
			if err != nil {
				missing = err // of several files not each has everything
			}
			j.tasks = append(j.tasks, tasks...)
		}
	}
	if len(j.tasks) == 0 {
		return nil, missing
	}
	slices.SortStableFunc(j.tasks, func(a, b task) int { return place(asked, a) - place(asked, b) })
	return first, nil
}

// place is where a task was asked for.
func place(asked []task, t task) int {
	return slices.IndexFunc(asked, func(a task) bool { return a.target == t.target && a.requirement == t.requirement })
}

func newDeploymentSource(d *iac.Deployment, o overlay, f *fileFlags) (*fileSource, error) {
	s, err := newFileSource(d.Snapshot, o, f)
	if err != nil {
		return nil, err
	}
	s.deployment = d
	s.notes = append(s.notes, d.Notes...)
	if d.Snapshot.AccountID == iac.UnknownAccount {
		s.notes = append(s.notes, accountNote)
	}
	return s, nil
}

// tasks are those that concern the deployment; the error says what it does not
// hold.
func (s *fileSource) tasks(asked []task, regions []string) (out []task, err error) {
	for _, t := range asked {
		switch t.target.Kind {
		case audit.TargetCaller:
			if t.target, err = chooseTarget(s.deployment); err != nil {
				return out, err
			}
		case audit.TargetRenderer:
		default:
			if _, err := s.deployment.Resolve(t.target); isMissing(err) {
				return out, fileFailure(err)
			}
		}
		t.source, t.regions = s, regions
		out = append(out, t)
	}
	return out, nil
}

func isMissing(err error) bool {
	_, ok := errors.AsType[*iac.NotFoundError](err)
	return ok
}

// within is the job with what is the task's own.
func (j *job) within(t task) *job {
	if t.source == nil {
		return j
	}
	own := *j
	own.source = t.source
	if len(t.regions) > 0 {
		own.regions = t.regions
	}
	return &own
}
