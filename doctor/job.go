package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
	"remotion-doctor/remedy"
	"remotion-doctor/source"
)

// A task is one target against one requirement.
type task struct {
	place       int // among the tasks that the options ask for
	target      audit.Target
	requirement string // caller, renderer or a file
	// source and regions are the task's own, where it has any.
	source  source.Source
	regions []string
	// role and functions are set for a renderer that was found: the role's ARN
	// or name, and the functions that run as it.
	role      string
	functions []account.Function
	unlisted  *iam.Gap // why functions may be missing
}

// A job is one run: the options, made ready.
type job struct {
	Options
	engine  audit.Engine
	source  source.Source
	tasks   []task
	scope   checks.Scope
	shared  *sharing
	callers []iam.Principal // audited so far as callers, by the place of their task; others are zero

	// supposing and instead are set to judge a remedy as if it were attached.
	supposing []*policy.Document
	instead   bool
}

// within is the job with what is the task's own.
func (j *job) within(t task) *job {
	if t.source == nil {
		return j
	}
	own := *j
	own.source = t.source
	if len(t.regions) > 0 {
		own.Regions = t.regions
	}
	return &own
}

// section audits one target. An error that concerns only this target becomes
// part of the section, so that the others still come out.
func (j *job) section(ctx context.Context, t task) audit.Section {
	j = j.within(t)
	before := j.source.Usage()
	s := audit.Section{
		Target: t.target, Regions: []string{}, Modules: []audit.Module{}, Findings: []audit.Finding{},
		Operations: []audit.Operation{}, Obstacles: []audit.Obstacle{}, Requirement: audit.Requirement{Name: t.requirement},
	}
	if err := ctx.Err(); err != nil {
		s.Error, s.Incomplete = j.problem(unbegun(err)), true
		return s
	}
	if err := j.fill(ctx, t, &s); err != nil {
		s.Error = j.problem(err)
		s.Incomplete = isPassing(err)
	}
	s.Summary = audit.Summarize(s.Findings)
	after := j.source.Usage()
	s.Usage = audit.Usage{Calls: after.Calls - before.Calls, Probes: after.Probes - before.Probes}
	return s
}

func (j *job) fill(ctx context.Context, t task, s *audit.Section) error {
	found, err := j.resolve(ctx, t)
	if err != nil {
		return err
	}
	found.Principal.Supposing, found.Principal.Instead = j.supposing, j.instead
	s.Principal, s.Notes, s.Location = found.Principal, found.Notes, found.Location
	scope := j.scope
	var note string
	scope.Regions, note = j.choose(found.Region, found.Principal.Partition())
	req, err := j.required(t.requirement, found.Principal.Partition(), scope.Regions)
	if err != nil {
		return err
	}
	s.Requirement, s.Modules = req.Requirement, req.Modules
	s.Regions = scope.Regions
	for _, n := range append(slices.Clone(req.Notes), note) {
		if n != "" {
			s.Notes = append(s.Notes, n)
		}
	}
	look := j.lookAround(ctx, t, req, found, scope.Regions)
	judged, err := j.judge(ctx, req.WithBesides(), found.Principal, scope)
	around := look()
	if err != nil {
		return err
	}
	var besides []audit.Finding
	judged.findings, besides = req.Apart(judged.findings)
	judged.disagreements, _ = req.Apart(judged.disagreements)
	j.markUse(req, judged.findings)
	s.Findings, s.Coverage = append(judged.findings, around.findings...), judged.coverage
	s.Modules = append(s.Modules, around.modules...)
	s.Engine = judged.alone
	s.Gaps = slices.Concat(judged.gaps, around.gaps)
	s.Incomplete = slices.ContainsFunc(s.Gaps, func(g iam.Gap) bool { return g.Kind == iam.GapIncomplete })
	if len(judged.disagreements) > 0 {
		s.Modules = append(s.Modules, checks.Engines)
		s.Findings = append(s.Findings, judged.disagreements...)
	}
	s.Policies = j.records(ctx, s)
	s.Remediation = remedy.Grants(s.Findings, remedy.Options{Documented: scope.Strict})
	s.Obstacles = remedy.Obstacles(s.Findings)
	s.Operations = req.Works(slices.Concat(s.Findings, besides))
	s.Diagnoses = append(j.diagnose(ctx, req, s), around.diagnoses...)
	s.Diagnoses = append(s.Diagnoses, j.misplaced(ctx, t, req, found, scope, s)...)
	s.Alone, s.Next = j.alone(req, s), j.next(t, s)
	if j.Excess {
		if err := j.addExcess(ctx, t, s, judged, scope); err != nil {
			return err
		}
	}
	return j.verify(ctx, req, scope, s)
}

func (j *job) require(name, partition string) (*checks.Requirement, error) {
	if doc, ok := j.Documents[name]; ok {
		r, err := j.pack().FromDocument(name, doc)
		if e, ok := errors.AsType[*policy.ParseError](err); ok {
			return nil, &source.Error{Kind: source.KindInput, Msg: fmt.Sprintf("reading %s:%v", name, err), Hint: cmp.Or(e.Hint, "a requirement is a list of allowed actions and resources"), Err: err}
		}
		return r, err
	}
	r, err := j.pack().Required(name, j.Release.Version, partition)
	if err != nil {
		return nil, &source.Error{Kind: source.KindInput, Msg: err.Error(), Hint: "give a release that exists with --remotion-version X.Y.Z", Err: err}
	}
	r.VersionFrom = j.Release.From
	r.Notes = append(r.Notes, j.Release.Notes...)
	return r, nil
}

// choose returns the regions to check: those asked for, else the target's,
// else the configured one, else the one that Remotion itself falls back to.
func (j *job) choose(target, partition string) (regions []string, note string) {
	if len(j.Regions) > 0 {
		return j.Regions, ""
	}
	if r := cmp.Or(target, j.source.Region()); r != "" && policy.PartitionOf(r) == partition {
		return []string{r}, ""
	}
	region := map[string]string{"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}[partition]
	region = cmp.Or(region, "us-east-1")
	return []string{region}, fmt.Sprintf("no Region was given; checking %s: pass --region for yours", region)
}

// verify evaluates what the remediation is to cure once more, with the
// remediation as if it were attached.
func (j *job) verify(ctx context.Context, req *checks.Requirement, scope checks.Scope, s *audit.Section) error {
	if s.Remediation == nil {
		return nil
	}
	wanted := *req
	wanted.Grants = nil
	for _, g := range req.Grants {
		if slices.ContainsFunc(s.Findings, func(f audit.Finding) bool {
			return f.Use != audit.UseUnused && f.Action == g.Action && f.Resource == g.Resource && (f.Status == audit.Fail || f.Status == audit.Partial)
		}) {
			wanted.Grants = append(wanted.Grants, g)
		}
	}
	p := s.Principal
	p.Supposing = append(slices.Clone(p.Supposing), s.Remediation)
	after, err := j.judge(ctx, &wanted, p, scope)
	if err != nil {
		s.Notes = append(s.Notes, "the remediation could not be verified: "+messageOf(err))
		return nil
	}
	ok, still := remedy.Cured(s.Findings, after.findings)
	s.Verified = ok
	for _, f := range still {
		s.Notes = append(s.Notes, fmt.Sprintf("with the remediation %s would still not pass: %s", f.Action, f.Reason))
	}
	return nil
}
