package iac

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
)

// A planBuilder puts the resources of a plan into an assembly.
type planBuilder struct {
	*assembly
	plan     *Plan
	made     map[*tfResource]*principal
	arns     map[*tfResource]string // of managed policies
	profiles map[*tfResource]*principal
}

// tfIdentities are the types that are principals.
var tfIdentities = map[string]string{"aws_iam_role": "role", "aws_iam_user": "user", "aws_iam_group": "group"}

func (b *planBuilder) build() error {
	for _, step := range []func(*tfResource) error{b.identity, b.managedPolicy, b.ownPolicies, b.attachments, b.profile, b.actor} {
		for _, res := range b.plan.resources {
			if err := step(res); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *planBuilder) location(res *tfResource) iam.Location {
	return iam.Location{File: b.plan.file, Position: res.at}
}

func (b *planBuilder) identity(res *tfResource) error {
	kind := tfIdentities[res.typ]
	if kind == "" {
		return nil
	}
	name := firstOf(b.text(res, "name"), b.text(res, "id"))
	if res.data {
		b.made[res] = b.outside(kind, firstOf(b.text(res, "arn"), name, res.address), "the policies of the "+kind+" "+firstOf(name, res.address)+", which the plan only reads", b.location(res))
		return nil
	}
	p := b.add(&principal{
		kind: kind, name: firstOf(name, plainName(res.address)), path: firstOf(b.text(res, "path"), "/"),
		at: b.location(res), names: []string{res.address, name}, label: res.address,
	})
	if arn := b.text(res, "arn"); arn != "" {
		p.arn = arn
		b.index[kind+arn] = p
	}
	b.made[res] = p
	if kind != "role" {
		return nil
	}
	trust, ok, err := b.document(res, "assume_role_policy")
	if ok {
		p.trust = &trust
	}
	return err
}

func (b *planBuilder) managedPolicy(res *tfResource) error {
	if res.typ != "aws_iam_policy" {
		return nil
	}
	doc, ok, err := b.document(res, "policy")
	if err != nil {
		return err
	}
	if !ok {
		doc = b.unknownInline("", "the document of "+res.address, b.location(res)).PolicyDocument
	}
	name := firstOf(b.text(res, "name"), plainName(res.address))
	arn := firstOf(b.text(res, "arn"), b.principalARN("policy", firstOf(b.text(res, "path"), "/"), name))
	b.arns[res] = arn
	if !slices.ContainsFunc(b.policies, func(m account.ManagedPolicy) bool { return m.Arn == arn }) {
		b.policies = append(b.policies, account.NewManagedPolicy(arn, doc))
	}
	return nil
}

// ownPolicies takes in what stands with a principal.
func (b *planBuilder) ownPolicies(res *tfResource) error {
	p := b.made[res]
	if p == nil || res.data {
		return nil
	}
	inline := b.attribute(res, "inline_policy")
	if name := inline.what(); name != "" && inline.kind != listValue {
		p.inline = append(p.inline, b.unknownInline("inline_policy", name, p.at))
	}
	for i, item := range inline.list() {
		if item.kind != objectValue || item.get("policy").kind == noValue {
			continue
		}
		name := firstOf(item.get("name").standIn(), fmt.Sprintf("inline-%d", i+1))
		doc, err := b.documentOf(res, item.get("policy"), b.plan.expression(res, "inline_policy").elem(i).get("policy"), res.values.get("inline_policy").elem(i).get("policy"))
		if err != nil {
			return err
		}
		p.inline = append(p.inline, account.InlinePolicy{PolicyName: name, PolicyDocument: doc})
	}
	managed := b.attribute(res, "managed_policy_arns")
	for _, item := range managed.list() {
		for _, arn := range b.managedARNs(res, item, b.plan.expression(res, "managed_policy_arns")) {
			p.attach(arn)
		}
	}
	if v := b.attribute(res, "permissions_boundary"); v.kind != noValue {
		if text, known := v.known(); known && text == "" {
			return nil
		}
		arns := b.managedARNs(res, v, b.plan.expression(res, "permissions_boundary"))
		p.boundary = &account.AttachedBoundary{PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: arns[0]}
	}
	return nil
}

// managedARNs returns the ARNs of the managed policies that a value names.
func (b *planBuilder) managedARNs(res *tfResource, v value, expression *node) []string {
	if text, known := v.known(); known {
		return []string{text}
	}
	t := b.plan.follow(res, expression)
	var out []string
	for _, m := range t.of("aws_iam_policy") {
		out = append(out, b.arns[m])
	}
	if len(out) == 0 || t.open {
		out = append(out, b.unknownManaged("the managed policy that is "+firstOf(v.what(), b.nameOf(expression, res.address)), b.location(res)))
	}
	return out
}

// owners returns the principals that an attribute names. All is true where it
// may be any.
func (b *planBuilder) owners(res *tfResource, kind, attribute string, v value) (out []*principal, all bool) {
	if text, known := v.known(); known {
		if p := b.find(kind, text); p != nil {
			return []*principal{p}, false
		}
		return []*principal{b.outside(kind, text, "the policies of the "+kind+" "+text+", which is not in "+b.plan.file, b.location(res))}, false
	}
	t := b.plan.follow(res, b.plan.expression(res, attribute))
	for _, r := range t.of("aws_iam_" + kind) {
		if p := b.made[r]; p != nil {
			out = append(out, p)
		}
	}
	return out, len(out) == 0
}

// each gives what an attribute names a policy. Where one of several is meant,
// or nobody knows which, all of them may have it.
func (b *planBuilder) each(res *tfResource, kind, attribute string, yield func(*principal)) {
	v := b.attribute(res, attribute)
	if v.kind == noValue {
		return
	}
	for _, item := range v.list() {
		owners, all := b.owners(res, kind, attribute, item)
		if len(owners) == 1 || v.kind == opaqueValue && strings.HasSuffix(attribute, "s") && !all {
			for _, p := range owners {
				yield(p)
			}
			continue
		}
		if all {
			owners = slices.DeleteFunc(slices.Clone(b.principals), func(p *principal) bool { return p.kind != kind })
		}
		for _, p := range owners {
			p.inline = append(p.inline, b.unknownInline(res.name, "whether "+res.address+" is attached ("+item.what()+")", b.location(res)))
		}
	}
}

// attachments takes in the resources that attach policies to principals.
func (b *planBuilder) attachments(res *tfResource) error {
	if res.data {
		return nil
	}
	switch res.typ {
	case "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy":
		return b.inlinePolicy(res, strings.TrimSuffix(strings.TrimPrefix(res.typ, "aws_iam_"), "_policy"))
	case "aws_iam_role_policy_attachment", "aws_iam_user_policy_attachment", "aws_iam_group_policy_attachment":
		kind := strings.TrimSuffix(strings.TrimPrefix(res.typ, "aws_iam_"), "_policy_attachment")
		b.attach(res, kind, kind, "policy_arn")
	case "aws_iam_role_policy_attachments_exclusive":
		b.attach(res, "role", "role_name", "policy_arns")
	case "aws_iam_policy_attachment":
		for _, kind := range []string{"role", "user", "group"} {
			b.attach(res, kind, kind+"s", "policy_arn")
		}
	case "aws_iam_user_group_membership":
		b.membership(res, "user", "groups")
	case "aws_iam_group_membership":
		b.membership(res, "users", "group")
	case "aws_s3_bucket_policy":
		return b.bucketPolicy(res)
	}
	return nil
}

func (b *planBuilder) inlinePolicy(res *tfResource, kind string) error {
	doc, ok, err := b.document(res, "policy")
	if err != nil || !ok {
		return err
	}
	name := firstOf(b.text(res, "name"), res.name)
	b.each(res, kind, kind, func(p *principal) {
		p.inline = append(p.inline, account.InlinePolicy{PolicyName: name, PolicyDocument: doc})
	})
	return nil
}

func (b *planBuilder) attach(res *tfResource, kind, owner, policies string) {
	v := b.attribute(res, policies)
	var arns []string
	for _, item := range v.list() {
		arns = append(arns, b.managedARNs(res, item, b.plan.expression(res, policies))...)
	}
	b.each(res, kind, owner, func(p *principal) {
		for _, arn := range arns {
			p.attach(arn)
		}
	})
}

func (b *planBuilder) membership(res *tfResource, users, groups string) {
	b.each(res, "user", users, func(u *principal) {
		b.each(res, "group", groups, func(g *principal) { u.groups = append(u.groups, g.name) })
	})
}

func (b *planBuilder) bucketPolicy(res *tfResource) error {
	doc, ok, err := b.document(res, "policy")
	if err != nil || !ok {
		return err
	}
	if b.snapshot.BucketPolicies == nil {
		b.snapshot.BucketPolicies = map[string]account.Document{}
	}
	b.snapshot.BucketPolicies[firstOf(b.text(res, "bucket"), res.address)] = doc
	return nil
}
