package audit

import (
	"fmt"

	"remotion-doctor/iam/policy"
)

// A TargetKind says how a target was named.
type TargetKind string

// The kinds of target.
const (
	TargetFunction        TargetKind = "lambda-function"
	TargetInstance        TargetKind = "instance"
	TargetInstanceProfile TargetKind = "instance-profile"
	TargetTaskDefinition  TargetKind = "task-definition"
	TargetPodIdentity     TargetKind = "pod-identity"
	TargetRole            TargetKind = "role"
	TargetUser            TargetKind = "user"
	TargetCaller          TargetKind = "caller"
	TargetRenderer        TargetKind = "renderer"
	TargetFile            TargetKind = "file"
)

// Title returns the kind in words: "Lambda function".
func (k TargetKind) Title() string {
	if title, ok := targetTitles[k]; ok {
		return title
	}
	return string(k)
}

var targetTitles = map[TargetKind]string{
	TargetFunction:        "Lambda function",
	TargetInstance:        "EC2 instance",
	TargetInstanceProfile: "instance profile",
	TargetTaskDefinition:  "task definition",
	TargetPodIdentity:     "EKS pod identity",
	TargetRole:            "IAM role",
	TargetUser:            "IAM user",
	TargetCaller:          "caller",
	TargetRenderer:        "renderer",
	TargetFile:            "policy files",
}

// A Target is what the user pointed at: the thing whose principal is audited.
type Target struct {
	Kind TargetKind `json:"kind"`
	Name string     `json:"name"` // as the user gave it; empty for the caller
}

func (t Target) String() string {
	if t.Name == "" {
		return t.Kind.Title()
	}
	return t.Kind.Title() + " " + t.Name
}

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
