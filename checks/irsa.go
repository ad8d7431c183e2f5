package checks

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam/policy"
)

const irsaDocs = "https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html"

// WebIdentity looks at the trust policy of a role that pods assume through
// their cluster's OIDC provider (IRSA). serviceAccount is NAMESPACE/NAME, or
// empty where it is not known. A trust policy without web identities says
// nothing.
// Source: Amazon EKS User Guide, "Assign IAM roles to Kubernetes service
// accounts": the token's sub is system:serviceaccount:NAMESPACE:NAME, its aud
// sts.amazonaws.com.
func WebIdentity(doc *policy.Document, serviceAccount string) []audit.Diagnosis {
	var out []audit.Diagnosis
	found := false
	for i := range doc.Statements {
		s := &doc.Statements[i]
		issuer := issuerOf(s)
		if issuer == "" || s.Effect != policy.Allow {
			continue
		}
		found = true
		out = append(out, webIdentity(s, issuer, serviceAccount)...)
	}
	if !found && serviceAccount != "" {
		return []audit.Diagnosis{{
			Code: "irsa-trust", Severity: audit.SeverityError, Source: irsaDocs,
			Message: fmt.Sprintf("the role's trust policy has no OIDC provider of an EKS cluster: the service account %s cannot assume it", serviceAccount),
			Hint:    "allow the cluster's provider sts:AssumeRoleWithWebIdentity, or associate the role by EKS Pod Identity and check it with --pod-identity",
		}}
	}
	// One statement that fits is enough.
	if slices.ContainsFunc(out, func(d audit.Diagnosis) bool { return d.Code == "irsa" }) {
		out = slices.DeleteFunc(out, func(d audit.Diagnosis) bool { return d.Severity == audit.SeverityError })
	}
	return out
}

// issuerOf returns the issuer of the OIDC provider that a statement trusts:
// oidc.eks.REGION.amazonaws.com/id/ID.
func issuerOf(s *policy.Statement) string {
	if s.Principals == nil {
		return ""
	}
	for _, f := range s.Principals.Federated {
		if _, issuer, ok := strings.Cut(f, ":oidc-provider/"); ok && strings.HasPrefix(issuer, "oidc.eks.") {
			return issuer
		}
	}
	return ""
}

func webIdentity(s *policy.Statement, issuer, serviceAccount string) []audit.Diagnosis {
	problem := func(severity audit.Severity, hint, format string, args ...any) []audit.Diagnosis {
		return []audit.Diagnosis{{Code: "irsa-trust", Severity: severity, Source: irsaDocs, Message: fmt.Sprintf(format, args...), Hint: hint}}
	}
	if !slices.ContainsFunc(s.Actions, func(a string) bool { return policy.MatchGlob(strings.ToLower(a), "sts:assumerolewithwebidentity") }) {
		return problem(audit.SeverityError, "write \"Action\": \"sts:AssumeRoleWithWebIdentity\"", "the trust policy names the cluster's OIDC provider but allows it %s: pods assume the role by sts:AssumeRoleWithWebIdentity", JoinWords(s.Actions))
	}
	var subject []string
	for _, c := range s.Conditions {
		switch {
		case strings.EqualFold(c.Key, issuer+":sub"):
			subject = c.Values
			if literal := strings.HasPrefix(c.Operator, "StringEquals"); literal && strings.ContainsAny(strings.Join(c.Values, ""), "*?") {
				return problem(audit.SeverityError, "use StringLike", "the trust policy compares %s by StringEquals with %s, where a star is only a character: no service account has that name", c.Key, JoinWords(c.Values))
			}
			if serviceAccount != "" && !matchesAccount(c, serviceAccount) {
				return problem(audit.SeverityError, "name system:serviceaccount:"+strings.Replace(serviceAccount, "/", ":", 1)+" in the condition", "the trust policy lets in %s, and not the service account %s", JoinWords(c.Values), serviceAccount)
			}
		case strings.EqualFold(c.Key, issuer+":aud"):
			if !slices.ContainsFunc(c.Values, func(v string) bool { return policy.MatchGlob(v, "sts.amazonaws.com") }) {
				return problem(audit.SeverityError, "the audience of EKS's tokens is sts.amazonaws.com", "the trust policy requires the audience %s, which EKS's tokens do not have", JoinWords(c.Values))
			}
		case strings.HasSuffix(c.Key, ":sub") || strings.HasSuffix(c.Key, ":aud"):
			return problem(audit.SeverityError, "the keys begin with "+issuer, "the trust policy has a condition on %s, of another provider than the one that it trusts", c.Key)
		}
	}
	if subject == nil {
		return append(problem(audit.SeverityWarning, fmt.Sprintf("add a condition StringEquals on %s:sub", issuer), "the trust policy lets every service account of the cluster assume the role: it has no condition on %s:sub", issuer), irsa("every service account"))
	}
	return []audit.Diagnosis{irsa(JoinWords(subject))}
}

func irsa(who string) audit.Diagnosis {
	return audit.Diagnosis{Code: "irsa", Severity: audit.SeverityNote, Source: irsaDocs, Message: "the role is assumed by pods of " + who + " through their cluster's OIDC provider"}
}

// matchesAccount compares a condition on the subject with a service account.
func matchesAccount(c policy.Condition, account string) bool {
	subject := "system:serviceaccount:" + strings.Replace(account, "/", ":", 1)
	return slices.ContainsFunc(c.Values, func(v string) bool {
		return v == subject || strings.HasPrefix(c.Operator, "StringLike") && policy.MatchGlob(v, subject)
	})
}
