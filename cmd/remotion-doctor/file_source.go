package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/account"
	"remotion-doctor/audit"
	"remotion-doctor/awsapi"
	"remotion-doctor/eval"
	"remotion-doctor/iac"
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
func (s *fileSource) Resolve(ctx context.Context, t audit.Target) (awsapi.Resolution, error) {
	out, err := s.resolve(ctx, t)
	out.Notes = append(out.Notes, s.notes...)
	return out, err
}

func (s *fileSource) resolve(ctx context.Context, t audit.Target) (awsapi.Resolution, error) {
	switch {
	case t.Kind == audit.TargetFile:
		p, err := audit.NewPrincipal(s.principal)
		if err != nil {
			return awsapi.Resolution{}, usage("it looks like arn:aws:iam::123456789012:role/name", "--principal: %v", err)
		}
		return awsapi.Resolution{Principal: p}, nil
	case s.deployment == nil:
		return s.localSource.Resolve(ctx, t)
	}
	if t.Kind == audit.TargetRenderer {
		t.Kind = audit.TargetRole
	}
	found, err := s.deployment.Resolve(t)
	if err != nil {
		return awsapi.Resolution{}, fileFailure(err)
	}
	p, err := audit.NewPrincipal(found.ARN)
	return awsapi.Resolution{Principal: p, Location: &found.Location}, err
}

// policies returns the principal's policies with those that are laid over them.
func (s *fileSource) policies(_ context.Context, p audit.Principal) (eval.Policies, error) {
	if s.principal != "" {
		return s.overlay.over(eval.Policies{}), nil
	}
	own, err := s.Policies(p.ARN)
	return s.overlay.over(own), err
}

// Evaluate implements [audit.Evaluator].
func (s *fileSource) Evaluate(ctx context.Context, p audit.Principal, probes []audit.Probe) ([]audit.Verdict, error) {
	own, err := s.policies(ctx, p)
	if err != nil {
		return nil, err
	}
	return eval.NewEvaluator(p.ARN, own.As(p)).Evaluate(ctx, probes)
}

// unread are the layers whose policies no file tells.
func (s *fileSource) unread() map[audit.Layer]string {
	out := s.localSource.unread()
	if s.overlay.scps != nil {
		delete(out, audit.LayerSCP)
	}
	if s.overlay.rcps != nil {
		delete(out, audit.LayerRCP)
	}
	for layer := range out {
		if s.deployment == nil && s.principal == "" {
			break
		}
		out[layer] = strings.Replace(out[layer], "the snapshot holds", "the files hold", 1)
	}
	return out
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
	case f.template != "" || f.plan != "":
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

// openDeployments makes the source of a template or plan, one for each region
// in which it differs.
func (j *job) openDeployments(o overlay, f *fileFlags) (*fileSource, error) {
	regionals, err := f.deployments(j.regions)
	if err != nil {
		return nil, err
	}
	var first *fileSource
	var tasks []task
	for _, r := range regionals {
		s, err := newFileSource(r.deployment.Snapshot, o, f)
		if err != nil {
			return nil, err
		}
		s.deployment = r.deployment
		s.notes = append(s.notes, r.deployment.Notes...)
		if r.deployment.Snapshot.AccountID == iac.UnknownAccount {
			s.notes = append(s.notes, accountNote)
		}
		if first == nil {
			first = s
		}
		for _, t := range j.tasks {
			if t.target.Kind == audit.TargetCaller {
				if t.target, err = chooseTarget(r.deployment); err != nil {
					return nil, err
				}
			}
			t.source, t.regions = s, r.regions
			tasks = append(tasks, t)
		}
	}
	slices.SortStableFunc(tasks, func(a, b task) int { return slices.Index(j.names(), a.name()) - slices.Index(j.names(), b.name()) })
	j.tasks = tasks
	return first, nil
}

// name tells tasks apart.
func (t task) name() string {
	return string(t.target.Kind) + "\x00" + t.target.Name + "\x00" + t.requirement
}

func (j *job) names() []string {
	var out []string
	for _, t := range j.tasks {
		out = append(out, t.name())
	}
	return out
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
