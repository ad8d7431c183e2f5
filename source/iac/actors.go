package iac

import (
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
)

// actor takes in what acts as a role: functions, tasks, instances, pods.
func (b *builder) actor(r *resource, _ truth) error {
	switch r.typ {
	case "AWS::Lambda::Function", samFunction:
		return b.function(r)
	case "AWS::ECS::TaskDefinition":
		return b.taskDefinition(r)
	case "AWS::IAM::InstanceProfile":
		return b.instanceProfile(r)
	case "AWS::EC2::Instance":
		return b.instance(r, "IamInstanceProfile")
	case "AWS::EC2::LaunchTemplate":
		return b.instance(r, "LaunchTemplateData", "IamInstanceProfile")
	case "AWS::EKS::PodIdentityAssociation":
		return b.podIdentity(r)
	}
	return nil
}

// actingRole returns the role that a property names. A role that nobody knows
// is one outside of the file.
func (b *builder) actingRole(r *resource, v value) *principal {
	if p := b.owner("role", v, r); p != nil {
		return p
	}
	return b.outside(r.stack.options.account(), "role", "role-of-"+r.standIn(), "the role of "+r.label()+", which is "+v.what(), r.location())
}

func (b *builder) function(r *resource) error {
	if _, err := r.name(); err != nil {
		return err
	}
	role, err := r.property("Role")
	if err != nil {
		return err
	}
	if len(r.open) > 0 && role.kind == noValue {
		role = opaque(strings.Join(r.open, " and "))
	}
	if role.kind == noValue {
		return r.stack.fail(r.at, "a Lambda function has a Role", "function %s has no Role", r.id)
	}
	p := b.actingRole(r, role)
	arn, err := r.stack.attribute(r.id, "Arn", r.node)
	if err != nil {
		return err
	}
	b.snapshot.Functions = append(b.snapshot.Functions, account.Function{FunctionName: r.named.standIn(), FunctionArn: arn.standIn(), Role: p.arn})
	b.target(audit.TargetFunction, p, r.label(), p.at, append(r.aliases(), arn.standIn())...)
	return nil
}

func (b *builder) taskDefinition(r *resource) error {
	arn, err := r.stack.attribute(r.id, "TaskDefinitionArn", r.node)
	if err != nil {
		return err
	}
	t := account.TaskDefinition{TaskDefinitionArn: arn.standIn()}
	execution, err := r.property("ExecutionRoleArn")
	if err != nil {
		return err
	}
	if execution.kind != noValue {
		t.ExecutionRoleArn = b.actingRole(r, execution).arn
	}
	task, err := r.property("TaskRoleArn")
	if err != nil {
		return err
	}
	family := r.named.standIn()
	names := append(r.aliases(), family, family+":1", t.TaskDefinitionArn)
	if task.kind == noValue {
		err := &NotFoundError{"the task definition " + r.label() + " has no task role", "Remotion runs as the task role (TaskRoleArn); the execution role only starts the container"}
		b.targets = append(b.targets, target{kind: audit.TargetTaskDefinition, names: names, label: r.label(), at: r.location(), refused: err})
	} else {
		p := b.actingRole(r, task)
		t.TaskRoleArn = p.arn
		b.target(audit.TargetTaskDefinition, p, r.label(), p.at, names...)
	}
	b.snapshot.TaskDefinitions = append(b.snapshot.TaskDefinitions, t)
	return nil
}

func (b *builder) instanceProfile(r *resource) error {
	name, err := r.name()
	if err != nil {
		return err
	}
	arn, err := r.stack.attribute(r.id, "Arn", r.node)
	if err != nil {
		return err
	}
	roles, err := r.property("Roles")
	if err != nil {
		return err
	}
	profile := account.InstanceProfile{InstanceProfileName: name.standIn(), Arn: arn.standIn(), Path: "/"}
	items := roles.list()
	if len(items) != 1 {
		return r.stack.fail(r.at, "", "the instance profile %s must have one role", r.id)
	}
	p := b.actingRole(r, items[0])
	profile.Roles = []account.ProfileRole{{RoleName: p.name, Arn: p.arn}}
	b.snapshot.InstanceProfiles = append(b.snapshot.InstanceProfiles, profile)
	b.target(audit.TargetInstanceProfile, p, r.label(), p.at, append(r.aliases(), arn.standIn())...)
	b.made[r] = p
	return nil
}

// instance makes a target of an EC2 instance or launch template.
func (b *builder) instance(r *resource, path ...string) error {
	v, err := r.property(path...)
	if err != nil || v.kind == noValue {
		return err
	}
	if v.kind == objectValue {
		named := v.get("Arn")
		if named.kind == noValue {
			named = v.get("Name")
		}
		v = named
	}
	of := v.resource()
	if of == nil {
		text, known := v.known()
		if !known {
			return nil
		}
		for _, s := range r.stack.app.stacks {
			for _, other := range s.resources {
				if other.typ == "AWS::IAM::InstanceProfile" && other.named != nil && (other.named.standIn() == text || strings.HasSuffix(text, "/"+other.named.standIn())) {
					of = other
				}
			}
		}
	}
	if of == nil || of.typ != "AWS::IAM::InstanceProfile" {
		return nil
	}
	if b.made[of] == nil {
		if err := b.instanceProfile(of); err != nil {
			return err
		}
	}
	b.target(audit.TargetInstance, b.made[of], r.label(), b.made[of].at, r.aliases()...)
	return nil
}

func (b *builder) podIdentity(r *resource) error {
	var texts []string
	for _, property := range []string{"ClusterName", "Namespace", "ServiceAccount"} {
		v, err := r.property(property)
		if err != nil {
			return err
		}
		texts = append(texts, v.standIn())
	}
	v, err := r.property("RoleArn")
	if err != nil {
		return err
	}
	p := b.actingRole(r, v)
	if session, err := r.property("Policy"); err == nil && session.kind != noValue {
		p.gap(iam.Gap{Where: r.location().String(), What: "session policy of " + r.label(), Why: "it narrows what the pods may do, and is not read", Affects: iam.MayDeny, Layer: iam.LayerSession})
	}
	b.snapshot.PodIdentities = append(b.snapshot.PodIdentities, account.PodIdentityAssociation{ClusterName: texts[0], Namespace: texts[1], ServiceAccount: texts[2], RoleArn: p.arn})
	b.target(audit.TargetPodIdentity, p, strings.Join(texts, "/"), p.at, r.aliases()...)
	return nil
}
