package iac

import (
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam/account"
)

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
	arn := firstOf(b.text(res, "arn"), b.principalARN(b.account(res), "instance-profile", "/", name))
	b.profiles[res] = p
	b.snapshot.InstanceProfiles = append(b.snapshot.InstanceProfiles, account.InstanceProfile{
		InstanceProfileName: name, Arn: arn, Path: "/", Roles: []account.ProfileRole{{RoleName: p.name, Arn: p.arn}},
	})
	b.target(audit.TargetInstanceProfile, p, res.address, p.at, append(res.aliases, name, arn)...)
	return nil
}

// acting returns the role that an attribute names, or one about which nothing is known; nil where there is none.
func (b *planBuilder) acting(res *tfResource, attribute string, v value) *principal {
	if v.kind == noValue {
		return nil
	}
	if owners, certain := b.owners(res, "role", attribute, v); certain && len(owners) == 1 {
		return owners[0]
	}
	return b.outside(b.account(res), "role", "role-of-"+plainName(res.address), "the role of "+res.address+", which is "+v.what(), b.location(res))
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
		arn := firstOf(b.text(res, "arn"), "arn:"+b.options.partition()+":lambda:"+firstOf(b.resourceRegion(res), b.options.region())+":"+b.account(res)+":function:"+name)
		if p != nil {
			b.snapshot.Functions = append(b.snapshot.Functions, account.Function{FunctionName: name, FunctionArn: arn, Role: p.arn})
			b.target(audit.TargetFunction, p, res.address, p.at, append(res.aliases, name, arn)...)
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
	arn := firstOf(b.text(res, "arn"), "arn:"+b.options.partition()+":ecs:"+firstOf(b.resourceRegion(res), b.options.region())+":"+b.account(res)+":task-definition/"+family+":1")
	t := account.TaskDefinition{TaskDefinitionArn: arn}
	if p := b.acting(res, "execution_role_arn", b.attribute(res, "execution_role_arn")); p != nil {
		t.ExecutionRoleArn = p.arn
	}
	names := append(slices.Clone(res.aliases), res.address, family, family+":1", arn, strings.TrimSuffix(arn, ":1"))
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
	} else if v.kind != noValue {
		t := b.plan.follow(res, expression)
		if linked := t.of("aws_iam_instance_profile"); t.certain() && len(linked) == 1 {
			p = b.profiles[linked[0]]
		} else {
			p = b.outside(b.account(res), "role", "role-of-"+plainName(res.address), "the role of "+res.address+", which is "+v.what(), b.location(res))
		}
	}
	if p != nil {
		b.target(audit.TargetInstance, p, res.address, p.at, b.text(res, "id"))
	}
}
