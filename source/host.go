package source

import (
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// hosts are the targets that a role's credentials are given to.
var hosts = map[audit.TargetKind]iam.HostKind{
	audit.TargetFunction: iam.HostFunction, audit.TargetInstance: iam.HostInstance, audit.TargetInstanceProfile: iam.HostInstance,
	audit.TargetTaskDefinition: iam.HostTask, audit.TargetPodIdentity: iam.HostPod, audit.TargetRenderer: iam.HostFunction,
}

// On returns the resolution with what the target says of the principal's
// session. arn is that of the function or instance; empty where it is not known.
func (r Resolution) On(t audit.Target, arn string) Resolution {
	kind, ok := hosts[t.Kind]
	if !ok {
		return r
	}
	r.Principal = r.Principal.In(iam.Host{Kind: kind, ARN: arn}, sessionOf(t, arn))
	return r
}

// sessionOf is the name of the session: the function's name, or the instance's
// id.
func sessionOf(t audit.Target, arn string) string {
	if t.Kind == audit.TargetInstance {
		return t.Name
	}
	a, ok := policy.ParseARN(arn)
	if !ok || a.Service != "lambda" {
		return ""
	}
	return FunctionName(arn)
}

// FunctionName is the name in a function's name, partial ARN or ARN, without a
// version or alias.
func FunctionName(nameOrARN string) string {
	name := nameOrARN
	if _, rest, ok := strings.Cut(":"+name, ":function:"); ok {
		name = rest
	}
	name, _, _ = strings.Cut(name, ":")
	return name
}
