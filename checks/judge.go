package checks

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// Judge returns a finding for each grant, in the order of the requirement. What
// a doubt could change is unknown. Judge fails only where the verdicts are not
// those of the plan's probes, or the analysis is not one of the plan.
func (plan *Plan) Judge(verdicts []iam.Verdict, a Analysis, d Doubts) ([]audit.Finding, error) {
	if a == nil {
		return nil, errors.New("there is no analysis: judge with Proven or Sampled")
	}
	proofs, err := a.proofs(plan)
	if err != nil {
		return nil, err
	}
	if len(verdicts) != len(plan.probes) {
		return nil, fmt.Errorf("%d verdicts for %d probes", len(verdicts), len(plan.probes))
	}
	findings := make([]audit.Finding, len(plan.grants))
	for i := range plan.grants {
		g, f := &plan.grants[i], &findings[i]
		*f = plan.judge(g, &proofs[i], verdicts)
		d.Unsettle(f, g.patterns(plan.strict))
		if d.RequireProof && !proofs[i].done && f.Status == audit.Pass {
			unproven(f, a)
		}
		if f.Scope == audit.ScopeDocumented && d.about(f, []string{g.Resource}) != nil {
			f.Scope, f.Reason = audit.ScopeEffective, effectiveReason
		}
	}
	return findings, nil
}

// patterns are the resources that a verdict on a grant concerns: what the
// product uses of it, or all of it where that is demanded or nothing else is
// known.
func (g *planned) patterns(strict bool) []string {
	if strict || len(g.needs) == 0 {
		return []string{g.Resource}
	}
	out := make([]string, len(g.needs))
	for i := range g.needs {
		out[i] = g.needs[i].Names().String()
	}
	return out
}

// An answer says what one probe came to.
type answer uint8

const (
	open    answer = iota // not decided
	granted               // a statement grants it
	denied                // no statement grants it
	stopped               // an explicit deny or a layer above the identity policies
)

// classify reads a verdict. A decision that hangs on context keys which were not given counts as undecided.
func classify(v *iam.Verdict) answer {
	switch {
	case v.Decision == "" || len(v.MissingContext) > 0:
		return open
	case v.Decision == iam.Allowed:
		return granted
	case v.Decision == iam.ExplicitDeny || len(v.BlockedBy) > 0:
		return stopped
	case v.Decision == iam.ImplicitDeny:
		return denied
	}
	return open
}

// A tally sorts the evidence of a grant by what it came to. Samples are
// counted apart from the documented probe.
type tally struct {
	documented *audit.Evidence
	samples    [4][]*audit.Evidence // by answer
	proof      *proof
}

func (t *tally) of(a answer) []*audit.Evidence { return t.samples[a] }

func (t *tally) documentedIs(a answer) bool {
	return t.documented != nil && classify(t.documented.Verdict) == a
}

// documentedGranted: where the policies were analyzed, the pattern taken word
// by word is not enough, for it matches statements as a text.
func (t *tally) documentedGranted() bool {
	return t.documentedIs(granted) && (!t.proof.done || t.proof.documented)
}

func (plan *Plan) judge(g *planned, known *proof, verdicts []iam.Verdict) audit.Finding {
	f := audit.Finding{
		Module: g.Module, Sid: g.Sid, Action: g.Action, Resource: g.Resource,
		Statements: []iam.StatementRef{}, MissingContext: []string{},
	}
	for _, n := range g.needs {
		if text := n.Names().String(); !slices.Contains(f.Effective, text) {
			f.Effective = append(f.Effective, text)
		}
	}
	t := &tally{proof: known}
	only := len(g.needs) == 0
	f.Evidence = make([]audit.Evidence, 0, len(g.asked)) // the tally points into it
	for _, a := range g.asked {
		p, v := plan.probes[a.probe], verdicts[a.probe]
		c := classify(&v)
		if a.why == isReached && c != stopped {
			continue
		}
		f.Evidence = append(f.Evidence, audit.Evidence{Resource: p.Resource, Region: a.region, Context: p.Context, Documented: a.why == isDocumented, Verdict: &v})
		e := &f.Evidence[len(f.Evidence)-1]
		if a.why == isDocumented {
			t.documented = e
		}
		// Where nothing but the documented resource can be asked, it is a sample
		// as well.
		if a.why != isDocumented || only {
			t.samples[c] = append(t.samples[c], e)
		}
	}
	plan.conclude(&f, t)
	return f
}

// conclude sets the status by the first case that holds: what is blocked comes before what is missing, and what is missing before what is not known.
func (plan *Plan) conclude(f *audit.Finding, t *tally) {
	blocked := t.of(stopped)
	if t.documentedIs(stopped) && len(blocked) == 0 && !t.proof.done {
		blocked = []*audit.Evidence{t.documented}
	}
	switch {
	case len(blocked) > 0:
		f.Status = audit.Blocked
		concludeBlocked(f, t, blocked[0])
	case len(t.of(denied)) > 0:
		concludeDenied(f, t)
	case len(t.of(open)) > 0:
		concludeOpen(f, t.of(open)[0])
	case t.proof.err != nil:
		f.Status, f.Reason = audit.Unknown, t.proof.err.Error()
	case t.documentedGranted():
		f.Status, f.Scope = audit.Pass, audit.ScopeDocumented
		f.Reason = "granted as documented"
		f.Statements = orEmpty(t.documented.Verdict.Matched)
		f.Granted = t.documented.Resource
	default:
		plan.concludeEffective(f, t)
	}
}

const effectiveReason = "granted for this account and these regions; the documented pattern is wider"

// concludeEffective: everything that the product touches is granted, the
// documented pattern is not.
func (plan *Plan) concludeEffective(f *audit.Finding, t *tally) {
	first := t.of(granted)[0]
	f.Granted, f.Statements = first.Resource, orEmpty(first.Verdict.Matched)
	if !plan.strict {
		f.Status, f.Scope = audit.Pass, audit.ScopeEffective
		f.Reason = effectiveReason
		return
	}
	f.Status, f.NotGranted, f.Layer = audit.Partial, cmp.Or(t.proof.gap, t.documented.Resource), layerOf(t.documented.Verdict)
	f.Reason = "granted for this account and these regions, but --strict requires the documented pattern"
	if classify(t.documented.Verdict) == open {
		concludeOpen(f, t.documented)
	}
}

func concludeDenied(f *audit.Finding, t *tally) {
	f.Status = audit.Fail
	miss := t.of(denied)[0]
	f.NotGranted, f.Layer = miss.Resource, layerOf(miss.Verdict)
	f.Reason = "no statement grants it"
	if yes := t.of(granted); len(yes) > 0 {
		f.Status, f.Granted, f.Statements = audit.Partial, yes[0].Resource, orEmpty(yes[0].Verdict.Matched)
		f.Reason = partialReason(yes[0], miss)
	} else if t.documentedIs(granted) {
		f.Status, f.Granted = audit.Partial, t.documented.Resource
		f.Reason = "granted as a pattern, but not for what is used of it"
	}
	if n := len(t.of(open)); n > 0 {
		f.Reason += fmt.Sprintf("; %d more could not be decided", n)
	}
	if t.proof.err != nil {
		f.Reason += "; whether more than this is missing or denied is not known: " + t.proof.err.Error()
	}
}

func partialReason(yes, no *audit.Evidence) string {
	return "covers " + elide(yes.Resource, no.Resource) + ", not " + elide(no.Resource, yes.Resource)
}

func concludeOpen(f *audit.Finding, e *audit.Evidence) {
	f.Status, f.Scope = audit.Unknown, ""
	f.MissingContext = slices.Clone(orEmptyStrings(e.Verdict.MissingContext))
	switch {
	case e.Verdict.Problem != "":
		f.Reason = e.Verdict.Problem
		if i := slices.IndexFunc(e.Verdict.Gaps, func(g iam.Gap) bool { return g.Counts(false) }); i >= 0 {
			f.Gap = &e.Verdict.Gaps[i]
		}
	case len(e.Verdict.MissingContext) > 0:
		f.Reason = dependsOn(e.Verdict)
	default:
		f.Reason = fmt.Sprintf("the answer %q is not understood", string(e.Verdict.Decision))
	}
}

func concludeBlocked(f *audit.Finding, t *tally, e *audit.Evidence) {
	f.NotGranted, f.Layer = e.Resource, layerOf(e.Verdict)
	f.Statements = orEmpty(e.Verdict.Matched)
	if yes := t.of(granted); len(yes) > 0 {
		f.Granted = yes[0].Resource
	}
	f.Reason = blockedReason(e.Verdict)
	if f.Granted != "" && f.Granted != f.NotGranted {
		f.Reason += " (a part of it)"
	}
	if len(t.of(denied)) > 0 {
		f.Reason += "; the rest is not granted either"
	}
}

// layerOf returns the layer that stops a request.
func layerOf(v *iam.Verdict) iam.Layer {
	if len(v.BlockedBy) > 0 {
		return v.BlockedBy[0]
	}
	for _, s := range v.Matched {
		if s.Layer != "" {
			return s.Layer
		}
	}
	return iam.LayerIdentity
}

func orEmpty(refs []iam.StatementRef) []iam.StatementRef {
	if refs == nil {
		return []iam.StatementRef{}
	}
	return refs
}

func orEmptyStrings(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
