package asked

import (
	"github.com/spf13/pflag"

	"remotion-doctor/audit"
)

// Targets are the flags that name what is audited.
type Targets struct {
	Functions, Instances, Profiles, Roles, Users []string
	Tasks, Pods, Renderers                       []string
	Caller                                       bool
	Pick                                         bool
	ServiceAccount                               string
}

// anyRenderer is the value of --renderer without one.
const anyRenderer = "any"

// Add adds the flags to those of a command.
func (f *Targets) Add(fs *pflag.FlagSet) {
	fs.StringArrayVar(&f.Functions, "function", nil, "Lambda function, by `NAME` or ARN: its execution role")
	fs.StringArrayVar(&f.Instances, "instance", nil, "EC2 instance, by `ID`: the role of its instance profile")
	fs.StringArrayVar(&f.Profiles, "instance-profile", nil, "instance profile, by `NAME` or ARN: its role")
	fs.StringArrayVar(&f.Tasks, "task-definition", nil, "ECS task definition, by `FAMILY`, FAMILY:REVISION or ARN: its task role")
	fs.StringArrayVar(&f.Pods, "pod-identity", nil, "EKS pod identity, `CLUSTER/NAMESPACE/SERVICE-ACCOUNT`: its role")
	fs.StringArrayVar(&f.Roles, "role", nil, "IAM role, by `NAME` or ARN")
	fs.StringArrayVar(&f.Users, "user", nil, "IAM user, by `NAME` or ARN")
	fs.StringVar(&f.ServiceAccount, "service-account", "", "`NAMESPACE/NAME` of the pods that assume --role by web identity (IRSA)")
	fs.StringArrayVar(&f.Renderers, "renderer", nil, "the renderer: the role of the remotion-render-… functions, or of `FUNCTION|ROLE`, with its trust policy")
	fs.Lookup("renderer").NoOptDefVal = anyRenderer
	fs.BoolVar(&f.Caller, "caller", false, "whoever the AWS credentials belong to (the default)")
}

// AddPick adds the flag that asks for the target.
func (f *Targets) AddPick(fs *pflag.FlagSet) {
	fs.BoolVar(&f.Pick, "pick", false, "list functions and roles, and ask which one")
}

// Unpicked refuses --pick together with a target.
func (f *Targets) Unpicked() error {
	if f.Caller || len(f.List()) > 1 || f.List()[0].Kind != audit.TargetCaller {
		return usage("leave one of them out", "--pick and a target exclude each other")
	}
	return nil
}

// Take makes what was picked the target.
func (f *Targets) Take(t audit.Target) {
	switch t.Kind {
	case audit.TargetFunction:
		f.Functions = []string{t.Name}
	case audit.TargetRenderer:
		f.Renderers = []string{t.Name}
	default:
		f.Roles = []string{t.Name}
	}
}

// List returns the targets in the order of the flags' kinds; the caller where
// none is named.
func (f *Targets) List() []audit.Target {
	var out []audit.Target
	for _, kind := range []struct {
		kind  audit.TargetKind
		names []string
	}{
		{audit.TargetFunction, f.Functions},
		{audit.TargetInstance, f.Instances},
		{audit.TargetInstanceProfile, f.Profiles},
		{audit.TargetTaskDefinition, f.Tasks},
		{audit.TargetPodIdentity, f.Pods},
		{audit.TargetRole, f.Roles},
		{audit.TargetUser, f.Users},
	} {
		for _, name := range kind.names {
			out = append(out, audit.Target{Kind: kind.kind, Name: name})
		}
	}
	if f.Caller || len(out) == 0 && len(f.Renderers) == 0 {
		out = append(out, audit.Target{Kind: audit.TargetCaller})
	}
	// The renderers come last: what the callers are granted is known by then.
	for _, name := range f.Renderers {
		if name == anyRenderer {
			name = ""
		}
		out = append(out, audit.Target{Kind: audit.TargetRenderer, Name: name})
	}
	return out
}
