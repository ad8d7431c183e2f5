package remedy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// renderCDK writes a construct in TypeScript.
func renderCDK(changes []*Change) (string, error) {
	var b strings.Builder
	b.WriteString("import * as iam from 'aws-cdk-lib/aws-iam';\nimport { Construct } from 'constructs';\n\n")
	b.WriteString("/** What Remotion Lambda's policies lacked. */\nexport class RemotionGrants extends Construct {\n")
	b.WriteString("  constructor(scope: Construct, id: string) {\n    super(scope, id);\n")
	used := map[string]int{}
	for _, c := range changes {
		for i := range c.Steps {
			s := &c.Steps[i]
			fmt.Fprintf(&b, "\n    // %s\n", Comment(s.what(c)))
			if s.After == nil {
				b.WriteString("    // Remove it where your stack adds it.\n")
				continue
			}
			cdkStep(&b, c, s, unique(used, identifier(c.Name, s.Name())))
		}
	}
	b.WriteString("  }\n}\n")
	return b.String(), nil
}

func cdkStep(b *strings.Builder, c *Change, s *Step, id string) {
	of := identifier(c.Kind) // Role or User
	class, nameProperty := "Policy", "policyName"
	if s.Kind != PutInline {
		class, nameProperty = "ManagedPolicy", "managedPolicyName"
	}
	fmt.Fprintf(b, "    new iam.%s(this, %s, {\n", class, script(id))
	fmt.Fprintf(b, "      %s: %s,\n", nameProperty, script(s.Name()))
	if path := pathOf(s.ARN()); s.ARN() != "" && path != "/" {
		fmt.Fprintf(b, "      path: %s,\n", script(path))
	}
	fmt.Fprintf(b, "      %ss: [iam.%s.from%sName(this, %s, %s)],\n", c.Kind, of, of, script(id+of), script(c.Name))
	var pretty bytes.Buffer
	_ = json.Indent(&pretty, []byte(compact(s.After)), "      ", "  ") // a document prints as valid JSON
	fmt.Fprintf(b, "      document: iam.PolicyDocument.fromJson(%s),\n", pretty.String())
	b.WriteString("    });\n")
}

// script is a string of TypeScript.
func script(s string) string {
	data, _ := json.Marshal(s) // a string always encodes
	return "'" + strings.NewReplacer(`\"`, `"`, "'", `\'`).Replace(string(data[1:len(data)-1])) + "'"
}
