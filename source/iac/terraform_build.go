package iac

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
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
	resource bool // the policy of a resource is being read
}

// tfIdentities are the types that are principals.
var tfIdentities = map[string]string{"aws_iam_role": "role", "aws_iam_user": "user", "aws_iam_group": "group"}

func (b *planBuilder) build() error {
	for _, step := range []func(*tfResource) error{b.identity, b.managedPolicy, b.ownPolicies, b.attachments, b.other, b.profile, b.actor} {
		for _, res := range b.plan.resources {
			if err := step(res); err != nil {
				b.trouble(res, err)
			}
		}
	}
	return nil
}

// tfTargets are the kinds of targets that types are.
var tfTargets = map[string]audit.TargetKind{
	"aws_iam_role": audit.TargetRole, "aws_iam_user": audit.TargetUser, "aws_lambda_function": audit.TargetFunction,
	"aws_ecs_task_definition": audit.TargetTaskDefinition, "aws_iam_instance_profile": audit.TargetInstanceProfile,
}

// trouble takes in what is wrong with a resource: whoever depends on it is not
// decided about, and it is noted for the others.
func (b *planBuilder) trouble(res *tfResource, err error) {
	b.note("%s: not read: %s", res.address, err)
	if p := b.made[res]; p != nil {
		p.refuse(err)
		return
	}
	if kind, ok := tfTargets[res.typ]; ok {
		b.refusal(kind, res.address, b.location(res), err, b.text(res, "name"), b.text(res, "function_name"))
		return
	}
	kind, _, _ := strings.Cut(strings.TrimPrefix(res.typ, "aws_iam_"), "_")
	if strings.HasPrefix(res.typ, "aws_iam_") && slices.Contains([]string{"role", "user", "group"}, kind) {
		if owners, certain := b.owners(res, kind, kind, b.attribute(res, kind)); certain {
			for _, p := range owners {
				p.refuse(err)
			}
			return
		}
	}
	if strings.HasPrefix(res.typ, "aws_iam_") {
		b.gap(iam.Gap{Where: b.location(res).String(), What: res.address, Why: reasonOf(err), Affects: iam.MayBoth})
	}
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
		b.made[res] = b.outside(b.account(res), kind, firstOf(b.text(res, "arn"), name, res.address), "the policies of the "+kind+" "+firstOf(name, res.address)+", which the plan only reads", b.location(res))
		return nil
	}
	p := b.add(&principal{
		kind: kind, name: firstOf(name, plainName(res.address)), path: firstOf(b.text(res, "path"), "/"),
		at: b.location(res), names: append([]string{res.address, name}, res.aliases...), label: res.address, generated: name == "",
		account: b.account(res), region: b.resourceRegion(res), declared: b.declaration(res),
	})
	if arn := b.text(res, "arn"); arn != "" {
		p.arn = arn
		b.index[kind+arn] = p
	}
	b.made[res] = p
	p.tags, p.moreTags = b.tags(res)
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
	arn := firstOf(b.text(res, "arn"), b.principalARN(b.account(res), "policy", firstOf(b.text(res, "path"), "/"), name))
	b.arns[res] = arn
	if !slices.ContainsFunc(b.policies, func(m account.ManagedPolicy) bool { return m.Arn == arn }) {
		b.addManaged(arn, identified(doc, b.plan.file, res.address), res.address, b.location(res), nil, append(res.aliases, name)...)
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
		if item.kind != objectValue {
			p.addInline("inline_policy", b.unknownInline("", "inline_policy of "+res.address+" ("+item.what()+")", p.at).PolicyDocument, b.plan.file, res.address+".inline_policy")
			continue
		}
		// "If no inline policies are wanted, give an empty block": the provider
		// stores one with an empty name and policy.
		if text, known := item.get("policy").known(); item.get("policy").kind == noValue || known && text == "" {
			continue
		}
		name := firstOf(item.get("name").standIn(), fmt.Sprintf("inline-%d", i+1))
		doc, err := b.documentOf(res, item.get("policy"), b.plan.expression(res, "inline_policy").elem(i).get("policy"), res.values.get("inline_policy").elem(i).get("policy"))
		if err != nil {
			return err
		}
		p.addInline(name, doc, b.plan.file, res.address+".inline_policy")
	}
	managed := b.attribute(res, "managed_policy_arns")
	for _, item := range managed.list() {
		for _, arn := range b.managedARNs(res, item, b.plan.expression(res, "managed_policy_arns"), true) {
			p.attach(arn)
		}
	}
	if v := b.attribute(res, "permissions_boundary"); v.kind != noValue {
		if text, known := v.known(); known && text == "" {
			return nil
		}
		arns := b.managedARNs(res, v, b.plan.expression(res, "permissions_boundary"), false)
		p.boundary = &account.AttachedBoundary{PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: arns[0]}
	}
	return nil
}

// managedARNs returns the ARNs of the managed policies that a value names; with
// list it may be a list of several. A choice that is not known is a policy that
// is not known.
func (b *planBuilder) managedARNs(res *tfResource, v value, expression *node, list bool) []string {
	if text, known := v.known(); known {
		return []string{text}
	}
	t := b.plan.follow(res, expression)
	var out []string
	for _, m := range t.of("aws_iam_policy") {
		out = append(out, b.arns[m])
	}
	if t.certain() && len(out) == 1 || list && t.listed() && len(out) > 0 {
		return out
	}
	return []string{b.unknownManaged("the managed policy that is "+firstOf(v.what(), b.nameOf(expression, res.address)), b.location(res))}
}

// owners returns the principals that an attribute may name. It is certain where
// they are those, and uncertain where it may be one of them, or any.
func (b *planBuilder) owners(res *tfResource, kind, attribute string, v value) (out []*principal, certain bool) {
	if text, known := v.known(); known {
		if p := b.find(kind, b.account(res), text); p != nil {
			return []*principal{p}, true
		}
		return []*principal{b.outside(b.account(res), kind, text, "the policies of the "+kind+" "+text+", which is not in "+b.plan.file, b.location(res))}, true
	}
	t := b.plan.follow(res, b.plan.expression(res, attribute))
	for _, r := range t.of("aws_iam_" + kind) {
		if p := b.made[r]; p != nil {
			out = append(out, p)
		}
	}
	if t.open {
		return nil, false
	}
	list := strings.HasSuffix(attribute, "s")
	return out, t.certain() && len(out) == 1 || list && t.listed() && len(out) > 0
}

// each gives what an attribute names a policy. Where one of several is meant,
// or nobody knows which, all of them may have it.
func (b *planBuilder) each(res *tfResource, kind, attribute string, yield func(*principal)) {
	v := b.attribute(res, attribute)
	if v.kind == noValue {
		return
	}
	for _, item := range v.list() {
		owners, certain := b.owners(res, kind, attribute, item)
		if certain {
			for _, p := range owners {
				yield(p)
			}
			continue
		}
		if len(owners) == 0 {
			account := b.account(res)
			owners = slices.DeleteFunc(slices.Clone(b.principals), func(p *principal) bool { return p.kind != kind || p.account != account })
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
		p.addInline(name, doc, b.plan.file, res.address)
	})
	return nil
}

func (b *planBuilder) attach(res *tfResource, kind, owner, policies string) {
	v := b.attribute(res, policies)
	var arns []string
	for _, item := range v.list() {
		arns = append(arns, b.managedARNs(res, item, b.plan.expression(res, policies), strings.HasSuffix(policies, "s"))...)
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
