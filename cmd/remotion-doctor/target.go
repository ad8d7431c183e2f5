package main

import (
	"github.com/spf13/pflag"

	"remotion-doctor/audit"
)

// targetFlags name what is audited.
type targetFlags struct {
	functions, instances, profiles, roles, users []string
	tasks, pods, renderers                       []string
	caller                                       bool
	serviceAccount                               string
}

// anyRenderer is the value of --renderer without one.
const anyRenderer = "any"

func (f *targetFlags) add(fs *pflag.FlagSet) {
	fs.StringArrayVar(&f.functions, "function", nil, "Lambda function, by `NAME` or ARN: its execution role")
	fs.StringArrayVar(&f.instances, "instance", nil, "EC2 instance, by `ID`: the role of its instance profile")
	fs.StringArrayVar(&f.profiles, "instance-profile", nil, "instance profile, by `NAME` or ARN: its role")
	fs.StringArrayVar(&f.tasks, "task-definition", nil, "ECS task definition, by `FAMILY`, FAMILY:REVISION or ARN: its task role")
	fs.StringArrayVar(&f.pods, "pod-identity", nil, "EKS pod identity, `CLUSTER/NAMESPACE/SERVICE-ACCOUNT`: its role")
	fs.StringArrayVar(&f.roles, "role", nil, "IAM role, by `NAME` or ARN")
	fs.StringArrayVar(&f.users, "user", nil, "IAM user, by `NAME` or ARN")
	fs.StringVar(&f.serviceAccount, "service-account", "", "`NAMESPACE/NAME` of the pods that assume --role by web identity (IRSA)")
	fs.StringArrayVar(&f.renderers, "renderer", nil, "the renderer: the role of the remotion-render-… functions, or of `FUNCTION|ROLE`, with its trust policy")
	fs.Lookup("renderer").NoOptDefVal = anyRenderer
	fs.BoolVar(&f.caller, "caller", false, "whoever the AWS credentials belong to (the default)")
}

// targets returns the targets in the order of the flags' kinds; the caller
// where none is named.
func (f *targetFlags) targets() []audit.Target {
	var out []audit.Target
	for _, kind := range []struct {
		kind  audit.TargetKind
		names []string
	}{
		{audit.TargetFunction, f.functions},
		{audit.TargetInstance, f.instances},
		{audit.TargetInstanceProfile, f.profiles},
		{audit.TargetTaskDefinition, f.tasks},
		{audit.TargetPodIdentity, f.pods},
		{audit.TargetRole, f.roles},
		{audit.TargetUser, f.users},
	} {
		for _, name := range kind.names {
			out = append(out, audit.Target{Kind: kind.kind, Name: name})
		}
	}
	if f.caller || len(out) == 0 && len(f.renderers) == 0 {
		out = append(out, audit.Target{Kind: audit.TargetCaller})
	}
	// The renderers come last: what the callers are granted is known by then.
	for _, name := range f.renderers {
		if name == anyRenderer {
			name = ""
		}
		out = append(out, audit.Target{Kind: audit.TargetRenderer, Name: name})
	}
	return out
}
