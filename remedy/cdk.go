package remedy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// renderCDK writes a construct in TypeScript. A principal that an app of the
// CDK's declares is found by its path in the app, so that the construct may be
// put anywhere; one whose name only the deploy makes is handed over by name.
func renderCDK(changes []*Change) (string, error) {
	var b, props strings.Builder
	used, steps := map[string]int{}, strings.Builder{}
	handed := map[string]bool{}
	for _, c := range changes {
		owner := cdkOwner(c)
		if owner.prop != "" && !handed[owner.prop] {
			handed[owner.prop] = true
			fmt.Fprintf(&props, "  /** The name that the deploy gave the %s. */\n  readonly %s: string;\n", strings.ReplaceAll(Comment(c.owner()), "*/", "* /"), owner.prop)
		}
		for i := range c.Steps {
			s := &c.Steps[i]
			fmt.Fprintf(&steps, "\n    // %s\n", Comment(s.what(c)))
			if s.After == nil {
				steps.WriteString("    // Remove it where your stack adds it.\n")
				continue
			}
			cdkStep(&steps, c, s, &owner, unique(used, identifier(c.Name, s.Name())))
		}
	}
	b.WriteString("import * as iam from 'aws-cdk-lib/aws-iam';\nimport { Construct } from 'constructs';\n\n")
	parameters := "scope: Construct, id: string"
	if props.Len() > 0 {
		b.WriteString("export interface RemotionGrantsProps {\n" + props.String() + "}\n\n")
		parameters += ", props: RemotionGrantsProps"
	}
	b.WriteString("/** What Remotion Lambda's policies lacked.")
	if inApp(changes) {
		b.WriteString(" At the end of your stack's constructor: new RemotionGrants(this, 'RemotionGrants')")
	}
	b.WriteString(" */\nexport class RemotionGrants extends Construct {\n")
	b.WriteString("  constructor(" + parameters + ") {\n    super(scope, id);\n" + steps.String() + "  }\n}\n")
	return b.String(), nil
}

func inApp(changes []*Change) bool {
	for _, c := range changes {
		if c.InFile() && c.Declared.Construct != "" {
			return true
		}
	}
	return false
}

// A cdkReference is how TypeScript refers to a principal, given the id of the
// policy.
type cdkReference struct {
	prop string // of the construct's properties; empty where none is needed
	code func(id string) string
}

// cdkOwner refers to a principal. A construct of the second layer has a resource
// named Resource; one of the first layer is the resource itself.
// Source: AWS CDK API Reference, class Node: findChild(id), root.
func cdkOwner(c *Change) cdkReference {
	of := identifier(c.Kind) // Role or User
	named := func(name string) func(string) string {
		return func(id string) string {
			return fmt.Sprintf("iam.%s.from%sName(this, %s, %s)", of, of, script(id+of), name)
		}
	}
	if !c.InFile() || c.Declared.Construct == "" {
		if c.Generated() {
			name := strings.ToLower(identifier(c.Name)[:1]) + identifier(c.Name)[1:] + "Name"
			return cdkReference{name, named("props." + name)}
		}
		return cdkReference{"", named(script(c.Name))}
	}
	path, second := strings.CutSuffix(c.Declared.Construct, "/Resource")
	code := "this.node.root"
	for id := range strings.SplitSeq(path, "/") {
		code += ".node.findChild(" + script(id) + ")"
	}
	if second {
		return cdkReference{"", func(string) string { return code + " as iam." + of }}
	}
	return cdkReference{"", named("(" + code + " as iam.Cfn" + of + ").ref")}
}

func cdkStep(b *strings.Builder, c *Change, s *Step, owner *cdkReference, id string) {
	class, nameProperty := "Policy", "policyName"
	if s.Kind != PutInline {
		class, nameProperty = "ManagedPolicy", "managedPolicyName"
	}
	fmt.Fprintf(b, "    new iam.%s(this, %s, {\n", class, script(id))
	if !c.Generated() {
		fmt.Fprintf(b, "      %s: %s,\n", nameProperty, script(s.Name()))
	}
	if path := pathOf(s.ARN()); s.ARN() != "" && path != "/" {
		fmt.Fprintf(b, "      path: %s,\n", script(path))
	}
	fmt.Fprintf(b, "      %ss: [%s],\n", c.Kind, owner.code(id))
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
