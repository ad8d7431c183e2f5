package remedy

import (
	"strings"

	"remotion-doctor/iam/policy"
)

// renderSST writes the permissions of a component of SST's. They allow actions
// on resources; what else a statement says is left out with a comment.
// Source: SST documentation, Component/Aws/Function, permissions.
func renderSST(changes []*Change) (string, error) {
	var b strings.Builder
	for _, c := range changes {
		b.WriteString("// in sst.config.ts, to the component whose role is the " + Comment(c.owner()) + "\npermissions: [\n")
		for _, doc := range c.Documents() {
			for i := range doc.Statements {
				sstPermission(&b, &doc.Statements[i])
			}
		}
		b.WriteString("],\n")
	}
	return b.String(), nil
}

func sstPermission(b *strings.Builder, s *policy.Statement) {
	if s.Effect != policy.Allow || s.NotAction || s.NotResource || len(s.Conditions) > 0 {
		b.WriteString("  // permissions cannot say this; give the role a policy: " + Comment(compact(&policy.Document{Version: policy.Version2012, Statements: []policy.Statement{*s}})) + "\n")
		return
	}
	b.WriteString("  {\n    actions: " + scripts(s.Actions) + ",\n    resources: " + scripts(s.Resources) + ",\n  },\n")
}

// scripts is a list of strings of TypeScript.
func scripts(list []string) string {
	var b strings.Builder
	for _, s := range list {
		b.WriteString("\n      " + script(s) + ",")
	}
	return "[" + b.String() + "\n    ]"
}
