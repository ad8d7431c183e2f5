package iac

import (
	"strings"

	"remotion-doctor/iam"
)

// readTypes are the types of resources that are read: what they attach to whom
// is part of the deployment.
var readTypes = map[string]bool{
	"AWS::IAM::Role": true, "AWS::IAM::User": true, "AWS::IAM::Group": true, "AWS::IAM::ManagedPolicy": true,
	"AWS::IAM::Policy": true, "AWS::IAM::RolePolicy": true, "AWS::IAM::UserPolicy": true, "AWS::IAM::GroupPolicy": true,
	"AWS::IAM::UserToGroupAddition": true, "AWS::IAM::InstanceProfile": true, "AWS::S3::BucketPolicy": true,
	"AWS::EKS::PodIdentityAssociation": true, "AWS::ECS::TaskDefinition": true,
	samFunction: true, samStateMachine: true, samConnector: true,
	"AWS::CloudFormation::Stack": true, "AWS::Serverless::Application": true,
	"AWS::CloudFormation::CustomResource": true, "AWS::CloudFormation::StackSet": true, "AWS::ServiceCatalog::CloudFormationProvisionedProduct": true,
	"AWS::Organizations::Policy": true, "AWS::ControlTower::EnabledControl": true, "AWS::EC2::VPCEndpoint": true,
}

// openTypes says of a type of resource why it may do anything with the
// principals that it is given; ok is false for the others.
func openTypes(typ string) (why string, ok bool) {
	namespace, _, _ := strings.Cut(typ, "::")
	switch {
	case nestedTypes[typ] != "":
		return "the nested stack", true
	case typ == "AWS::CloudFormation::CustomResource", namespace == "Custom":
		return "what the custom resource does", true
	case typ == "AWS::CloudFormation::StackSet":
		return "the template of the stack set", true
	case typ == "AWS::ServiceCatalog::CloudFormationProvisionedProduct":
		return "the template of the product", true
	case strings.HasSuffix(typ, "::MODULE"):
		return "the module", true
	case namespace != "AWS" && namespace != "Alexa":
		return "what the extension " + typ + " does", true
	case typ == "AWS::Budgets::BudgetsAction":
		return "the policy that the budget attaches", true
	}
	return "", false
}

// unlisted says of a type that is neither read nor known to be harmless why it
// may concern any principal.
func unlisted(typ string) (why string, affects iam.GapEffect, ok bool) {
	if readTypes[typ] || harmless(typ) != "" || protected[typ].service != "" {
		return "", "", false
	}
	if _, open := openTypes(typ); open {
		return "", "", false
	}
	for _, prefix := range []string{"AWS::IAM::", "AWS::SSO::", "AWS::Organizations::"} {
		if strings.HasPrefix(typ, prefix) {
			return "resources of the type " + typ + " are not known here", iam.MayBoth, true
		}
	}
	return "", "", false
}

// other makes the gaps of types that are not known, or that are about policies
// above the account.
func (b *builder) other(r *resource, t truth) error {
	where := r.location().String()
	if why, affects, ok := unlisted(r.typ); ok {
		b.gap(iam.Gap{Where: where, What: r.typ + " " + r.label(), Why: why, Affects: affects})
	}
	if policyLike(r.typ) && !readTypes[r.typ] && protected[r.typ].service == "" && harmless(r.typ) == "" && strings.HasPrefix(r.typ, "AWS::") {
		service := strings.ToLower(strings.Split(r.typ, "::")[1])
		b.gap(iam.Gap{Where: where, What: r.typ + " " + r.label(), Why: "resources of the type " + r.typ + " are not known here", Affects: iam.MayBoth, Actions: []string{service + ":*"}})
	}
	switch r.typ {
	case "AWS::Organizations::Policy":
		return b.organizationPolicy(r)
	case "AWS::ControlTower::EnabledControl":
		b.control(r)
	case "AWS::EC2::VPCEndpoint":
		return b.endpointPolicy(r)
	case samConnector:
		b.connector(r, openConditions(r, t), r.properties)
	}
	b.embedded(r, t)
	return nil
}

// organizationPolicy: a policy of an organization may narrow what the accounts
// that it is attached to may do.
func (b *builder) organizationPolicy(r *resource) error {
	kind, err := r.property("Type")
	if err != nil {
		return err
	}
	layers := map[string]iam.Layer{"SERVICE_CONTROL_POLICY": iam.LayerSCP, "RESOURCE_CONTROL_POLICY": iam.LayerRCP}
	text, known := kind.known()
	if known && layers[text] == "" {
		return nil // a tag, backup or chat policy: no permissions
	}
	b.gap(iam.Gap{
		Where: r.location().String(), What: r.typ + " " + r.label(), Why: "it may be attached above the account, and is not read",
		Affects: iam.MayDeny, Layer: layers[text], Hint: "pass it with --scp or --rcp",
	})
	return nil
}

// control: a preventive control of Control Tower is a service or resource control
// policy on the accounts of its target.
// Source: AWS Control Tower User Guide, "About controls in AWS Control Tower".
func (b *builder) control(r *resource) {
	b.gap(iam.Gap{
		Where: r.location().String(), What: r.typ + " " + r.label(), Why: "a preventive control is a policy on the accounts of its target, and is not read",
		Affects: iam.MayDeny, Hint: "pass its policy with --scp or --rcp",
	})
}

// endpointPolicy: a policy of a VPC endpoint narrows what goes through it.
func (b *builder) endpointPolicy(r *resource) error {
	v, err := r.property("PolicyDocument")
	if err != nil || v.kind == noValue {
		return err
	}
	service, err := r.property("ServiceName")
	if err != nil {
		return err
	}
	name := service.standIn()
	b.gap(iam.Gap{
		Where: r.location().String(), What: r.typ + " " + r.label(), Why: "its policy narrows requests that go through the endpoint",
		Affects: iam.MayDeny, Kind: iam.GapAssumption, Actions: []string{name[strings.LastIndexByte(name, '.')+1:] + ":*"},
	})
	return nil
}
