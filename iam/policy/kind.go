package policy

import (
	"fmt"
	"slices"
	"strings"
)

// A Kind says what a document is attached to, and so which elements it has.
// The zero Kind is not known.
type Kind string

// The kinds of policy.
const (
	KindIdentity Kind = "identity" // also a permissions boundary, and a session policy
	KindResource Kind = "resource"
	KindTrust    Kind = "trust"
	KindEndpoint Kind = "endpoint"
	KindSCP      Kind = "scp"
	KindRCP      Kind = "rcp"
)

// Kinds are all kinds of policy.
func Kinds() []Kind {
	return []Kind{KindIdentity, KindResource, KindTrust, KindEndpoint, KindSCP, KindRCP}
}

// Title returns the kind in words, with its article: "an identity-based policy".
func (k Kind) Title() string {
	return map[Kind]string{
		KindIdentity: "an identity-based policy", KindResource: "a resource-based policy", KindTrust: "a trust policy",
		KindEndpoint: "a VPC endpoint policy", KindSCP: "a service control policy", KindRCP: "a resource control policy",
	}[k]
}

// KindOf guesses what a document is from its form. A service control policy
// looks like an identity-based policy, and a resource control policy like a
// resource-based one that only denies.
func (d *Document) KindOf() Kind {
	principals := slices.ContainsFunc(d.Statements, func(s Statement) bool { return s.Principals != nil })
	switch {
	case !principals:
		return KindIdentity
	case !slices.ContainsFunc(d.Statements, func(s Statement) bool { return len(s.Resources) > 0 }) && slices.ContainsFunc(d.Statements, assumes):
		return KindTrust
	case !slices.ContainsFunc(d.Statements, func(s Statement) bool { return s.Effect != Deny || !everyone(s.Principals) }):
		return KindRCP
	}
	return KindResource
}

func assumes(s Statement) bool {
	return slices.ContainsFunc(s.Actions, func(a string) bool {
		return len(a) > 4 && strings.EqualFold(a[:4], "sts:") || a == "*"
	})
}

// everyone reports whether principals are written as "*" or {"AWS": "*"}.
func everyone(p *Principals) bool {
	return p != nil && !p.Not && (p.Any || len(p.AWS) == 1 && p.AWS[0] == "*" && len(p.Service)+len(p.Federated)+len(p.CanonicalUser) == 0)
}

// CheckAs returns what AWS would refuse in a document of a kind, and nil where
// it would store it. The error says the place and the reason.
//
// Source: IAM User Guide, "AWS JSON policy elements: Principal" ("You cannot use
// the Principal element in an identity-based policy"; IAM answers
// MalformedPolicyDocument, "Policy document should not specify a principal") and
// "Resource"; Organizations User Guide, "SCP syntax" (no Principal), "RCP
// syntax" (Principal is "*" and NotPrincipal is not supported); AWS PrivateLink
// Guide, "Control access to VPC endpoints using endpoint policies".
func (d *Document) CheckAs(k Kind) error {
	for i := range d.Statements {
		if msg, hint := refuse(&d.Statements[i], k); msg != "" {
			return &ParseError{Pos: d.Statements[i].Start, Msg: msg, Hint: hint}
		}
	}
	return nil
}

func refuse(s *Statement, k Kind) (msg, hint string) {
	name := "Principal"
	if s.Principals != nil && s.Principals.Not {
		name = "NotPrincipal"
	}
	switch k {
	case KindIdentity, KindSCP:
		if s.Principals != nil {
			return fmt.Sprintf("%s cannot have %s", k.Title(), name), "remove the element; AWS refuses the policy"
		}
	case KindRCP:
		if s.Principals == nil || !everyone(s.Principals) {
			return fmt.Sprintf(`%s must have "Principal": "*" in every statement`, k.Title()), "limit it with a Condition, such as one on aws:PrincipalArn"
		}
	case KindResource, KindTrust, KindEndpoint:
		if s.Principals == nil {
			return fmt.Sprintf("%s must have Principal in every statement", k.Title()), "add it, or give the policy as an identity-based one"
		}
		if k == KindTrust && len(s.Resources) > 0 {
			return "a trust policy cannot have Resource", "remove the element; the policy applies to the role itself"
		}
	}
	return "", ""
}
