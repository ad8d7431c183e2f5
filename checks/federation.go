package checks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// WebIdentityAction is how a token of an OIDC provider becomes a role's session.
const WebIdentityAction = "sts:AssumeRoleWithWebIdentity"

// A TokenIssuer is an OIDC provider whose tokens AWS accepts, and what the claims
// of its tokens look like.
type TokenIssuer struct {
	Name string
	// Issuer matches the provider in ARNs and in condition keys.
	Issuer *regexp.Regexp
	// Audience and Subject match the claims aud and sub of its tokens.
	Audience, Subject *regexp.Regexp
	// AudienceForm and SubjectForm are those claims, for people.
	AudienceForm, SubjectForm string
	Source                    string
}

// TokenIssuers are the providers that are met most. The audience of GitLab's
// tokens is what the job asks for.
var TokenIssuers = []TokenIssuer{
	{
		Name: "GitHub Actions", Issuer: regexp.MustCompile(`^token\.actions\.githubusercontent\.com$`),
		Audience: regexp.MustCompile(`^(?:sts\.amazonaws\.com(?:\.cn)?|https://github\.com/.+)$`), AudienceForm: "sts.amazonaws.com",
		Subject: regexp.MustCompile(`^(?:repo|repository|repository_owner|job_workflow_ref|environment|enterprise|\*)`), SubjectForm: "repo:OWNER/REPO:ref:refs/heads/BRANCH or repo:OWNER/REPO:environment:NAME",
		Source: "https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws",
	},
	{
		Name: "GitLab", Issuer: regexp.MustCompile(`^gitlab\.`),
		AudienceForm: "the aud of the job's id_tokens, as https://gitlab.com",
		Subject:      regexp.MustCompile(`^(?:project_path:|\*)`), SubjectForm: "project_path:GROUP/PROJECT:ref_type:branch:ref:BRANCH",
		Source: "https://docs.gitlab.com/ci/cloud_services/aws/",
	},
	{
		Name: "Vercel", Issuer: regexp.MustCompile(`^oidc\.vercel\.com(?:/|$)`),
		Audience: regexp.MustCompile(`^https://vercel\.com/.+$`), AudienceForm: "https://vercel.com/TEAM",
		Subject: regexp.MustCompile(`^(?:owner:|\*)`), SubjectForm: "owner:TEAM:project:PROJECT:environment:production",
		Source: "https://vercel.com/docs/oidc/aws",
	},
	{
		Name: "Amazon EKS", Issuer: regexp.MustCompile(`^oidc\.eks\.`),
		Audience: regexp.MustCompile(`^sts\.amazonaws\.com(?:\.cn)?$`), AudienceForm: "sts.amazonaws.com",
		Subject: regexp.MustCompile(`^(?:system:serviceaccount:|\*)`), SubjectForm: "system:serviceaccount:NAMESPACE:NAME",
		Source: irsaDocs,
	},
}

// IssuerOf returns what is known of the provider with an issuer; nil where
// nothing is.
func IssuerOf(issuer string) *TokenIssuer {
	for i := range TokenIssuers {
		if TokenIssuers[i].Issuer.MatchString(issuer) {
			return &TokenIssuers[i]
		}
	}
	return nil
}

// A Trusted is an OIDC provider that a trust policy names in a statement.
type Trusted struct {
	ARN, Issuer string
	// Known is what is known of the provider; nil where nothing is.
	Known *TokenIssuer
	// Claims are what the statement requires of the provider's tokens.
	Claims []audit.Claim
	// Fault says why no token of the provider fits, Fix what to write; empty
	// where some would.
	Fault, Fix string
}

// Name is the provider as people call it.
func (t *Trusted) Name() string {
	if t.Known == nil {
		return t.Issuer
	}
	return t.Known.Name
}

// Federation returns the OIDC providers that a role's trust policy lets in, one
// for each that a statement names.
// Source: IAM User Guide, "Create a role for OpenID Connect federation": the
// condition keys are ISSUER:CLAIM; "Troubleshoot OIDC federation".
func Federation(doc *policy.Document, role iam.Principal) []Trusted {
	var out []Trusted
	for i := range doc.Statements {
		s := &doc.Statements[i]
		if s.Principals == nil || s.Principals.Not || s.Effect != policy.Allow {
			continue
		}
		for _, arn := range s.Principals.Federated {
			_, issuer, ok := strings.Cut(arn, ":oidc-provider/")
			if !ok {
				continue
			}
			t := Trusted{ARN: arn, Issuer: issuer, Known: IssuerOf(issuer)}
			for _, c := range s.Conditions {
				t.Claims = append(t.Claims, audit.Claim{Key: c.Key, Operator: c.Operator, Values: c.Values})
			}
			t.judge(s, role)
			out = append(out, t)
		}
	}
	return out
}

// judge looks for what no token of the provider can meet.
func (t *Trusted) judge(s *policy.Statement, role iam.Principal) {
	a, _ := policy.ParseARN(t.ARN)
	switch {
	case a.AccountID != role.AccountID && role.AccountID != "":
		t.Fault = fmt.Sprintf("it names the OIDC provider of the account %s, and the role is in %s", a.AccountID, role.AccountID)
		t.Fix = "create the provider in the role's account, and name that one"
	case !slices.ContainsFunc(s.Actions, func(a string) bool {
		return policy.MatchGlob(strings.ToLower(a), strings.ToLower(WebIdentityAction))
	}) && !s.NotAction:
		t.Fault = fmt.Sprintf("it allows the OIDC provider %s, and tokens need %s", JoinWords(s.Actions), WebIdentityAction)
		t.Fix = "write \"Action\": \"" + WebIdentityAction + "\""
	}
	for i := range s.Conditions {
		if t.Fault == "" {
			t.claim(&s.Conditions[i])
		}
	}
}

// claim looks at one condition.
func (t *Trusted) claim(c *policy.Condition) {
	issuer, name, found := cutLast(c.Key, ":")
	literal := strings.HasPrefix(strings.TrimPrefix(strings.TrimPrefix(c.Operator, "ForAnyValue:"), "ForAllValues:"), "StringEquals")
	switch {
	case !found || strings.Contains(strings.ToLower(c.Operator), "not") || strings.HasPrefix(issuer, "aws") || strings.HasPrefix(issuer, "sts"):
	case !strings.EqualFold(issuer, t.Issuer):
		t.Fault = fmt.Sprintf("its condition on %s concerns the provider %s, and it trusts %s", c.Key, issuer, t.Issuer)
		t.Fix = "begin the condition keys with " + t.Issuer
	case name == "sub" && literal && strings.ContainsAny(strings.Join(c.Values, ""), "*?"):
		t.Fault = fmt.Sprintf("it compares %s by %s with %s, where a star matches only a star", c.Key, c.Operator, JoinWords(c.Values))
		t.Fix = "use StringLike for the subject"
	case t.Known == nil:
	case name == "aud" && t.Known.Audience != nil && !slices.ContainsFunc(c.Values, possible(t.Known.Audience)):
		t.Fault = fmt.Sprintf("it requires the audience %s, and tokens of %s have %s", JoinWords(c.Values), t.Known.Name, t.Known.AudienceForm)
		t.Fix = "allow the audience that the token has, or request the token for this audience"
	case name == "sub" && t.Known.Subject != nil && !slices.ContainsFunc(c.Values, possible(t.Known.Subject)):
		t.Fault = fmt.Sprintf("it requires the subject %s, and subjects of %s have the form %s", JoinWords(c.Values), t.Known.Name, t.Known.SubjectForm)
		t.Fix = "write the subject in the form " + t.Known.SubjectForm
	}
}

// possible reports values that a claim may have: those that match its form, and
// patterns that begin with a wildcard.
func possible(form *regexp.Regexp) func(string) bool {
	return func(v string) bool {
		return form.MatchString(v) || strings.HasPrefix(v, "*") || strings.HasPrefix(v, "?")
	}
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// TrustedBy names who a trust policy lets in, for people.
func TrustedBy(doc *policy.Document) string {
	if names := trusted(doc); len(names) > 0 {
		return JoinWords(names)
	}
	return "nobody"
}
