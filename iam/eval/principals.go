package eval

import (
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// A caller is the principal of a request, as the Principal element of policies
// names it.
type caller struct {
	kind    callerKind
	arn     string // of the user, role, federated session or provider; the service's name
	account string
	root    string // arn:aws:iam::ACCOUNT:root
	// sessions begins the ARNs of a role's sessions, session is that of this one;
	// empty where its name is not known.
	sessions, session string
	// bounded says that a permissions boundary is attached.
	bounded bool
	// serviceLinked says that the principal is the role of a service.
	serviceLinked bool
}

type callerKind uint8

const (
	callerUser     callerKind = iota // and group, which only the simulator takes
	callerRole                       // with or without a session's name
	callerRoot                       // of an account
	callerSession                    // of a federated user
	callerExternal                   // a service or identity provider: it has no policies of its own
)

// newCaller takes a principal's ARN apart. session is the name of a role's
// session, or empty; the ARN of a session brings its own.
func newCaller(arn, session string) caller {
	c := caller{arn: arn}
	if p, err := iam.NewPrincipal(arn); err == nil {
		c.arn = p.ARN
		if p.Session != "" {
			session = p.Session
		}
	}
	a, ok := policy.ParseARN(c.arn)
	c.account = a.AccountID
	prefix := "arn:" + a.Partition
	c.root = prefix + ":iam::" + a.AccountID + ":root"
	switch a.Type() {
	case "role":
		c.kind = callerRole
		c.sessions = prefix + ":sts::" + a.AccountID + ":assumed-role/" + a.Name() + "/"
		if session != "" {
			c.session = c.sessions + session
		}
		// "SCPs do not affect any service-linked role" (Organizations User Guide,
		// "Service control policies"; ruled case d067); the same of RCPs.
		c.serviceLinked = strings.HasPrefix(a.Resource, "role/aws-service-role/")
	case "federated-user":
		c.kind, c.session = callerSession, c.arn
	case "saml-provider", "oidc-provider":
		c.kind, c.account = callerExternal, ""
	case "":
		if !ok || iam.IsService(c.arn) {
			c.kind = callerExternal
		} else if a.Resource == "root" {
			c.kind = callerRoot
		}
	}
	return c
}

// sessionName is the name of the caller's session, or empty.
func (c *caller) sessionName() string { return strings.TrimPrefix(c.session, c.sessions) }

// A grant says how a resource-based policy names the principal of a request.
type grant uint8

const (
	noGrant grant = iota
	// delegates: the account is named, which leaves the decision to the
	// identity-based policies.
	delegates
	namesRole
	// namesDirectly: a user, a session, a service: an Allow needs nothing else.
	namesDirectly
)

// names says how the principals of a statement name the caller. A role is named
// by the ARN of the role; "*" names it within the same limits (ruled case
// d070). Of a session whose name is not known, open says whether the statement names it// the statement names.
//
// Source: IAM User Guide, "AWS JSON policy elements: Principal": exact ARNs,
// account ids or "*"; there are no partial wildcards.
func (c *caller) names(p *policy.Principals, open bool) grant {
	switch {
	case p == nil:
		return noGrant
	case c.kind == callerExternal:
		if p.Any || slices.Contains(p.AWS, "*") || slices.Contains(p.Service, c.arn) || slices.Contains(p.Federated, c.arn) {
			return namesDirectly
		}
		return noGrant
	case c.namesSession(p, open):
		return namesDirectly
	case p.Any || slices.Contains(p.AWS, "*") || c.namesARN(p):
		if c.kind == callerRole || c.kind == callerSession && !slices.Contains(p.AWS, c.arn) {
			return namesRole
		}
		return namesDirectly
	case c.namesAccount(p):
		return delegates
	}
	return noGrant
}

func (c *caller) namesARN(p *policy.Principals) bool {
	return slices.Contains(p.AWS, c.arn) || c.kind == callerRole && slices.ContainsFunc(p.AWS, func(s string) bool { return iam.SameRole(s, c.arn) })
}

// namesSession reports whether the caller's session is named.
func (c *caller) namesSession(p *policy.Principals, open bool) bool {
	switch {
	case c.session != "":
		return slices.Contains(p.AWS, c.session)
	case !open || c.sessions == "":
		return false
	}
	return c.namesSomeSession(p)
}

// namesSomeSession reports whether a session of the caller's role is named.
func (c *caller) namesSomeSession(p *policy.Principals) bool {
	return p != nil && slices.ContainsFunc(p.AWS, func(s string) bool { return strings.HasPrefix(s, c.sessions) })
}

func (c *caller) namesAccount(p *policy.Principals) bool {
	return c.account != "" && slices.ContainsFunc(p.AWS, func(s string) bool { return s == c.account || s == c.root || isRoot(s, c.account) })
}

// isRoot reports whether a principal is the root of an account.
func isRoot(principal, account string) bool {
	a, ok := policy.ParseARN(principal)
	return ok && a.Service == "iam" && a.Resource == "root" && strings.EqualFold(a.AccountID, account)
}

// applies says how a statement concerns the caller, and noGrant where it is
// not.
func (c *caller) applies(p *policy.Principals, deny, open bool) grant {
	if p == nil || !p.Not {
		return c.names(p, open)
	}
	if deny {
		if c.exempt(p) {
			return noGrant
		}
		return namesDirectly
	}
	// An Allow with NotPrincipal concerns everyone who is not listed, in an
	// account or by name.
	if c.names(p, true) != noGrant {
		return noGrant
	}
	if c.kind == callerRole || c.kind == callerSession {
		return namesRole
	}
	return namesDirectly
}

// exempt reports whether a Deny with NotPrincipal leaves the caller out: its
// account is listed and it itself, of a session the role and the session.
//
// Source: IAM User Guide, "AWS JSON policy elements: NotPrincipal": "When you
// use NotPrincipal with Deny, you must also specify the account ARN of the
// not-denied principal"; of an assumed role the ARN of the role, of the session
// and of the account; "Don't use resource-based policy statements that include
// a NotPrincipal policy element with a Deny effect for IAM users or roles that
// have a permissions boundary policy attached. The NotPrincipal element with
// the Deny effect will always deny any IAM principal that has a permissions
// boundary policy attached."
func (c *caller) exempt(p *policy.Principals) bool {
	if c.bounded {
		return false
	}
	if p.Any || slices.Contains(p.AWS, "*") {
		return true
	}
	switch c.kind {
	case callerExternal:
		return slices.Contains(p.Service, c.arn) || slices.Contains(p.Federated, c.arn)
	case callerRoot:
		return c.namesAccount(p)
	}
	return c.namesAccount(p) && c.namesARN(p) && (c.session == "" || c.namesSession(p, false))
}
