package eval

import (
	"slices"
	"strings"

	"remotion-doctor/iam/policy"
)

// grantOf says how the principals of a statement name the principal with an
// ARN. A role is named by the ARN of the role; "*" is taken as naming it,
// within the same limits (ruled case d070).
// Source: IAM User Guide, "AWS JSON policy elements: Principal": exact ARNs,
// account ids or "*"; there are no partial wildcards.
func grantOf(p *policy.Principals, arn string) grant {
	if p == nil {
		return noGrant
	}
	a, _ := policy.ParseARN(arn)
	direct := namesUser
	if a.Type() == "role" {
		direct = namesRole
	}
	found := noGrant
	switch {
	case p.Any || slices.Contains(p.AWS, "*") || slices.Contains(p.AWS, arn):
		found = direct
	case slices.ContainsFunc(p.AWS, func(s string) bool { return isAccount(s, a.AccountID) }):
		found = delegates
	}
	if p.Not {
		if found == noGrant {
			return direct
		}
		return noGrant
	}
	return found
}

func isAccount(principal, account string) bool {
	if principal == account {
		return account != ""
	}
	a, ok := policy.ParseARN(principal)
	return ok && a.Service == "iam" && a.Resource == "root" && strings.EqualFold(a.AccountID, account)
}
