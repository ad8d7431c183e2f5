package iam

import (
	"fmt"

	"remotion-doctor/iam/policy"
)

// UnknownAccount stands for the account of a principal that exists nowhere yet
// and of which nobody said where it will.
const UnknownAccount = "000000000000"

// A Principal is the IAM identity that a target acts as.
type Principal struct {
	ARN       string `json:"arn"` // of the role or user, path included
	AccountID string `json:"accountId"`

	// Supposing are identity policies that are evaluated as if they were
	// attached, as SimulatePrincipalPolicy's PolicyInputList.
	Supposing []*policy.Document `json:"-"`
	// Instead says that Supposing stands in place of the identity policies that
	// are attached, as SimulatePrincipalPolicy's PolicyExclusionList.
	Instead bool `json:"-"`
}

// NewPrincipal returns the principal with an ARN such as
// arn:aws:iam::123456789012:role/name.
func NewPrincipal(arn string) (Principal, error) {
	a, ok := policy.ParseARN(arn)
	if !ok || a.Service != "iam" || a.Name() == "" || (a.Type() != "role" && a.Type() != "user" && a.Type() != "group") {
		return Principal{}, fmt.Errorf("%q is not the ARN of an IAM role or user", arn)
	}
	return Principal{ARN: arn, AccountID: a.AccountID}, nil
}

// Partition returns the partition of the principal's ARN: aws, aws-cn, ….
func (p Principal) Partition() string {
	a, _ := policy.ParseARN(p.ARN)
	return a.Partition
}

// Type returns role, user or group.
func (p Principal) Type() string {
	a, _ := policy.ParseARN(p.ARN)
	return a.Type()
}

// Name returns the name without its path.
func (p Principal) Name() string {
	a, _ := policy.ParseARN(p.ARN)
	return a.Name()
}
