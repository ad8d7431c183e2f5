package doctor

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
)

// An around is what was found next to the principal's own grants.
type around struct {
	modules   []audit.Module
	findings  []audit.Finding
	diagnoses []audit.Diagnosis
	gaps      []iam.Gap
}

// unread notes a gap, and reports whether it leaves findings open. Where it does
// not, what was looked for is assumed to be in order.
func (j *job) unread(out *around, g iam.Gap) bool {
	out.gaps = append(out.gaps, g)
	return g.Counts(j.RequireProof)
}

// lookAround starts to read what surrounds a target, and returns a function
// that waits for it.
func (j *job) lookAround(ctx context.Context, t task, req *checks.Requirement, found source.Resolution, regions []string) func() around {
	done := make(chan around, 1)
	go func() {
		var out around
		switch t.target.Kind {
		case audit.TargetRenderer:
			j.lookAtRenderer(ctx, t, req, found.Principal, regions, &out)
		case audit.TargetTaskDefinition, audit.TargetPodIdentity:
			j.lookAtTrust(ctx, t.target, found.Principal, &out)
		case audit.TargetRole:
			j.lookAtWebIdentity(ctx, found.Principal, &out)
		case audit.TargetCaller:
			j.lookAtCredentials(ctx, found.Principal, &out)
		}
		j.lookAtCustomRole(ctx, req, &out)
		j.lookAtHost(t.target.Kind, req, &out)
		done <- out
	}()
	return func() around { return <-done }
}

// decide evaluates a document as the trust policy of a role to a service.
func decide(ctx context.Context, service, role string) checks.Decide {
	return func(doc *policy.Document, p iam.Probe) (iam.Verdict, error) {
		own := eval.ResourcePolicy{ARN: role, Policy: &eval.Policy{Name: "trust policy", Document: to(service, doc)}}
		verdicts, err := eval.NewEvaluator(service, eval.Policies{Resources: eval.NewResources(own)}).Evaluate(ctx, []iam.Probe{p})
		if err != nil {
			return iam.Verdict{}, err
		}
		return verdicts[0], nil
	}
}

// to returns a document whose statements all name a service.
func to(service string, doc *policy.Document) *policy.Document {
	out := *doc
	out.Statements = slices.Clone(doc.Statements)
	for i := range out.Statements {
		out.Statements[i].Principals = &policy.Principals{Service: []string{service}}
	}
	return &out
}

// trust judges the trust policy of a role for a trustee.
func (j *job) trust(ctx context.Context, p iam.Principal, who checks.Trustee) []audit.Finding {
	who.Context = append(slices.Clone(who.Context), j.scope.Context...)
	doc, err := j.trustOf(ctx, p)
	var unread *iam.Gap
	if err != nil {
		g := gapOf("", "the trust policy of the role "+p.Name(), iam.MayBoth, err)
		unread = &g
	}
	return checks.Trust(p.ARN, doc, unread, who, decide(ctx, who.Service, p.ARN))
}

func (j *job) lookAtRenderer(ctx context.Context, t task, req *checks.Requirement, p iam.Principal, regions []string, out *around) {
	if who, ok := j.pack().TrusteeOf(t.target.Kind); ok {
		out.modules = append(out.modules, j.pack().TrustModule())
		out.findings = append(out.findings, j.trust(ctx, p, who)...)
		out.diagnoses = append(out.diagnoses, checks.TrustProblem(out.findings, who)...)
	}
	if hook := j.pack().Hooks.Role; hook != nil {
		out.diagnoses = append(out.diagnoses, hook(p, functionNames(t), j.customRole() == p.ARN)...)
	}
	switch {
	case t.unlisted != nil:
		severity := audit.SeverityWarning
		if j.unread(out, *t.unlisted) {
			severity = audit.SeverityError // the role is a guess
		}
		out.diagnoses = append(out.diagnoses, audit.Diagnosis{
			Code: "functions-unknown", Severity: severity,
			Message: "which functions run as this role is not known, and there may be others that run as another: " + t.unlisted.Why,
			Hint:    "allow lambda:ListFunctions to the credentials that you run this program with",
		})
	case len(t.functions) == 0:
		out.diagnoses = append(out.diagnoses, audit.Diagnosis{
			Code: "no-function", Severity: audit.SeverityNote,
			Message: fmt.Sprintf("no %s* function was found in %s: the role that a function will be deployed with is checked", renderPrefix, strings.Join(regions, ", ")),
		})
	}
	j.lookAtBuckets(ctx, t, req, p, regions, out)
}

func functionNames(t task) []string {
	var out []string
	for _, f := range t.functions {
		out = append(out, f.FunctionName)
	}
	return out
}

// lookAtTrust reports a trust policy that keeps the target's service out.
func (j *job) lookAtTrust(ctx context.Context, t audit.Target, p iam.Principal, out *around) {
	who, ok := j.pack().TrusteeOf(t.Kind)
	if !ok {
		return
	}
	if parts := strings.Split(t.Name, "/"); t.Kind == audit.TargetPodIdentity && len(parts) == 3 {
		for i, key := range []string{"eks-cluster-name", "kubernetes-namespace", "kubernetes-service-account"} {
			who.Context = append(who.Context, iam.ContextEntry{Key: "aws:RequestTag/" + key, Type: iam.String, Values: []string{parts[i]}})
		}
	}
	findings := j.trust(ctx, p, who)
	out.diagnoses = append(out.diagnoses, checks.TrustProblem(findings, who)...)
	j.openTrust(findings, who, p, "the role", out)
}

// openTrust reports a trust policy that may or may not let a
// trustee in: as findings where it could not be read.
func (j *job) openTrust(findings []audit.Finding, who checks.Trustee, p iam.Principal, role string, out *around) {
	if len(findings) == 0 || findings[0].Status != audit.Unknown {
		return
	}
	if g := findings[0].Gap; g != nil && j.unread(out, *g) {
		if m := j.pack().TrustModule(); !slices.ContainsFunc(out.modules, func(o audit.Module) bool { return o.Name == m.Name }) {
			out.modules = append(out.modules, m)
		}
		out.findings = append(out.findings, findings...)
		return
	}
	out.diagnoses = append(out.diagnoses, audit.Diagnosis{
		Code: "trust-policy", Subject: p.ARN, Severity: audit.SeverityWarning, Source: who.Source,
		Message: fmt.Sprintf("whether %s may assume %s is not known: %s", who.Service, role, findings[0].Reason),
	})
}

// lookAtWebIdentity looks at the trust policy of a role that pods may assume.
func (j *job) lookAtWebIdentity(ctx context.Context, p iam.Principal, out *around) {
	doc, err := j.trustOf(ctx, p)
	if err != nil {
		if j.ServiceAccount != "" {
			out.diagnoses = append(out.diagnoses, audit.Diagnosis{Code: "irsa-trust", Subject: j.ServiceAccount, Severity: audit.SeverityError, Message: "whether pods of " + j.ServiceAccount + " may assume the role is not known: " + messageOf(err)})
		}
		return
	}
	out.diagnoses = append(out.diagnoses, checks.WebIdentity(doc, j.ServiceAccount)...)
}

// lookAtCustomRole checks that Lambda may assume the roles that the caller is
// to pass.
func (j *job) lookAtCustomRole(ctx context.Context, req *checks.Requirement, out *around) {
	if req.Name != "caller" || !slices.Contains(req.Features, "custom-role") {
		return
	}
	who, ok := j.pack().TrusteeOf(audit.TargetRenderer)
	if !ok {
		return
	}
	for _, arn := range j.Deployment.Values["custom-role"] {
		p, err := iam.NewPrincipal(arn)
		if err != nil {
			continue
		}
		findings := j.trust(ctx, p, who)
		for _, d := range checks.TrustProblem(findings, who) {
			d.Message = arn + ": " + d.Message
			out.diagnoses = append(out.diagnoses, d)
		}
		j.openTrust(findings, who, p, arn, out)
	}
}

// lookAtHost says what Remotion wants to be known where the credentials come
// from the host.
func (j *job) lookAtHost(kind audit.TargetKind, req *checks.Requirement, out *around) {
	hook := j.pack().Hooks.Host
	if hook == nil || req.Name != "caller" || len(req.Operations) == 0 {
		return
	}
	out.diagnoses = append(out.diagnoses, hook(kind, cmp.Or(req.Version, j.pack().Newest))...)
}

// trustOf reads a role's trust policy.
func (j *job) trustOf(ctx context.Context, p iam.Principal) (*policy.Document, error) {
	text, err := j.source.Trust(ctx, p)
	if err != nil {
		return nil, err
	}
	doc, err := policy.Parse(text)
	if err != nil {
		return nil, &source.Error{Kind: source.KindInput, Msg: "the trust policy of " + p.ARN + ":" + err.Error(), Err: err}
	}
	return doc, nil
}
