package remedy

import (
	"encoding/json"
	"strings"
)

// renderPulumi writes a function for each role or user that is called with it.
// Source: Pulumi registry, aws.iam.RolePolicy and aws.iam.Policy.
func renderPulumi(changes []*Change) (string, error) {
	var b strings.Builder
	b.WriteString("import * as aws from '@pulumi/aws';\n")
	used := map[string]int{}
	for _, c := range changes {
		of, param := identifier(c.Kind), "owner: aws.iam."+identifier(c.Kind)
		b.WriteString("\n/** Call it with the " + strings.ReplaceAll(Comment(c.Kind+" that your program names "+c.programName()), "*/", "* /") + ". */\n")
		b.WriteString("export function " + unique(used, "grantRemotionTo"+identifier(c.programName())) + "(" + param + ") {\n")
		for i := range c.Steps {
			s := &c.Steps[i]
			if s.After == nil {
				b.WriteString("  // " + Comment(s.what(c)) + ": remove it where your program adds it.\n")
				continue
			}
			doc, err := json.MarshalIndent(s.After, "    ", "  ")
			if err != nil {
				return "", err
			}
			name := script(c.programName() + "-" + s.Name())
			if s.Kind == PutInline {
				b.WriteString("  new aws.iam." + of + "Policy(" + name + ", {\n    " + c.Kind + ": owner.name,\n    policy: JSON.stringify(" + string(doc) + "),\n  });\n")
				continue
			}
			b.WriteString("  const policy" + identifier(s.Name()) + " = new aws.iam.Policy(" + name + ", {\n    policy: JSON.stringify(" + string(doc) + "),\n  });\n")
			b.WriteString("  new aws.iam." + of + "PolicyAttachment(" + name + ", { " + c.Kind + ": owner.name, policyArn: policy" + identifier(s.Name()) + ".arn });\n")
		}
		b.WriteString("}\n")
	}
	return b.String(), nil
}

// programName is the name of a principal in a program.
func (c *Change) programName() string {
	if c.Declared != nil {
		return c.Declared.Name
	}
	return c.Name
}
