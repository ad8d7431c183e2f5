package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
	"remotion-doctor/remedy"
)

// A task is one target against one requirement.
type task struct {
	target      audit.Target
	requirement string // caller, renderer or a file
	// source and regions are the task's own, where it has any.
	source  sourcer
	regions []string
	// role and functions are set for a renderer that was found: the role's ARN
	// or name, and the functions that run as it.
	role      string
	functions []account.Function
	unlisted  string // why functions may be missing
}

// A job is what `check` was asked to do.
type job struct {
	engine     audit.Engine
	source     sourcer
	excess     bool // look for what is granted beyond the need
	tasks      []task
	release    release // of Remotion
	regions    []string
	operations []string // of --for
	deployment checks.Deployment
	// serviceAccount is the one whose pods assume a --role by web identity.
	serviceAccount string
	callers        *[]iam.Principal // audited so far as callers
	host           *host            // nil where Remotion would run elsewhere
	scope          checks.Scope
	document       map[string]*policy.Document // of --require FILE, by name

	// supposing and instead are set to judge a remedy as if it were attached.
	supposing []*policy.Document
	instead   bool
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
	if err := j.fill(ctx, t, &s); err != nil {
		f := asFailure(err)
		s.Error = &audit.Problem{Message: f.msg, Hint: j.regionHint(f), ExitCode: f.code}
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
	req, err := j.require(t.requirement, found.Principal.Partition())
	if err != nil {
		return err
	}
	scope := j.scope
	var note string
	scope.Regions, note = j.choose(found.Region, found.Principal.Partition())
	if req, err = j.narrow(req, scope.Regions); err != nil {
		return err
	}
	s.Requirement, s.Modules = req.Requirement, req.Modules
	s.Regions = scope.Regions
	for _, n := range append(req.Notes, note) {
		if n != "" {
			s.Notes = append(s.Notes, n)
		}
	}
	look := j.lookAround(ctx, t, req, found, scope.Regions)
	judged, err := j.judge(ctx, req, found.Principal, scope)
	around := look()
	if err != nil {
		return err
	}
	s.Findings, s.Coverage = append(judged.findings, around.findings...), judged.coverage
	s.Modules = append(s.Modules, around.modules...)
	if judged.note != "" {
		s.Notes = append(s.Notes, judged.note)
	}
	if len(judged.disagreements) > 0 {
		s.Modules = append(s.Modules, checks.Engines)
		s.Findings = append(s.Findings, judged.disagreements...)
	}
	s.Policies = j.records(ctx, s)
	s.Remediation = remedy.Grants(s.Findings, remedy.Options{Documented: scope.Strict})
	s.Obstacles = remedy.Obstacles(s.Findings)
	s.Operations = req.Works(s.Findings)
	s.Diagnoses = append(j.diagnose(ctx, req, s), around.diagnoses...)
	s.Diagnoses = append(s.Diagnoses, j.misplaced(ctx, t, req, found, scope, s)...)
	if j.excess {
		if err := j.addExcess(ctx, t, s, judged, scope); err != nil {
			return err
		}
	}
	return j.verify(ctx, req, scope, s)
}

func (j *job) require(name, partition string) (*checks.Requirement, error) {
	if doc, ok := j.document[name]; ok {
		r, err := checks.FromDocument(name, doc)
		if e, ok := errors.AsType[*policy.ParseError](err); ok {
			return nil, usage(cmp.Or(e.Hint, "a requirement is a list of allowed actions and resources"), "reading %s:%v", name, err)
		}
		return r, err
	}
	r, err := checks.Required(name, j.release.version, partition)
	if err != nil {
		return nil, usage("give a release that exists with --remotion-version X.Y.Z", "%v", err)
	}
	r.RemotionVersionFrom = j.release.from
	r.Notes = append(r.Notes, j.release.notes...)
	return r, nil
}

// choose returns the regions to check: those asked for, else the target's,
// else the configured one, else the one that Remotion itself falls back to.
func (j *job) choose(target, partition string) (regions []string, note string) {
	if len(j.regions) > 0 {
		return j.regions, ""
	}
	if r := cmp.Or(target, j.source.Region()); r != "" && policy.PartitionOf(r) == partition {
		return []string{r}, ""
	}
	region := map[string]string{"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}[partition]
	region = cmp.Or(region, "us-east-1")
	return []string{region}, fmt.Sprintf("no region was given: %s is checked; name yours with --region", region)
}

// judge asks about the requirement and judges the answers. The principal's
// policies are read along with the first questions; by them the others are
// chosen, so that what is granted of each pattern is decided and not only
// sampled.
func (j *job) judge(ctx context.Context, req *checks.Requirement, p iam.Principal, scope checks.Scope) (*judgement, error) {
	plan, err := req.Plan(p, scope)
	if err != nil {
		return nil, usage("the regions of --region must be in the partition of the principal", "%v", err)
	}
	out := &judgement{}
	g := errgroup.Group{}
	g.Go(func() error {
		policies, err := j.source.policies(ctx, p)
		if err != nil {
			out.note = "coverage of the patterns was sampled, not proven: " + asFailure(err).msg
			return nil // the questions alone tell less, but they tell
		}
		out.analyst = eval.NewEvaluator(p.ARN, policies.As(p))
		return nil
	})
	first := len(plan.Probes())
	verdicts, err := j.source.Evaluate(ctx, p, plan.Probes())
	if waited := g.Wait(); err != nil || waited != nil {
		return nil, errors.Join(err, waited)
	}
	if out.analyst != nil {
		if verdicts, err = j.askMore(ctx, plan, out, verdicts, p, first); err != nil {
			return nil, err
		}
	}
	out.coverage = plan.Coverage()
	out.findings, err = plan.Judge(verdicts)
	return out, err
}

// askMore asks what the policies say is worth asking, and compares the engines
// where both were asked for.
func (j *job) askMore(ctx context.Context, plan *checks.Plan, out *judgement, verdicts []iam.Verdict, p iam.Principal, first int) ([]iam.Verdict, error) {
	plan.Analyze(ctx, out.analyst)
	more, err := j.source.Evaluate(ctx, p, plan.Probes()[first:])
	if err != nil {
		return nil, err
	}
	verdicts = append(verdicts, more...)
	if j.engine == audit.EngineBoth {
		local, err := out.analyst.Evaluate(ctx, plan.Probes())
		if err != nil {
			return nil, err
		}
		out.disagreements = checks.Compare(plan.Probes(), verdicts, local)
	}
	return verdicts, j.source.refine(ctx, out.analyst, plan.Probes(), verdicts)
}

// A judgement is what came of one requirement.
type judgement struct {
	findings      []audit.Finding
	disagreements []audit.Finding // between the engines
	coverage      audit.Coverage
	note          string
	analyst       *eval.Evaluator // nil where the policies could not be read
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
			return f.Action == g.Action && f.Resource == g.Resource && (f.Status == audit.Fail || f.Status == audit.Partial)
		}) {
			wanted.Grants = append(wanted.Grants, g)
		}
	}
	p := s.Principal
	p.Supposing = append(slices.Clone(p.Supposing), s.Remediation)
	after, err := j.judge(ctx, &wanted, p, scope)
	if err != nil {
		s.Notes = append(s.Notes, "the remediation could not be verified: "+asFailure(err).msg)
		return nil
	}
	ok, still := remedy.Cured(s.Findings, after.findings)
	s.Verified = ok
	for _, f := range still {
		s.Notes = append(s.Notes, fmt.Sprintf("with the remediation %s would still not pass: %s", f.Action, f.Reason))
	}
	return nil
}
