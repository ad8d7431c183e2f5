package iam

import (
	"fmt"
	"strings"

	"remotion-doctor/iam/policy"
)

// UnknownAccount represents the account of a principal that exists nowhere yet
// and may be deployed to any account.
const UnknownAccount = "000000000000"

// A Principal is who makes a request: an IAM user or role, a session, the root
// of an account, or an AWS service.
type Principal struct {
	// ARN is that of the user or role, path included; of a session it is the
	// role's. An AWS service has its name instead.
	ARN       string `json:"arn"`
	AccountID string `json:"accountId"` // the account of the principal
	// Session is the name of the role's session; empty where it is not known.
	// Lambda names it after the function, EC2 after the instance, ECS after the
	// task.
	Session string `json:"session,omitzero"`

	// Host is what the principal's credentials are given to, where that is known.
	Host Host `json:"host,omitzero"`

	// Supposing are identity policies that are evaluated as if they were
	// attached, as SimulatePrincipalPolicy's PolicyInputList.
	Supposing []*policy.Document `json:"-"`
	// Instead says that Supposing is in place of the identity policies that
	// are attached, as SimulatePrincipalPolicy's PolicyExclusionList.
	Instead bool `json:"-"`
}

// NewPrincipal returns the principal with an ARN, as AWS writes it: a role,
// user or group (arn:aws:iam::123456789012:role/name), an assumed role's
// session (arn:aws:sts::123456789012:assumed-role/name/session), a federated
// user's session, the root of an account, an identity provider, or the name of
// an AWS service (lambda.amazonaws.com).
//
// The ARN of a session does not hold the path of its role; see [SameRole].
// Source: IAM User Guide, "AWS JSON policy elements: Principal".
func NewPrincipal(arn string) (Principal, error) {
	if IsService(arn) {
		return Principal{ARN: arn}, nil
	}
	a, ok := policy.ParseARN(arn)
	if !ok || a.AccountID == "" {
		return Principal{}, notPrincipal(arn)
	}
	p := Principal{ARN: arn, AccountID: a.AccountID}
	switch kind := a.Service + ":" + a.Type(); {
	case kind == "sts:assumed-role":
		role, session, _ := strings.Cut(strings.TrimPrefix(a.Resource, "assumed-role/"), "/")
		if role == "" || session == "" || strings.Contains(session, "/") {
			return Principal{}, notPrincipal(arn)
		}
		a.Service, a.Resource = "iam", "role/"+role
		p.ARN, p.Session = a.String(), session
	case kind == "iam:" && a.Resource == "root":
	case principalTypes[kind] && a.Name() != "":
	default:
		return Principal{}, notPrincipal(arn)
	}
	return p, nil
}

// principalTypes are the kinds of ARN, next to those of sessions and roots, that
// can make requests. Groups cannot, but the simulator takes them.
var principalTypes = map[string]bool{
	"iam:role": true, "iam:user": true, "iam:group": true, "sts:federated-user": true,
	"iam:saml-provider": true, "iam:oidc-provider": true,
}

func notPrincipal(arn string) error {
	return fmt.Errorf("%q is not the ARN of an IAM role or user", arn)
}

// IsService reports whether a principal is the name of an AWS service, such as
// lambda.amazonaws.com.
func IsService(principal string) bool {
	return !strings.Contains(principal, ":") && (strings.HasSuffix(principal, ".amazonaws.com") || strings.HasSuffix(principal, ".amazonaws.com.cn"))
}

// Partition returns the partition of the principal's ARN: aws, aws-cn, ….
func (p Principal) Partition() string {
	a, _ := policy.ParseARN(p.ARN)
	return a.Partition
}

// Type returns role, user or group, or what else the ARN names: federated-user,
// saml-provider, oidc-provider. It is empty for a root and for a service.
func (p Principal) Type() string {
	a, _ := policy.ParseARN(p.ARN)
	return a.Type()
}

// Name returns the name without its path.
func (p Principal) Name() string {
	a, _ := policy.ParseARN(p.ARN)
	return a.Name()
}

// SameRole reports whether two ARNs name one role, where one of them may lack
// the path, as the role of a session does. Names of roles are unique within an
// account and have no case (IAM User Guide, "IAM identifiers").
func SameRole(a, b string) bool {
	if a == b {
		return true
	}
	x, _ := policy.ParseARN(a)
	y, _ := policy.ParseARN(b)
	same := x.Type() == "role" && y.Type() == "role" && x.AccountID == y.AccountID && x.Partition == y.Partition && strings.EqualFold(x.Name(), y.Name())
	pathless := func(a policy.ARN) bool { return strings.Count(a.Resource, "/") == 1 }
	return same && (pathless(x) || pathless(y))
}
