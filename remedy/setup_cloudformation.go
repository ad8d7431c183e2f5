package remedy

import (
	"go.yaml.in/yaml/v4"
)

// cloudFormation writes the set-up as a template.
func (s *SetUp) cloudFormation(changes []*Change) (string, error) {
	resources, outputs := mapping(), mapping()
	used := map[string]int{}
	for i, c := range changes {
		p := &s.Principals[i]
		add(resources, p.ID, p.resource())
		for n := range c.Steps {
			add(resources, unique(used, identifier(p.ID, "Policy")), cloudFormationResource(c, &c.Steps[n], mapping()))
		}
	}
	if b := s.Bucket; b != nil {
		add(resources, b.ID, b.resource())
		resources.Content[len(resources.Content)-2].HeadComment = publicComment
		out := mapping()
		add(out, "Value", ref(b.ID))
		add(outputs, b.ID+"Name", out)
	}
	root := mapping()
	add(root, "AWSTemplateFormatVersion", quoted("2010-09-09"))
	add(root, "Description", text("What Remotion Lambda needs"))
	add(root, "Resources", resources)
	if len(outputs.Content) > 0 {
		add(root, "Outputs", outputs)
	}
	if s.hasUser() {
		root.HeadComment = setUpComment
	}
	return printTree(root, false)
}

func (s *SetUp) hasUser() bool {
	for i := range s.Principals {
		if s.Principals[i].Kind == "user" {
			return true
		}
	}
	return false
}

// resource is the role or user.
func (p *NewPrincipal) resource() *yaml.Node {
	properties := mapping()
	add(properties, identifier(p.Kind)+"Name", text(p.Name))
	if p.Kind == "role" {
		trust, statement, principal := mapping(), mapping(), mapping()
		add(principal, "Service", text(p.Service))
		add(statement, "Effect", text("Allow"))
		add(statement, "Principal", principal)
		add(statement, "Action", text("sts:AssumeRole"))
		add(trust, "Version", quoted("2012-10-17"))
		add(trust, "Statement", &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{statement}})
		add(properties, "AssumeRolePolicyDocument", trust)
	}
	return resourceOf("AWS::IAM::"+identifier(p.Kind), properties)
}

func resourceOf(typ string, properties *yaml.Node) *yaml.Node {
	out := mapping()
	add(out, "Type", text(typ))
	add(out, "Properties", properties)
	return out
}

// resource is the bucket. Its name ends with a part of the stack's id, which is
// unique. A bucket with content cannot be deleted with its stack.
// Source: CloudFormation User Guide, AWS::S3::Bucket; "Pseudo parameters":
// AWS::StackId ends with a UUID.
func (b *NewBucket) resource() *yaml.Node {
	access, ownership, rule, properties := mapping(), mapping(), mapping(), mapping()
	for _, name := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
		add(access, name, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "false"})
	}
	add(rule, "ObjectOwnership", text("BucketOwnerPreferred"))
	add(ownership, "Rules", &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{rule}})
	add(properties, "BucketName", b.name())
	add(properties, "OwnershipControls", ownership)
	add(properties, "PublicAccessBlockConfiguration", access)
	add(properties, "AccessControl", text("PublicRead"))
	out := mapping()
	add(out, "Type", text("AWS::S3::Bucket"))
	add(out, "DeletionPolicy", text("Retain"))
	add(out, "UpdateReplacePolicy", text("Retain"))
	add(out, "Properties", properties)
	return out
}

// name is PREFIX-REGION-SUFFIX.
func (b *NewBucket) name() *yaml.Node {
	region := function("Fn::Join", text(""), function("Fn::Split", text("-"), ref("AWS::Region")))
	uuid := function("Fn::Select", text("2"), function("Fn::Split", text("/"), ref("AWS::StackId")))
	suffix := function("Fn::Select", text("4"), function("Fn::Split", text("-"), uuid))
	return function("Fn::Join", text("-"), sequence(text(b.Prefix), region, suffix))
}

func sequence(items ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Content: items}
}

func function(name string, arguments ...*yaml.Node) *yaml.Node {
	out := mapping()
	add(out, name, sequence(arguments...))
	return out
}
