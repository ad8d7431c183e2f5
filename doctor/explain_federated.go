package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/explain"
	"remotion-doctor/iam/policy"
	"remotion-doctor/remedy"
	"remotion-doctor/source"
)

// federated reports the request by which a token becomes a role's session: no
// principal of the account makes it, and the role's trust policy decides.
func federated(action string) bool { return strings.EqualFold(action, checks.WebIdentityAction) }

// aimAtRole makes the role that refused a token the target: the one that the
// user or the request names. Then nothing else is missing.
func (q *question) aimAtRole(named bool) bool {
	if t, ok := targetOf(q.resource); ok && t.Kind == audit.TargetRole && !q.named {
		q.target, named = t, true
	}
	if named && q.message != nil {
		q.message.Asked = slices.DeleteFunc(q.message.Asked, func(s string) bool { return strings.HasPrefix(s, "the resource") })
	}
	return named
}

// explainFederated judges the trust policy of the role that refused a token, for
// each OIDC provider that it names. Of the token's claims only those are known
// that the user gives.
func (j *job) explainFederated(ctx context.Context, q *question, base *audit.Trace, found source.Resolution) (*audit.Trace, error) {
	role := found.Principal
	doc, err := j.trustOf(ctx, role)
	if err != nil {
		return j.learned(ctx, q, base), err
	}
	trusted := checks.Federation(doc, role)
	out := *base
	out.Resource, out.Notes = role.ARN, append(found.Notes, out.Notes...)
	q.resource = role.ARN
	asked := chosen(trusted, q.claims())
	if asked != nil {
		out.Trace = j.explainToken(ctx, asked, role, doc, q)
		undecideKeys(&out)
	}
	j.stamp(&out, audit.EngineLocal)
	federationAdvice(&out, q, trusted, asked, doc)
	return &out, nil
}

// claims are the token's, as the record or the user gives them.
func (q *question) claims() iam.Context {
	if q.message == nil {
		return q.request.Context
	}
	return q.message.Claims.With(q.request.Context)
}

// chosen is the provider whose token was refused: the one that the given claims
// name, else the only one of the trust policy; nil where that is not known.
func chosen(trusted []checks.Trusted, given iam.Context) *checks.Trusted {
	for i := range trusted {
		for _, e := range given {
			if strings.HasPrefix(strings.ToLower(e.Key), strings.ToLower(trusted[i].Issuer)+":") {
				return &trusted[i]
			}
		}
	}
	if len(trusted) == 0 || slices.ContainsFunc(trusted, func(t checks.Trusted) bool { return t.ARN != trusted[0].ARN }) {
		return nil
	}
	return &trusted[0]
}

// explainToken asks the evaluator as the provider, whose only policies are those
// of the role.
func (j *job) explainToken(ctx context.Context, t *checks.Trusted, role iam.Principal, doc *policy.Document, q *question) iam.Trace {
	own := eval.ResourcePolicy{ARN: role.ARN, Policy: &eval.Policy{Name: "trust policy", Document: doc}}
	policies := eval.Policies{Resources: eval.NewResources(own)}
	unknown := map[iam.Layer]string{iam.LayerRCP: "the organization's resource control policies were not read"}
	if all, err := j.source.Policies(ctx, role); err == nil && all.RCPs != nil {
		policies.RCPs = all.RCPs
		delete(unknown, iam.LayerRCP)
	}
	probe := iam.Probe{Action: checks.WebIdentityAction, Resource: role.ARN, Context: q.claims()}
	return explain.Explain(iam.Principal{ARN: t.ARN}, policies, probe, explain.Options{Unknown: unknown})
}

// federationAdvice says what the trust policy requires, and why the token does
// not have it as far as that is known. A message of AWS says that it refused.
func federationAdvice(t *audit.Trace, q *question, trusted []checks.Trusted, asked *checks.Trusted, doc *policy.Document) {
	if asked != nil && asked.Fault != "" && t.Decision == iam.Allowed {
		t.Decision, t.Reason = iam.ImplicitDeny, "the trust policy accepts no token of "+asked.Name()
	}
	computed := t.Decision
	if q.message != nil && computed != iam.ExplicitDeny {
		t.Decision, t.Reason = iam.ImplicitDeny, "AWS refused the token"
	}
	if t.Decision == iam.Allowed {
		return
	}
	role, _ := iam.NewPrincipal(t.Resource)
	a := remedy.Advise(remedy.Denied{Layer: iam.LayerResource, Effect: iam.ImplicitDeny, Action: checks.WebIdentityAction, Resource: t.Resource})
	a.Claims = claims(trusted, asked, q.claims())
	a.Cause, a.Cures = refusal(&role, trusted, asked, doc, t.Decision == iam.ImplicitDeny)
	if given := slices.ContainsFunc(a.Claims, func(c audit.Claim) bool { return c.Given != "" }); given && len(a.Cures) > 0 {
		a.Cures[0], _, _ = strings.Cut(a.Cures[0], "; to see which one fails")
	}
	switch {
	case computed == iam.Allowed:
		a.Cause = "the trust policy read now accepts this token: it changed since, the change has not spread yet, or a resource control policy that was not read denied it"
		a.Cures = []string{"try again; IAM changes can take minutes"}
	case computed == iam.ExplicitDeny:
		a.Effect, a.Cause, a.Cures = iam.ExplicitDeny, t.Reason, []string{"remove or narrow the Deny statement in the trust policy of the role " + role.Name()}
	}
	t.Advice = &a
	if t.Message != nil {
		t.Message.Diagnosis, t.Message.Cures = a.Cause, a.Cures
	}
}

// claims are what the trust policy requires of the token, next to what it has.
func claims(trusted []checks.Trusted, asked *checks.Trusted, given iam.Context) []audit.Claim {
	var out []audit.Claim
	for i := range trusted {
		if asked != nil && trusted[i].ARN != asked.ARN {
			continue
		}
		for _, c := range trusted[i].Claims {
			for _, e := range given {
				if strings.EqualFold(e.Key, c.Key) {
					c.Given = strings.Join(e.Values, ", ")
				}
			}
			out = append(out, c)
		}
	}
	return out
}

// refusal says why a trust policy refuses a token, and what to do.
func refusal(role *iam.Principal, trusted []checks.Trusted, asked *checks.Trusted, doc *policy.Document, refused bool) (cause string, cures []string) {
	policyOf := "the trust policy of the role " + role.Name()
	if len(trusted) == 0 {
		return fmt.Sprintf("%s trusts no OIDC provider: it names %s", policyOf, checks.TrustedBy(doc)),
			[]string{fmt.Sprintf(`allow {"Federated": "arn:%s:iam::%s:oidc-provider/ISSUER"} %s, with conditions on ISSUER:aud and ISSUER:sub`, role.Partition(), role.AccountID, checks.WebIdentityAction)}
	}
	open := false
	for i := range trusted {
		t := &trusted[i]
		if asked != nil && t.ARN != asked.ARN {
			continue
		}
		if t.Fault == "" {
			open = true
			continue
		}
		if cause == "" {
			cause, cures = fmt.Sprintf("%s accepts no token of %s: %s", policyOf, t.Name(), t.Fault), []string{t.Fix}
		}
	}
	if open {
		cause = fmt.Sprintf("%s accepts only tokens of %s that match its conditions", policyOf, namesOf(trusted, asked))
		if refused {
			cause += ", and this token does not match"
		}
		cures = []string{"compare these conditions with the token's claims, and change the trust policy or the workflow; to see which one fails, add --context KEY=VALUE with the token's value"}
	}
	for i := range trusted {
		if k := trusted[i].Known; k != nil && (asked == nil || asked.ARN == trusted[i].ARN) {
			form := fmt.Sprintf("tokens of %s have aud %s and sub %s", k.Name, k.AudienceForm, k.SubjectForm)
			if !slices.Contains(cures, form) {
				cures = append(cures, form)
			}
		}
	}
	return cause, cures
}

func namesOf(trusted []checks.Trusted, asked *checks.Trusted) string {
	var out []string
	for i := range trusted {
		if name := trusted[i].Name(); (asked == nil || asked.ARN == trusted[i].ARN) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return checks.JoinWords(out)
}
