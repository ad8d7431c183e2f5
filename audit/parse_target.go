package audit

import (
	"strings"

	"remotion-doctor/iam/policy"
)

// named are the kinds of target that have a name, by the word for each.
var named = map[string]TargetKind{
	"role": TargetRole, "user": TargetUser, "function": TargetFunction, "instance": TargetInstance,
	"instance-profile": TargetInstanceProfile, "task-definition": TargetTaskDefinition, "pod-identity": TargetPodIdentity,
}

// arnKinds are the kinds of target that an ARN names, by its service and type.
var arnKinds = map[[2]string]TargetKind{
	{"iam", "role"}: TargetRole, {"iam", "user"}: TargetUser, {"iam", "instance-profile"}: TargetInstanceProfile,
	{"lambda", "function"}: TargetFunction, {"ecs", "task-definition"}: TargetTaskDefinition,
}

// ParseTarget reads a target from KIND:NAME, where KIND is role, user, function,
// instance, instance-profile, task-definition or pod-identity, or from the ARN
// of one. It reports false for any other text.
func ParseTarget(text string) (Target, bool) {
	if a, ok := policy.ParseARN(text); ok {
		kind, ok := arnKinds[[2]string{a.Service, a.Type()}]
		return Target{kind, text}, ok
	}
	word, name, _ := strings.Cut(text, ":")
	kind, ok := named[word]
	return Target{kind, name}, ok && name != ""
}
