package iam

// A Host is what the credentials of a role are given to. The zero Host is not
// known: anybody who may assume the role.
type Host struct {
	Kind HostKind `json:"kind"` // what it is
	// ARN is that of the function or instance; empty where it is not known.
	ARN string `json:"arn,omitzero"`
}

// A HostKind is a kind of [Host].
type HostKind string

// The kinds of host.
const (
	HostFunction HostKind = "function" // of Lambda
	HostInstance HostKind = "instance" // of EC2
	HostTask     HostKind = "task"     // of ECS
	HostPod      HostKind = "pod"      // of EKS, through Pod Identity or a web identity
)

// ByService reports whether an AWS service got the credentials by itself, so
// that nobody passed session tags, a source identity or an MFA device with them.
func (h Host) ByService() bool {
	return h.Kind == HostFunction || h.Kind == HostInstance || h.Kind == HostTask
}

// In returns the principal as a host has it. The name of a session is known of a
// function, whose name it is, and of an instance, whose id it is.
//
// Source: AWS Lambda Developer Guide, "Working with Lambda execution environment
// credentials"; Amazon EC2 User Guide, "Use instance roles"; Amazon ECS
// Developer Guide, "Task IAM role" (the id of the task, which a task definition
// does not tell).
func (p Principal) In(h Host, session string) Principal {
	if p.Type() != "role" {
		return p
	}
	p.Host = h
	if session != "" {
		p.Session = session
	}
	return p
}
