package audit

// A Command is a follow-up command of the program, as data: libraries return it,
// and one formatter words it. It repeats what the run that it follows was about,
// so that it runs as it is printed and concerns the same principal and the same
// requirement.
type Command struct {
	Name string `json:"name"` // fix
	// Args are its operands, such as an action and a resource.
	Args []string `json:"args,omitzero"`
	// Target names the principal, Source where the facts come from, Requirement
	// what the principal is checked against.
	Target      []Flag `json:"target,omitzero"`
	Source      []Flag `json:"source,omitzero"`      // see Target
	Requirement []Flag `json:"requirement,omitzero"` // see Target
	// Files are the operands that belong to the source: templates and plans.
	Files []string `json:"files,omitzero"`
}

// A Flag is one option of a command, without its dashes. A switch has no value.
type Flag struct {
	Name  string `json:"name"`           // the name, without dashes
	Value string `json:"value,omitzero"` // the value; empty for a switch
}

// Asked is what a run was given beyond its targets: where the facts come from
// and what is required. Commands that follow it repeat it.
type Asked struct {
	Source, Requirement []Flag
	Files               []string
}

// targetNames are the options that name a target of each kind.
var targetNames = map[TargetKind]string{
	TargetFunction: "function", TargetInstance: "instance", TargetInstanceProfile: "instance-profile",
	TargetTaskDefinition: "task-definition", TargetPodIdentity: "pod-identity",
	TargetRole: "role", TargetUser: "user", TargetRenderer: "renderer",
}

// Flags are the options that name the target; none for the caller, which is the
// default, and for a target that the source's own options name.
func (t Target) Flags() []Flag {
	name := targetNames[t.Kind]
	if name == "" || t.Name == "" && t.Kind != TargetRenderer {
		return nil
	}
	return []Flag{{name, t.Name}}
}

// Without returns the flags that have none of the names.
func Without(flags []Flag, names ...string) []Flag {
	var out []Flag
next:
	for _, f := range flags {
		for _, n := range names {
			if f.Name == n {
				continue next
			}
		}
		out = append(out, f)
	}
	return out
}
