package remedy

import (
	"go.yaml.in/yaml/v4"
)

// renderSAM writes what belongs into the Policies of the functions that SAM
// makes roles for; for other roles it is CloudFormation's form.
// Source: SAM Developer Guide, AWS::Serverless::Function, Policies: "inline IAM
// policy documents".
func renderSAM(changes []*Change) (string, error) {
	resources, others := mapping(), []*Change{}
	asJSON := true
	for _, c := range changes {
		own := &Change{Kind: c.Kind, Name: c.Name, ARN: c.ARN, Declared: c.Declared}
		policies := &yaml.Node{Kind: yaml.SequenceNode}
		for i := range c.Steps {
			if s := &c.Steps[i]; c.inPolicies(s) {
				policies.Content = append(policies.Content, document(s.After))
			} else {
				own.Steps = append(own.Steps, *s)
			}
		}
		if len(own.Steps) > 0 {
			others = append(others, own)
		}
		if len(policies.Content) == 0 {
			continue
		}
		asJSON = asJSON && c.Declared.JSON
		function, properties := mapping(), mapping()
		add(properties, "Policies", policies)
		add(function, "Properties", properties)
		add(resources, c.Declared.Function, function)
		resources.Content[len(resources.Content)-2].HeadComment = "goes to the Policies of " + Comment(c.Declared.Function) + " in " + Comment(c.Declared.Location.File)
	}
	out := ""
	if len(resources.Content) > 0 {
		root := mapping()
		add(root, "Resources", resources)
		text, err := printTree(root, asJSON)
		if err != nil {
			return "", err
		}
		out = text
	}
	if len(others) == 0 {
		return out, nil
	}
	rest, err := renderCloudFormation(others)
	if out != "" {
		out += "\n"
	}
	return out + rest, err
}

// inPolicies reports whether a step belongs into the Policies of a resource of
// SAM's.
func (c *Change) inPolicies(s *Step) bool {
	return c.inTemplate() && c.Declared.Function != "" && s.Kind == PutInline && s.After != nil
}
