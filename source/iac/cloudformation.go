package iac

import (
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// A builder puts the resources of templates into an assembly.
type builder struct {
	*assembly
	made map[*resource]*principal // roles, users and groups
	arns map[*resource]string     // of managed policies
	// functions are the policies of functions by their ARNs.
	functions map[string]*functionPolicy
}

// An identity is a type of resource that is a principal, with the property of
// its managed policies.
var identities = map[string]struct{ kind, managed string }{
	"AWS::IAM::Role":  {"role", "ManagedPolicyArns"},
	"AWS::IAM::User":  {"user", "ManagedPolicyArns"},
	"AWS::IAM::Group": {"group", "ManagedPolicyArns"},
}

// build makes the deployment of an app.
func build(a *app, o Options) (*Deployment, error) {
	b := &builder{assembly: newAssembly(o), made: map[*resource]*principal{}, arns: map[*resource]string{}, functions: map[string]*functionPolicy{}}
	// What others refer to comes first.
	for _, step := range []func(*resource, truth) error{b.identity, b.managedPolicy, b.identityPolicies, b.policy, b.unreadStack, b.resourcePolicy, b.permission, b.actor} {
		for _, s := range a.stacks {
			for _, r := range s.resources {
				b.take(r, step)
			}
		}
	}
	b.holdFunctions()
	for _, s := range a.stacks {
		for _, g := range s.gaps {
			b.gap(g)
		}
	}
	b.notes = append(b.notes, a.notes...)
	b.openParameters(a)
	return b.deployment(), nil
}

// take does a step with a resource that may be created. What is wrong with a
// resource concerns whom it concerns, and nobody else.
func (b *builder) take(r *resource, step func(*resource, truth) error) {
	t, err := r.exists()
	if err == nil && (!t.known || t.holds) {
		err = step(r, t)
	}
	if err != nil {
		b.trouble(r, err)
	}
}

// targetKinds are the kinds of targets that types of resources are.
var targetKinds = map[string]audit.TargetKind{
	"AWS::IAM::Role": audit.TargetRole, "AWS::IAM::User": audit.TargetUser, "AWS::Lambda::Function": audit.TargetFunction, samFunction: audit.TargetFunction,
	"AWS::ECS::TaskDefinition": audit.TargetTaskDefinition, "AWS::IAM::InstanceProfile": audit.TargetInstanceProfile,
	"AWS::EC2::Instance": audit.TargetInstance, "AWS::EC2::LaunchTemplate": audit.TargetInstance, "AWS::EKS::PodIdentityAssociation": audit.TargetPodIdentity,
}

// trouble takes in what is wrong with a resource: whoever depends on it is not
// decided about, and it is noted for the others.
func (b *builder) trouble(r *resource, err error) {
	b.note("%s: not read: %s", r.label(), err)
	if p := b.made[r]; p != nil {
		p.refuse(err)
		return
	}
	if kind, ok := targetKinds[r.typ]; ok {
		b.refusal(kind, r.label(), r.location(), err, r.aliases()...)
		return
	}
	if !policyTypes[r.typ] && r.typ != "AWS::IAM::ManagedPolicy" && r.typ != "AWS::IAM::UserToGroupAddition" {
		return
	}
	if b.eachOwner(r, func(p *principal) { p.refuse(err) }) != nil {
		b.gap(iam.Gap{Where: r.location().String(), What: r.typ + " " + r.label(), Why: reasonOf(err), Affects: iam.MayBoth})
	}
}

// openParameters says which parameters have no value.
func (b *builder) openParameters(a *app) {
	for _, s := range a.stacks {
		var open []string
		if p := s.root.get("Parameters"); p != nil {
			for _, m := range p.members {
				if v, ok := s.parameters[m.key]; ok && s.parent == nil && len(v.unknowns()) > 0 && m.value.get("Default") == nil && s.options.Parameters[m.key] == "" {
					open = append(open, m.key)
				}
			}
		}
		if len(open) > 0 {
			b.note("no value is given for the parameter %s of %s: give it with --parameter NAME=VALUE", strings.Join(open, ", "), s.file)
		}
	}
}

func (r *resource) location() iam.Location {
	return iam.Location{File: r.stack.file, Position: r.at}
}

// aliases are the names by which a resource may be called.
func (r *resource) aliases() []string {
	out := []string{r.id, r.label()}
	if r.path != "" {
		out = append(out, r.path, strings.TrimSuffix(r.path, "/Resource"))
	}
	if r.named != nil {
		if name, known := r.named.known(); known {
			out = append(out, name)
		}
	}
	return out
}

// openConditions are the conditions of a resource that may not be created, and
// what may be added to it.
func openConditions(r *resource, t truth) []string {
	var out []string
	if len(r.open) > 0 {
		out = append(out, strings.Join(r.open, " and "))
	}
	if t.known {
		return out
	}
	for at := r; at != nil; at = at.stack.parent {
		if n := at.node.get("Condition"); n != nil {
			if own, err := at.stack.condition(n.str(), n); err != nil || !own.known {
				out = append(out, "condition "+n.str())
			}
		}
	}
	return out
}

// identity makes a role, user or group.
func (b *builder) identity(r *resource, t truth) error {
	i, ok := identities[r.typ]
	if !ok {
		return nil
	}
	p, err := b.principal(r, i.kind)
	if err != nil {
		return err
	}
	p.conditions = openConditions(r, t)
	b.made[r] = p
	v, err := r.property("Tags")
	if err != nil {
		return err
	}
	if len(r.open) == 0 {
		p.tags, p.moreTags = knownTags(v), true
	}
	if i.kind != "role" {
		return nil
	}
	v, err = r.property("AssumeRolePolicyDocument")
	if err != nil || v.kind == noValue {
		return err
	}
	trust, err := r.stack.document(v, "the trust policy", r)
	p.trust = &trust
	return err
}

func (b *builder) principal(r *resource, kind string) (*principal, error) {
	name, err := r.name()
	if err != nil {
		return nil, err
	}
	path, err := r.iamPath()
	if err != nil {
		return nil, err
	}
	_, known := name.known()
	p := b.add(&principal{
		kind: kind, name: name.standIn(), path: path.standIn(), at: r.location(), names: r.aliases(), label: r.label(),
		account: r.stack.options.account(), region: r.stack.bound, generated: !known, declared: r.declaration(),
	})
	if len(r.open) > 0 {
		p.gap(iam.Gap{
			Where: p.at.String(), What: "properties of " + r.label(), Why: strings.Join(r.open, " and ") + " may be any of them",
			Affects: iam.MayBoth, Hint: processedHint,
		})
	}
	for _, why := range r.allows {
		p.gap(allowGap(p.at, "policies of "+r.label(), why))
	}
	return p, nil
}

// identityPolicies gives principals the policies that stand with them.
func (b *builder) identityPolicies(r *resource, _ truth) error {
	p := b.made[r]
	if p == nil {
		return nil
	}
	if err := b.inline(r, p, "Policies"); err != nil {
		return err
	}
	v, err := r.property(identities[r.typ].managed)
	if err != nil {
		return err
	}
	b.attachAll(r, p, v)
	if err := b.boundary(r, p); err != nil {
		return err
	}
	groups, err := r.property("Groups")
	for _, g := range groups.list() {
		b.join(r, p, b.owner("group", g, r), g)
	}
	return err
}

// join makes a user a member of a group, which is nil where nobody knows which.
func (b *builder) join(r *resource, user, group *principal, v value) {
	if group == nil {
		user.gap(iam.Gap{Where: r.location().String(), What: "groups of " + user.label, Why: "the group is not known: " + v.what(), Affects: iam.MayBoth})
		return
	}
	user.groups = append(user.groups, group.name)
}

// ownerProperties are the properties of policies that name whom they are
// attached to.
var ownerProperties = map[string]string{
	"Roles": "role", "Users": "user", "Groups": "group", "RoleName": "role", "UserName": "user", "GroupName": "group",
}

// eachOwner calls yield for each principal that a policy names.
func (b *builder) eachOwner(r *resource, yield func(*principal)) error {
	for _, property := range []string{"Roles", "Users", "Groups", "RoleName", "UserName", "GroupName"} {
		v, err := r.property(property)
		if err != nil {
			return err
		}
		if v.kind == opaqueValue || v.kind == choiceValue {
			b.maybeAll(ownerProperties[property], r, v)
			continue
		}
		for _, item := range v.list() {
			if p := b.owner(ownerProperties[property], item, r); p != nil {
				yield(p)
			} else {
				b.maybeAll(ownerProperties[property], r, item)
			}
		}
	}
	if len(r.open) > 0 {
		for _, kind := range []string{"role", "user", "group"} {
			b.maybeAll(kind, r, opaque(strings.Join(r.open, " and ")))
		}
	}
	return nil
}

// maybeAll gives every principal of a kind a policy about which nothing is known:
// the one of a resource may be attached to it.
func (b *builder) maybeAll(kind string, r *resource, v value) {
	for _, p := range b.principals {
		if p.kind == kind && p.account == r.stack.options.account() {
			why := "whether " + r.label() + " is attached (" + v.what() + ")"
			p.inline = append(p.inline, b.unknownInline(r.id, why, r.location()))
		}
	}
}

// owner returns the principal that a name, id or ARN means; nil where nobody
// knows.
func (b *builder) owner(kind string, v value, r *resource) *principal {
	if of := v.resource(); of != nil && b.made[of] != nil && b.made[of].kind == kind {
		return b.made[of]
	}
	text, known := v.known()
	if !known {
		return nil
	}
	account := r.stack.options.account()
	if p := b.find(kind, account, text); p != nil {
		return p
	}
	return b.outside(account, kind, text, "the policies of the "+kind+" "+text+", which is not in "+r.stack.file, r.location())
}

func (b *builder) membership(r *resource) error {
	group, err := r.property("GroupName")
	if err != nil {
		return err
	}
	users, err := r.property("Users")
	if err != nil {
		return err
	}
	g := b.owner("group", group, r)
	for _, u := range users.list() {
		if p := b.owner("user", u, r); p != nil {
			b.join(r, p, g, group)
			continue
		}
		for _, p := range b.principals {
			if p.kind == "user" {
				b.join(r, p, nil, u)
			}
		}
	}
	return nil
}
