package remedy

import "strings"

// renderSST writes the permissions of a component of SST's.
// Source: SST documentation, Component/Aws/Function, permissions.
func renderSST(changes []*Change) (string, error) {
	var b strings.Builder
	for _, c := range changes {
		b.WriteString("// in sst.config.ts, to the component whose role is the " + Comment(c.owner()) + "\n")
		b.WriteString("permissions: [\n")
		for _, doc := range c.Documents() {
			for i := range doc.Statements {
				s := &doc.Statements[i]
				b.WriteString("  {\n    actions: " + scripts(s.Actions) + ",\n    resources: " + scripts(s.Resources) + ",\n  },\n")
			}
		}
		b.WriteString("],\n")
	}
	return b.String(), nil
}

// scripts is a list of strings of TypeScript.
func scripts(list []string) string {
	var b strings.Builder
	for _, s := range list {
		b.WriteString("\n      " + script(s) + ",")
	}
	return "[" + b.String() + "\n    ]"
}
