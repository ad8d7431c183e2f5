package iac

import (
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// samFunction is the function of the Serverless Application Model.
const samFunction = "AWS::Serverless::Function"

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
	return b.outside("role", "role-of-"+r.standIn(), "the role of "+r.label()+", which is "+v.what(), r.location())
}

func (b *builder) function(r *resource) error {
	if _, err := r.name(); err != nil {
		return err
	}
	role, err := r.property("Role")
	if err == nil && role.kind == noValue && r.typ == samFunction {
		role, err = r.global("Role")
	}
	if err != nil {
		return err
	}
	var p *principal
	switch {
	case role.kind != noValue:
		p = b.actingRole(r, role)
	case r.typ == samFunction:
		if p, err = b.samRole(r); err != nil {
			return err
		}
	default:
		return r.stack.fail(r.at, "a Lambda function has a Role", "function %s has no Role", r.id)
	}
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
		return r.stack.fail(r.at, "", "the instance profile %s must hold one role", r.id)
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
	b.snapshot.PodIdentities = append(b.snapshot.PodIdentities, account.PodIdentityAssociation{ClusterName: texts[0], Namespace: texts[1], ServiceAccount: texts[2], RoleArn: p.arn})
	b.target(audit.TargetPodIdentity, p, strings.Join(texts, "/"), p.at, r.aliases()...)
	return nil
}

// global returns a property of SAM's Globals for functions.
func (r *resource) global(path ...string) (value, error) {
	n := r.stack.root.at("Globals", "Function").at(path...)
	if n == nil {
		return value{}, nil
	}
	return r.stack.resolve(n)
}

// either returns a property, or the one in Globals.
func (r *resource) either(property string) (value, error) {
	v, err := r.property(property)
	if err != nil || v.kind != noValue {
		return v, err
	}
	return r.global(property)
}

// samRole makes the role that SAM makes for a function without one.
// Source: SAM Developer Guide, "AWS::Serverless::Function", Policies.
func (b *builder) samRole(r *resource) (*principal, error) {
	p := b.add(&principal{
		kind: "role", name: r.standIn() + "Role", path: "/", at: r.location(),
		names: []string{r.id + "Role", r.label() + "Role"}, label: r.label() + "Role",
	})
	b.made[r] = p
	managed := "arn:" + b.options.partition() + ":iam::aws:policy/"
	p.attach(managed + "service-role/AWSLambdaBasicExecutionRole")
	for property, name := range map[string]string{"VpcConfig": "service-role/AWSLambdaVPCAccessExecutionRole", "Tracing": "AWSXrayWriteOnlyAccess"} {
		v, err := r.either(property)
		if err != nil {
			return nil, err
		}
		if text, _ := v.known(); v.kind != noValue && text != "Disabled" {
			p.attach(managed + name)
		}
	}
	v, err := r.property("Policies")
	if err != nil {
		return nil, err
	}
	if err := b.samPolicies(r, p, v, nil); err != nil {
		return nil, err
	}
	boundary, err := r.either("PermissionsBoundary")
	if err != nil {
		return nil, err
	}
	if boundary.kind != noValue {
		p.boundary = &account.AttachedBoundary{PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: b.managedARN(r, boundary)}
	}
	b.connectors(r, p)
	return p, nil
}

// samPolicies takes in what Policies of a function may hold: names and ARNs of
// managed policies, documents, and policy templates, which are refused.
func (b *builder) samPolicies(r *resource, p *principal, v value, conditions []string) error {
	for _, item := range v.list() {
		switch item.kind {
		case listValue:
			if err := b.samPolicies(r, p, item, conditions); err != nil {
				return err
			}
		case choiceValue:
			for _, o := range item.options {
				if err := b.samPolicies(r, p, o.value, plus(conditions, o.condition)); err != nil {
					return err
				}
			}
		case objectValue:
			if item.get("Statement").kind == noValue {
				b.refuseTemplate(r, p, item)
				continue
			}
			doc, err := r.stack.document(item, "a policy", r, conditions...)
			if err != nil {
				return err
			}
			p.inline = append(p.inline, account.InlinePolicy{PolicyName: r.id + "RolePolicy" + string(rune('0'+len(p.inline)%10)), PolicyDocument: doc})
		case noValue:
		default:
			b.samManaged(r, p, item, conditions)
		}
	}
	return nil
}

func (b *builder) samManaged(r *resource, p *principal, v value, conditions []string) {
	text, known := v.known()
	if len(conditions) > 0 {
		p.attach(b.unknownManaged("whether "+v.standIn()+" is attached ("+strings.Join(conditions, ", ")+")", r.location()))
		return
	}
	if _, isARN := policy.ParseARN(text); known && !isARN {
		// "…the name of an AWS managed policy": SAM finds its path.
		p.attach("arn:" + b.options.partition() + ":iam::aws:policy/" + managedPath(text))
		return
	}
	p.attach(b.managedARN(r, v))
}

// managedPath completes the name of an AWS managed policy by the path that
// those for Lambda have.
func managedPath(name string) string {
	if strings.HasPrefix(name, "AWSLambda") && strings.HasSuffix(name, "Role") {
		return "service-role/" + name
	}
	return name
}

// refuseTemplate notes that a policy template of SAM cannot be audited.
func (b *builder) refuseTemplate(r *resource, p *principal, v value) {
	name := "without a name"
	at := v.start
	if len(v.members) > 0 {
		name, at = v.members[0].key, v.members[0].at
	}
	p.refused = r.stack.fail(at, "write out its statements, or check the template that `aws cloudformation get-template --template-stage Processed` prints", "the SAM policy template %s of %s is not known here", name, r.id)
}

// connectors: what a connector grants its source is not known.
func (b *builder) connectors(r *resource, p *principal) {
	for _, c := range r.stack.resources {
		if c.typ == "AWS::Serverless::Connector" && c.properties.at("Source", "Id").str() == r.id {
			p.attach(b.unknownManaged("the policy of the connector "+c.label(), c.location()))
		}
	}
	if n := r.node.get("Connectors"); n != nil {
		p.attach(b.unknownManaged("the policies of the connectors of "+r.label(), r.location()))
	}
}
