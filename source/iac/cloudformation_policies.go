package iac

import (
	"slices"
	"strconv"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/managed"
	"remotion-doctor/iam/policy"
)

// managedPolicy makes a managed policy of the deployment.
func (b *builder) managedPolicy(r *resource, t truth) error {
	if r.typ != "AWS::IAM::ManagedPolicy" {
		return nil
	}
	arn, err := r.stack.attribute(r.id, "PolicyArn", r.node)
	if err != nil {
		return err
	}
	v, err := r.property("PolicyDocument")
	if err != nil {
		return err
	}
	doc, err := r.stack.document(v, "the policy", r, openConditions(r, t)...)
	if err != nil {
		return err
	}
	b.arns[r] = arn.standIn()
	b.addManaged(b.arns[r], identified(doc, r.stack.file, r.label()), r.label(), r.location(), nil, r.aliases()...)
	return b.eachOwner(r, func(p *principal) { p.attach(b.arns[r]) })
}

// inline adds the policies in a property of the resource.
func (b *builder) inline(r *resource, p *principal, property string) error {
	v, err := r.property(property)
	if err != nil {
		return err
	}
	return b.inlineFrom(r, p, v, nil)
}

func (b *builder) inlineFrom(r *resource, p *principal, v value, conditions []string) error {
	for _, item := range v.list() {
		switch item.kind {
		case choiceValue:
			for _, o := range item.options {
				if err := b.inlineFrom(r, p, o.value, plus(conditions, o.condition)); err != nil {
					return err
				}
			}
		case listValue:
			if err := b.inlineFrom(r, p, item, conditions); err != nil {
				return err
			}
		case objectValue:
			if err := b.addInline(r, p, item, conditions); err != nil {
				return err
			}
		case noValue:
		default:
			if text, known := item.known(); known {
				return r.stack.fail(item.start, "it has PolicyName and PolicyDocument", "an inline policy must be an object, not %s", quote(text))
			}
			p.inline = append(p.inline, b.unknownInline(item.what(), "the policies "+item.what(), r.location()))
		}
	}
	return nil
}

func (b *builder) addInline(r *resource, p *principal, v value, conditions []string) error {
	doc, err := r.stack.document(v.get("PolicyDocument"), "a policy", r, conditions...)
	if err != nil {
		return err
	}
	name := v.get("PolicyName").standIn()
	if name == "" {
		name = r.id
	}
	p.addInline(name, doc, r.stack.file, r.label()+"/"+name)
	return nil
}

// identified gives a document the identity of a policy in a file.
func identified(doc account.Document, file, label string) account.Document {
	if doc.Origin == nil {
		return doc
	}
	origin := *doc.Origin
	origin.ID = iam.FilePolicy(file, label)
	doc.Origin = &origin
	return doc
}

// addInline gives a principal an inline policy, which the label identifies in
// the file: two of one name, under different conditions, are two.
func (p *principal) addInline(name string, doc account.Document, file, label string) {
	same := 0
	for i := range p.inline {
		if o := p.inline[i].PolicyDocument.Origin; o != nil && strings.HasPrefix(string(o.ID), string(iam.FilePolicy(file, label))) {
			same++
		}
	}
	if same > 0 {
		label += "~" + strconv.Itoa(same+1)
	}
	p.inline = append(p.inline, account.InlinePolicy{PolicyName: name, PolicyDocument: identified(doc, file, label)})
}

// attachAll attaches the managed policies that a value lists.
func (b *builder) attachAll(r *resource, p *principal, v value) {
	for _, item := range v.list() {
		switch item.kind {
		case listValue:
			b.attachAll(r, p, item)
		case noValue:
		default:
			p.attach(b.managedARN(r, item))
		}
	}
}

// managedARN returns the ARN of a managed policy, which may be one of the
// deployment, or of one that is not known.
func (b *builder) managedARN(r *resource, v value) string {
	if m := v.resource(); m != nil && b.arns[m] != "" {
		return b.arns[m]
	}
	if text, known := v.known(); known {
		if _, isARN := policy.ParseARN(text); !isARN {
			text = "arn:" + r.stack.options.partition() + ":iam::aws:policy/" + managedPath(text)
		}
		return b.samePolicy(text)
	}
	at := r.location()
	if !v.start.IsZero() {
		at.Position = v.start
	}
	return b.unknownManaged("the managed policy that is "+v.what(), at)
}

// managedPath completes the name of an AWS managed policy by its path: SAM
// accepts the name alone.
// Source: SAM Developer Guide, "AWS::Serverless::Function", Policies.
func managedPath(name string) string {
	if arn, ok := managed.ARN(name); ok {
		_, path, _ := strings.Cut(arn, ":policy/")
		return path
	}
	return name
}

// samePolicy finds a policy of the deployment by an ARN that was put together.
func (b *builder) samePolicy(arn string) string {
	for i := range b.policies {
		if strings.EqualFold(b.policies[i].Arn, arn) {
			return b.policies[i].Arn
		}
	}
	return arn
}

func (b *builder) boundary(r *resource, p *principal) error {
	v, err := r.property("PermissionsBoundary")
	if err != nil || v.kind == noValue {
		return err
	}
	p.boundary = &account.AttachedBoundary{PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: b.managedARN(r, v)}
	return nil
}

// policyTypes are the resources that are an inline policy of a principal.
var policyTypes = map[string]bool{
	"AWS::IAM::Policy": true, "AWS::IAM::RolePolicy": true, "AWS::IAM::UserPolicy": true, "AWS::IAM::GroupPolicy": true,
}

// policy attaches a policy that is a resource of its own.
func (b *builder) policy(r *resource, t truth) error {
	switch {
	case r.typ == "AWS::IAM::UserToGroupAddition":
		return b.membership(r)
	case !policyTypes[r.typ]:
		return nil
	}
	v, err := r.property("PolicyDocument")
	if err != nil {
		return err
	}
	if v.kind == noValue && r.typ != "AWS::IAM::Policy" {
		return nil
	}
	conditions := openConditions(r, t)
	if _, err := r.stack.document(v, "the policy", r, conditions...); err != nil {
		return err
	}
	name, err := r.property("PolicyName")
	if err != nil {
		return err
	}
	text := name.standIn()
	if text == "" {
		text = r.id
	}
	return b.eachOwner(r, func(p *principal) {
		// Where the owner exists, the conditions that it shares with the policy hold.
		own := slices.DeleteFunc(slices.Clone(conditions), func(c string) bool { return slices.Contains(p.conditions, c) })
		doc, err := r.stack.document(v, "the policy", r, own...)
		if err != nil {
			p.refuse(err)
			return
		}
		p.addInline(text, doc, r.stack.file, r.label())
	})
}
