package remedy

import (
	"bytes"
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v4"

	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// renderCloudFormation writes what belongs into the template that declares the
// principals, where one does; else a template of its own. A name that the
// deploy makes and no template of theirs can refer to is a parameter.
func renderCloudFormation(changes []*Change) (string, error) {
	resources, parameters := mapping(), mapping()
	used := map[string]int{}
	gone, whole, asJSON := "", false, len(changes) > 0
	for _, c := range changes {
		inside := c.inTemplate()
		whole, asJSON = whole || !inside, asJSON && inside && c.Declared.JSON
		for i := range c.Steps {
			s := &c.Steps[i]
			if s.After == nil {
				gone += "not of CloudFormation, unless your template made it: " + Comment(s.what(c)) + "\n"
				continue
			}
			add(resources, unique(used, logicalID(c, s)), cloudFormationResource(c, s, parameters))
			resources.Content[len(resources.Content)-2].HeadComment = Comment(s.what(c)) + c.place()
		}
	}
	root := mapping()
	if whole {
		add(root, "AWSTemplateFormatVersion", quoted("2010-09-09"))
		add(root, "Description", text("What Remotion Lambda's policies lacked"))
	}
	if len(parameters.Content) > 0 {
		add(root, "Parameters", parameters)
	}
	add(root, "Resources", resources)
	root.FootComment = gone
	return printTree(root, asJSON)
}

// printTree writes a tree as YAML, or as JSON without its comments.
func printTree(root *yaml.Node, asJSON bool) (string, error) {
	if asJSON {
		data, err := json.MarshalIndent(plain(root), "", "  ")
		return string(data) + "\n", err
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(&yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{root}}); err != nil {
		return "", err
	}
	return b.String(), enc.Close()
}

// logicalID is a name for the resource of a step.
func logicalID(c *Change, s *Step) string {
	if c.inTemplate() {
		return identifier(c.Declared.Name, s.Name())
	}
	return identifier(c.Name, s.Name())
}

// inTemplate reports whether a template of CloudFormation's declares the
// principal.
func (c *Change) inTemplate() bool {
	return c.InFile() && c.Declared.Language == account.CloudFormation
}

// place says in a comment where the change belongs.
func (c *Change) place() string {
	if !c.inTemplate() {
		return ""
	}
	return "\ngoes into the Resources of " + Comment(c.Declared.Location.File)
}

// cloudFormationResource is the policy as a resource. In the principal's own
// template it refers to it, under the condition of the principal; CloudFormation
// makes the name of a managed policy, so that no capability for names is needed.
// Source: CloudFormation User Guide, AWS::IAM::Policy (Roles, Users: names, as
// Ref returns), AWS::IAM::RolePolicy and AWS::IAM::ManagedPolicy.
func cloudFormationResource(c *Change, s *Step, parameters *yaml.Node) *yaml.Node {
	role := map[string]string{"role": "Role", "user": "User"}[c.Kind]
	properties, out := mapping(), mapping()
	kind, who := "AWS::IAM::ManagedPolicy", list([]string{c.Name})
	switch {
	case c.inTemplate():
		who = &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{ref(c.Declared.Name)}}
	case c.Generated():
		who.Content[0] = ref(nameParameter(c, parameters))
	}
	switch {
	case s.Kind == PutInline && c.inTemplate():
		kind = "AWS::IAM::Policy"
		add(properties, "PolicyName", text(s.Name()))
		add(properties, role+"s", who)
	case s.Kind == PutInline:
		kind = "AWS::IAM::" + role + "Policy"
		add(properties, "PolicyName", text(s.Name()))
		add(properties, role+"Name", who.Content[0])
	default:
		if !c.inTemplate() {
			add(properties, "ManagedPolicyName", text(s.Name()))
			if path := pathOf(s.ARN()); path != "/" {
				add(properties, "Path", text(path))
			}
		}
		add(properties, role+"s", who)
	}
	add(properties, "PolicyDocument", document(s.After))
	add(out, "Type", text(kind))
	if c.inTemplate() && c.Declared.Condition != "" {
		add(out, "Condition", text(c.Declared.Condition))
	}
	add(out, "Properties", properties)
	return out
}

// nameParameter adds a parameter for the name of a principal that only the
// deploy makes.
func nameParameter(c *Change, parameters *yaml.Node) string {
	name := identifier(c.Name) + "Name"
	for i := 0; i < len(parameters.Content); i += 2 {
		if parameters.Content[i].Value == name {
			return name
		}
	}
	p := mapping()
	add(p, "Type", text("String"))
	add(p, "Description", text("The name that the deploy gave the "+c.owner()))
	add(parameters, name, p)
	return name
}

func document(doc *policy.Document) *yaml.Node {
	out := mapping()
	if doc.Version != "" {
		add(out, "Version", quoted(doc.Version))
	}
	add(out, "Statement", statementList(doc))
	return out
}

func statementList(doc *policy.Document) *yaml.Node {
	statements := &yaml.Node{Kind: yaml.SequenceNode}
	for i := range doc.Statements {
		statements.Content = append(statements.Content, statement(&doc.Statements[i]))
	}
	return statements
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

// ref is !Ref.
func ref(id string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!Ref", Style: yaml.TaggedStyle, Value: id}
}

// list is a sequence, also of one value: IAM takes both.
func list(values []string) *yaml.Node {
	out := &yaml.Node{Kind: yaml.SequenceNode}
	for _, v := range values {
		out.Content = append(out.Content, text(v))
	}
	return out
}

// A pair is a member of an object whose order is kept.
type pair struct {
	name  string
	value any
}

// An ordered is an object whose order is kept.
type ordered []pair

// MarshalJSON implements [json.Marshaler].
func (o ordered) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, p := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(p.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(p.value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// plain is a tree as JSON has it: short tags are objects.
func plain(n *yaml.Node) any {
	if name, ok := strings.CutPrefix(n.Tag, "!"); ok && !strings.HasPrefix(name, "!") {
		return ordered{{name, n.Value}}
	}
	switch n.Kind {
	case yaml.MappingNode:
		out := ordered{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			out = append(out, pair{n.Content[i].Value, plain(n.Content[i+1])})
		}
		return out
	case yaml.SequenceNode:
		out := []any{}
		for _, c := range n.Content {
			out = append(out, plain(c))
		}
		return out
	}
	return n.Value
}
