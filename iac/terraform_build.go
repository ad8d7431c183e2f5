package iac

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/account"
	"remotion-doctor/audit"
	"remotion-doctor/policy"
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

func (b *planBuilder) location(res *tfResource) audit.Location {
	return audit.Location{File: b.plan.file, Position: res.at}
}

// attribute returns an attribute as far as it is known. What the configuration
// does not set is not unknown: Terraform lists computed attributes as such.
func (b *planBuilder) attribute(res *tfResource, name string) value {
	v := merge(res.values.get(name), res.unknown.get(name), res.address+"."+name)
	if v.kind == opaqueValue || v.kind == textValue && len(v.unknowns()) > 0 {
		e := b.plan.expression(res, name)
		if b.plan.config != nil && e == nil {
			return value{}
		}
		named := b.nameOf(e, v.what())
		return opaque(named)
	}
	return v
}

// nameOf names an unknown value by what it is made of.
func (b *planBuilder) nameOf(expression *node, otherwise string) string {
	list := expression.get("references")
	if list == nil || len(list.items) == 0 {
		return otherwise
	}
	return list.items[0].str() + ""
}

// merge puts together what is known of a value and what is not.
func merge(known, unknown *node, name string) value {
	switch {
	case unknown.is(boolNode) && unknown.text == "true":
		return opaque(name + "")
	case known == nil && unknown == nil, known.is(nullNode):
		return value{}
	case known == nil && unknown.kind == boolNode:
		return value{}
	case known.is(listNode) || known == nil && unknown.is(listNode):
		return mergeList(known, unknown, name)
	case known.is(objectNode) || known == nil && unknown.is(objectNode):
		return mergeObject(known, unknown, name)
	}
	v := textOf(known.text).placed(known)
	v.raw = known.kind
	return v
}

func mergeList(known, unknown *node, name string) value {
	out := value{kind: listValue}
	var items, open []*node
	if known != nil {
		out, items = out.placed(known), known.items
	}
	if unknown.is(listNode) {
		open = unknown.items
	}
	for i := range max(len(items), len(open)) {
		var k, u *node
		if i < len(items) {
			k = items[i]
		}
		if i < len(open) {
			u = open[i]
		}
		if v := merge(k, u, fmt.Sprintf("%s[%d]", name, i)); v.kind != noValue {
			out.items = append(out.items, v)
		}
	}
	return out
}

func mergeObject(known, unknown *node, name string) value {
	out := value{kind: objectValue}
	if known != nil {
		out = out.placed(known)
		for _, m := range known.members {
			if v := merge(m.value, unknown.get(m.key), name+"."+m.key); v.kind != noValue {
				out.members = append(out.members, field{m.key, m.at, v})
			}
		}
	}
	if unknown.is(objectNode) {
		for _, m := range unknown.members {
			if known.get(m.key) != nil {
				continue
			}
			if v := merge(nil, m.value, name+"."+m.key); v.kind != noValue {
				out.members = append(out.members, field{m.key, out.start, v})
			}
		}
	}
	return out
}

// text returns an attribute that is known.
func (b *planBuilder) text(res *tfResource, name string) string {
	text, _ := b.attribute(res, name).known()
	return text
}

// plainName is an address as the name of an IAM resource.
func plainName(address string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("+=,.@_-", r) {
			return r
		}
		return '-'
	}, address)
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

// elem returns an item of a list, or nil.
func (n *node) elem(i int) *node {
	if n == nil || i >= len(n.items) {
		return nil
	}
	return n.items[i]
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

// profile makes a target of an instance profile.
func (b *planBuilder) profile(res *tfResource) error {
	if res.typ != "aws_iam_instance_profile" {
		return nil
	}
	attribute := "role"
	if res.data {
		attribute = "role_name"
	}
	p := b.acting(res, attribute, b.attribute(res, attribute))
	if p == nil {
		return nil
	}
	name := firstOf(b.text(res, "name"), plainName(res.address))
	arn := firstOf(b.text(res, "arn"), b.principalARN("instance-profile", "/", name))
	b.profiles[res] = p
	b.snapshot.InstanceProfiles = append(b.snapshot.InstanceProfiles, account.InstanceProfile{
		InstanceProfileName: name, Arn: arn, Path: "/", Roles: []account.ProfileRole{{RoleName: p.name, Arn: p.arn}},
	})
	b.target(audit.TargetInstanceProfile, p, res.address, p.at, name, arn)
	return nil
}

// acting returns the role that an attribute names, or one of which nothing is
// known; nil where there is none.
func (b *planBuilder) acting(res *tfResource, attribute string, v value) *principal {
	if v.kind == noValue {
		return nil
	}
	if owners, _ := b.owners(res, "role", attribute, v); len(owners) == 1 {
		return owners[0]
	}
	return b.outside("role", "role-of-"+plainName(res.address), "the role of "+res.address+", which is "+v.what(), b.location(res))
}

// actor makes targets of functions, tasks, instances and pods.
func (b *planBuilder) actor(res *tfResource) error {
	if res.data {
		return nil
	}
	switch res.typ {
	case "aws_lambda_function":
		p := b.acting(res, "role", b.attribute(res, "role"))
		name := firstOf(b.text(res, "function_name"), plainName(res.address))
		arn := firstOf(b.text(res, "arn"), "arn:"+b.options.partition()+":lambda:"+b.options.region()+":"+b.options.account()+":function:"+name)
		if p != nil {
			b.snapshot.Functions = append(b.snapshot.Functions, account.Function{FunctionName: name, FunctionArn: arn, Role: p.arn})
			b.target(audit.TargetFunction, p, res.address, p.at, name, arn)
		}
	case "aws_ecs_task_definition":
		b.taskDefinition(res)
	case "aws_instance":
		b.instance(res, b.attribute(res, "iam_instance_profile"), b.plan.expression(res, "iam_instance_profile"))
	case "aws_launch_template":
		block := b.plan.expression(res, "iam_instance_profile").elem(0)
		v := b.attribute(res, "iam_instance_profile")
		for _, item := range v.list() {
			b.instance(res, firstValue(item.get("name"), item.get("arn")), firstNode(block.get("name"), block.get("arn")))
		}
	case "aws_eks_pod_identity_association":
		if p := b.acting(res, "role_arn", b.attribute(res, "role_arn")); p != nil {
			cluster, namespace, sa := b.attribute(res, "cluster_name").standIn(), b.text(res, "namespace"), b.text(res, "service_account")
			b.snapshot.PodIdentities = append(b.snapshot.PodIdentities, account.PodIdentityAssociation{ClusterName: cluster, Namespace: namespace, ServiceAccount: sa, RoleArn: p.arn})
			b.target(audit.TargetPodIdentity, p, res.address, p.at, cluster+"/"+namespace+"/"+sa)
		}
	}
	return nil
}

func firstValue(a, b value) value {
	if a.kind != noValue {
		return a
	}
	return b
}

func firstNode(a, b *node) *node {
	if a != nil {
		return a
	}
	return b
}

func (b *planBuilder) taskDefinition(res *tfResource) {
	family := firstOf(b.text(res, "family"), plainName(res.address))
	arn := firstOf(b.text(res, "arn"), "arn:"+b.options.partition()+":ecs:"+b.options.region()+":"+b.options.account()+":task-definition/"+family+":1")
	t := account.TaskDefinition{TaskDefinitionArn: arn}
	if p := b.acting(res, "execution_role_arn", b.attribute(res, "execution_role_arn")); p != nil {
		t.ExecutionRoleArn = p.arn
	}
	names := []string{res.address, family, family + ":1", arn, strings.TrimSuffix(arn, ":1")}
	if p := b.acting(res, "task_role_arn", b.attribute(res, "task_role_arn")); p != nil {
		t.TaskRoleArn = p.arn
		b.target(audit.TargetTaskDefinition, p, res.address, p.at, names...)
	} else {
		err := &NotFoundError{"the task definition " + res.address + " has no task role", "Remotion runs as the task role (task_role_arn); the execution role only starts the container"}
		b.targets = append(b.targets, target{kind: audit.TargetTaskDefinition, names: names, label: res.address, at: b.location(res), refused: err})
	}
	b.snapshot.TaskDefinitions = append(b.snapshot.TaskDefinitions, t)
}

func (b *planBuilder) instance(res *tfResource, v value, expression *node) {
	var p *principal
	if text, known := v.known(); known {
		for profile, role := range b.profiles {
			if name := b.text(profile, "name"); text != "" && (name == text || strings.HasSuffix(text, "/"+name)) {
				p = role
			}
		}
	} else if linked := b.plan.follow(res, expression).of("aws_iam_instance_profile"); len(linked) == 1 {
		p = b.profiles[linked[0]]
	}
	if p != nil {
		b.target(audit.TargetInstance, p, res.address, p.at, b.text(res, "id"))
	}
}

// document reads a policy of a resource; ok is false where it has none.
func (b *planBuilder) document(res *tfResource, attribute string) (account.Document, bool, error) {
	v := b.attribute(res, attribute)
	if text, known := v.known(); v.kind == noValue || known && text == "" {
		return account.Document{}, false, nil
	}
	doc, err := b.documentOf(res, v, b.plan.expression(res, attribute), res.values.get(attribute))
	return doc, true, err
}

// documentOf makes a document of JSON text, or of the data source that the
// text will be made from.
func (b *planBuilder) documentOf(res *tfResource, v value, expression, known *node) (account.Document, error) {
	w := b.writer()
	if known.is(textNode) {
		n, err := parseJSONString(b.plan.file, b.plan.src, known)
		if err != nil {
			return account.Document{}, err
		}
		if n.kind != objectNode {
			return account.Document{}, &Error{b.plan.file, n.start, "a policy document must be an object, not " + n.kind.title(), ""}
		}
		inner, err := literal(n)
		if err != nil {
			return account.Document{}, err
		}
		return w.write(inner, nil)
	}
	t := b.plan.follow(res, expression)
	if sources := t.of("aws_iam_policy_document"); len(sources) == 1 && len(t.links) == 1 && !t.open {
		return b.dataDocument(sources[0], 0)
	}
	return b.unknownInline("", "the policy "+firstOf(v.what(), res.address), b.location(res)).PolicyDocument, nil
}

func (b *planBuilder) writer() *documentWriter {
	return &documentWriter{file: b.plan.file, sids: keySet{}, anyAccount: b.options.AccountID == "", origin: account.Origin{File: b.plan.file}}
}

// dataDocument makes the document of an aws_iam_policy_document that is read
// during the apply.
func (b *planBuilder) dataDocument(res *tfResource, depth int) (account.Document, error) {
	statements, err := b.dataStatements(res, depth)
	if err != nil {
		return account.Document{}, err
	}
	doc := value{kind: objectValue, start: res.at, end: res.at, members: []field{
		{"Version", res.at, textOf(firstOf(b.text(res, "version"), policy.Version2012))},
		{"Statement", res.at, value{kind: listValue, items: statements, start: res.at}},
	}}
	return b.writer().write(doc, nil)
}

// dataStatements are the statements of a data source with those of the
// documents that it takes in.
func (b *planBuilder) dataStatements(res *tfResource, depth int) ([]value, error) {
	out := b.sourceDocuments(res, "source_policy_documents", depth)
	for i, s := range b.attribute(res, "statement").list() {
		if s.kind == opaqueValue {
			out = append(out, s)
			continue
		}
		out = override(out, b.dataStatement(res, s, b.plan.expression(res, "statement").elem(i)))
	}
	for _, s := range b.sourceDocuments(res, "override_policy_documents", depth) {
		out = override(out, s)
	}
	return out, nil
}

// override replaces the statement with the same Sid, or adds one.
// Source: Terraform, aws_iam_policy_document, "override_policy_documents".
func override(list []value, s value) []value {
	sid, _ := s.get("Sid").known()
	for i := range list {
		if have, _ := list[i].get("Sid").known(); sid != "" && have == sid {
			list[i] = s
			return list
		}
	}
	return append(list, s)
}

// sourceDocuments are the statements of documents that are taken in.
func (b *planBuilder) sourceDocuments(res *tfResource, attribute string, depth int) []value {
	v := b.attribute(res, attribute)
	if v.kind == noValue {
		return nil
	}
	t := b.plan.follow(res, b.plan.expression(res, attribute))
	var out []value
	if len(v.unknowns()) == 0 {
		list := res.values.get(attribute)
		for i := range v.list() {
			n, err := parseJSONString(b.plan.file, b.plan.src, list.elem(i))
			if err != nil {
				return append(out, opaque(attribute+" of "+res.address))
			}
			inner, err := literal(n)
			if err != nil {
				return append(out, opaque(attribute+" of "+res.address))
			}
			out = append(out, inner.get("Statement").list()...)
		}
		return out
	}
	sources := t.of("aws_iam_policy_document")
	if t.open || len(sources) != len(t.links) || depth > maxHops {
		return []value{opaque(attribute + " of " + res.address)}
	}
	for _, s := range sources {
		inner, err := b.dataStatements(s, depth+1)
		if err != nil {
			return []value{opaque(attribute + " of " + res.address)}
		}
		out = append(out, inner...)
	}
	return out
}

// dataElements are the attributes of a statement block and what they become.
var dataElements = []struct{ attribute, element string }{
	{"sid", "Sid"}, {"effect", "Effect"}, {"actions", "Action"}, {"not_actions", "NotAction"}, {"resources", "Resource"}, {"not_resources", "NotResource"},
}

// dataStatement makes a statement of a statement block.
func (b *planBuilder) dataStatement(res *tfResource, s value, expression *node) value {
	out := value{kind: objectValue, start: s.start, end: s.end}
	for _, e := range dataElements {
		v := s.get(e.attribute)
		if text, known := v.known(); v.kind == noValue || v.kind == listValue && len(v.items) == 0 || known && text == "" {
			continue
		}
		out.members = append(out.members, field{e.element, v.start, b.renamed(v, expression.get(e.attribute))})
	}
	if out.get("Effect").kind == noValue {
		out.members = append(out.members, field{"Effect", s.start, textOf(string(policy.Allow))})
	}
	for _, kind := range []struct{ attribute, element string }{{"principals", "Principal"}, {"not_principals", "NotPrincipal"}} {
		if p := principals(s.get(kind.attribute)); p.kind != noValue {
			out.members = append(out.members, field{kind.element, s.start, p})
		}
	}
	if c := b.dataConditions(s.get("condition"), expression.get("condition")); c.kind != noValue {
		out.members = append(out.members, field{"Condition", s.start, c})
	}
	return out
}

// renamed names what is unknown in a value by what the configuration says.
func (b *planBuilder) renamed(v value, expression *node) value {
	name := b.nameOf(expression, "")
	if name == "" {
		return v
	}
	if v.kind == opaqueValue {
		v.name = name
	}
	items := slices.Clone(v.items)
	for i := range items {
		items[i] = b.renamed(items[i], expression)
	}
	v.items = items
	return v
}

func principals(v value) value {
	if v.kind == opaqueValue {
		return v
	}
	out := value{kind: objectValue, start: v.start, end: v.end}
	for _, p := range v.list() {
		kind := p.get("type").standIn()
		if text, _ := concat("", p.get("identifiers").list()).known(); kind == "*" && text == "*" {
			return textOf("*")
		}
		out.members = append(out.members, field{kind, p.start, p.get("identifiers")})
	}
	if len(out.members) == 0 {
		return value{}
	}
	return out
}

func (b *planBuilder) dataConditions(v value, expression *node) value {
	if v.kind == opaqueValue {
		return v
	}
	out := value{kind: objectValue, start: v.start, end: v.end}
	for i, c := range v.list() {
		if len(c.get("test").unknowns())+len(c.get("variable").unknowns()) > 0 {
			return opaque("a condition (" + c.what() + ")")
		}
		test, variable := c.get("test").standIn(), c.get("variable").standIn()
		entry := field{variable, c.start, b.renamed(c.get("values"), expression.elem(i).get("values"))}
		at := slices.IndexFunc(out.members, func(f field) bool { return f.key == test })
		if at < 0 {
			out.members = append(out.members, field{test, c.start, value{kind: objectValue, start: c.start, end: c.end}})
			at = len(out.members) - 1
		}
		out.members[at].value.members = append(out.members[at].value.members, entry)
	}
	if len(out.members) == 0 {
		return value{}
	}
	return out
}
