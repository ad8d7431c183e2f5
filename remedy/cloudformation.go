package remedy

import (
	"bytes"

	"go.yaml.in/yaml/v4"

	"remotion-doctor/iam/policy"
)

// renderCloudFormation writes a template in YAML.
func renderCloudFormation(changes []*Change) (string, error) {
	resources := mapping()
	used := map[string]int{}
	gone := ""
	for _, c := range changes {
		for i := range c.Steps {
			s := &c.Steps[i]
			if s.After == nil {
				gone += "not of CloudFormation, unless your template made it: " + Comment(s.what(c)) + "\n"
				continue
			}
			name := unique(used, identifier(c.Name, s.Name()))
			resource := cloudFormationResource(c, s)
			add(resources, name, resource)
			resources.Content[len(resources.Content)-2].HeadComment = Comment(s.what(c))
		}
	}
	root := mapping()
	add(root, "AWSTemplateFormatVersion", quoted("2010-09-09"))
	add(root, "Description", text("What Remotion Lambda's policies lacked"))
	add(root, "Resources", resources)
	root.FootComment = gone
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(&yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{root}}); err != nil {
		return "", err
	}
	return b.String(), enc.Close()
}

func cloudFormationResource(c *Change, s *Step) *yaml.Node {
	role := map[string]string{"role": "Role", "user": "User"}[c.Kind]
	properties := mapping()
	kind := "AWS::IAM::" + role + "Policy"
	switch s.Kind {
	case PutInline:
		add(properties, "PolicyName", text(s.Name()))
		add(properties, role+"Name", text(c.Name))
	default:
		kind = "AWS::IAM::ManagedPolicy"
		add(properties, "ManagedPolicyName", text(s.Name()))
		if path := pathOf(s.ARN()); path != "/" {
			add(properties, "Path", text(path))
		}
		add(properties, role+"s", list([]string{c.Name}))
	}
	add(properties, "PolicyDocument", document(s.After))
	out := mapping()
	add(out, "Type", text(kind))
	add(out, "Properties", properties)
	return out
}

func document(doc *policy.Document) *yaml.Node {
	out := mapping()
	if doc.Version != "" {
		add(out, "Version", quoted(doc.Version))
	}
	statements := &yaml.Node{Kind: yaml.SequenceNode}
	for i := range doc.Statements {
		statements.Content = append(statements.Content, statement(&doc.Statements[i]))
	}
	add(out, "Statement", statements)
	return out
}

func statement(s *policy.Statement) *yaml.Node {
	out := mapping()
	if s.Sid != "" {
		add(out, "Sid", text(s.Sid))
	}
	add(out, "Effect", text(string(s.Effect)))
	add(out, s.ActionElement(), list(s.Actions))
	if len(s.Resources) > 0 {
		add(out, s.ResourceElement(), list(s.Resources))
	}
	if len(s.Conditions) == 0 {
		return out
	}
	conditions := mapping()
	for _, operator := range operatorsOf(s) {
		keys := mapping()
		for _, c := range s.Conditions {
			if c.Operator == operator {
				add(keys, c.Key, list(c.Values))
			}
		}
		add(conditions, operator, keys)
	}
	add(out, "Condition", conditions)
	return out
}

func mapping() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode} }

func add(m *yaml.Node, name string, value *yaml.Node) {
	m.Content = append(m.Content, text(name), value)
}

// text is a string; the encoder quotes it where it would be read as something
// else.
func text(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	return n
}

func quoted(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.SingleQuotedStyle, Value: s}
}

// list is a sequence, also of one value: IAM takes both.
func list(values []string) *yaml.Node {
	out := &yaml.Node{Kind: yaml.SequenceNode}
	for _, v := range values {
		out.Content = append(out.Content, text(v))
	}
	return out
}
