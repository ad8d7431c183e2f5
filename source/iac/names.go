package iac

import (
	"slices"
	"strings"
)

// refTo resolves what Ref says: a pseudo parameter, a parameter or a resource.
func (s *stack) refTo(name string, at *node) (value, error) {
	if v, ok := s.pseudo(name); ok {
		return v, nil
	}
	if p := s.root.at("Parameters", name); p != nil {
		return s.parameter(name, p)
	}
	r := s.byID[name]
	switch {
	case r != nil && arnRefs[r.typ] != "":
		return s.attribute(name, arnRefs[r.typ], at)
	case r != nil:
		return r.name()
	case s.transform:
		return s.generated(name, "")
	}
	return value{}, s.undefined(name, at)
}

// pseudo returns a pseudo parameter.
// Source: CloudFormation User Guide, "Pseudo parameters reference".
func (s *stack) pseudo(name string) (value, bool) {
	suffix := map[string]string{"aws": "amazonaws.com", "aws-cn": "amazonaws.com.cn", "aws-us-gov": "amazonaws.com"}
	switch name {
	case "AWS::AccountId":
		return textOf(s.options.account()), true
	case "AWS::Region":
		return textOf(s.options.region()), true
	case "AWS::Partition":
		return textOf(s.options.partition()), true
	case "AWS::URLSuffix":
		return textOf(suffix[s.options.partition()]), true
	case "AWS::NoValue":
		return value{}, true
	case "AWS::StackName", "AWS::StackId":
		return unknownText(name, "", nil), true
	case "AWS::NotificationARNs":
		return opaque(name), true
	}
	return value{}, false
}

// parameter returns the value that was given, or the default.
func (s *stack) parameter(name string, p *node) (value, error) {
	if v, ok := s.parameters[name]; ok {
		return *v, nil
	}
	if !p.is(objectNode) {
		return value{}, s.fail(p.start, "", "parameter %s must be an object, not %s", name, p.kind.title())
	}
	typ := p.get("Type").str()
	list := strings.HasPrefix(typ, "List<") || typ == "CommaDelimitedList"
	if v, ok := s.givenParameter(name, list); ok {
		s.parameters[name] = &v
		return v, nil
	}
	text, given := s.options.Parameters[name]
	if d := p.get("Default"); !given && d != nil {
		if !d.scalar() {
			return value{}, s.fail(d.start, "", "Default of parameter %s must be text, not %s", name, d.kind.title())
		}
		text, given = d.value(), true
	}
	text = wordOf(text, p.get("AllowedValues"))
	var v value
	switch {
	case strings.HasPrefix(typ, "AWS::SSM::Parameter::Value<"):
		v = unknownText("the SSM parameter "+text, "", nil)
		if strings.Contains(typ, "List<") {
			v = opaque("the SSM parameter " + text)
		}
	case !given && list:
		v = opaque("parameter " + name)
	case !given:
		v = unknownText("parameter "+name, "", nil)
	case list:
		v.kind = listValue
		for piece := range strings.SplitSeq(text, ",") {
			v.items = append(v.items, dynamic(strings.TrimSpace(piece)).placed(p))
		}
	default:
		v = dynamic(text)
	}
	if err := s.allowed(name, text, given, p); err != nil {
		return value{}, err
	}
	s.parameters[name] = &v
	return v, nil
}

// wordOf is a given text as the allowed values have it: those are booleans in
// YAML 1.1 where they are written as yes or no.
func wordOf(text string, allowed *node) string {
	for i := 0; allowed != nil && i < len(allowed.items); i++ {
		if n := allowed.items[i]; n.text == text && n.word != "" {
			return n.word
		}
	}
	return text
}

// allowed refuses a value that CloudFormation would refuse.
func (s *stack) allowed(name, text string, given bool, p *node) error {
	list := p.get("AllowedValues")
	if !given || !list.is(listNode) || strings.Contains(p.get("Type").str(), "List") {
		return nil
	}
	if slices.ContainsFunc(list.items, func(n *node) bool { return n.str() == text || n.scalar() && n.value() == text }) {
		return nil
	}
	return s.fail(list.start, "", "parameter %s cannot be %q", name, text)
}

// nameProperties are the properties that name a resource: what Ref returns.
// Source: CloudFormation User Guide, "Ref" and "Name type".
var nameProperties = map[string]string{
	"AWS::IAM::Role": "RoleName", "AWS::IAM::User": "UserName", "AWS::IAM::Group": "GroupName",
	"AWS::IAM::InstanceProfile": "InstanceProfileName", "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
	"AWS::Lambda::Function": "FunctionName", "AWS::Serverless::Function": "FunctionName",
	"AWS::S3::Bucket": "BucketName", "AWS::DynamoDB::Table": "TableName", "AWS::Logs::LogGroup": "LogGroupName",
	"AWS::SQS::Queue": "QueueName", "AWS::SNS::Topic": "TopicName", "AWS::ECS::Cluster": "ClusterName",
	"AWS::ECS::TaskDefinition": "Family", "AWS::ECR::Repository": "RepositoryName", "AWS::KMS::Alias": "AliasName",
	"AWS::StepFunctions::StateMachine": "StateMachineName", "AWS::Events::Rule": "Name", "AWS::SSM::Parameter": "Name",
	"AWS::Serverless::SimpleTable": "TableName", "AWS::Serverless::StateMachine": "Name", "AWS::Events::EventBus": "Name",
	"AWS::SecretsManager::Secret": "Name", "AWS::Kinesis::Stream": "Name", "AWS::EKS::Cluster": "Name",
}

// arnRefs are the types whose Ref is an ARN, by the attribute of the same
// value.
var arnRefs = map[string]string{
	"AWS::IAM::ManagedPolicy": "PolicyArn", "AWS::SNS::Topic": "TopicArn", "AWS::SecretsManager::Secret": "Id",
	"AWS::StepFunctions::StateMachine": "Arn", "AWS::Serverless::StateMachine": "Arn", "AWS::ECS::TaskDefinition": "TaskDefinitionArn",
}

// name returns a resource's physical name: as given, or not known.
func (r *resource) name() (value, error) {
	if r.named != nil {
		return *r.named, nil
	}
	if r.naming {
		return value{}, r.stack.fail(r.at, "", "the name of %s refers to itself", r.id)
	}
	r.naming = true
	defer func() { r.naming = false }()
	out := unknownText("the name of "+r.label(), r.standIn(), r)
	if p := nameProperties[r.typ]; p != "" {
		v, err := r.property(p)
		if err != nil {
			return value{}, err
		}
		switch v.kind {
		case noValue:
		case textValue:
			out = r.owning(v)
		case listValue, objectValue:
			return value{}, r.stack.fail(v.start, "", "%s of %s must be text", p, r.id)
		default:
			out = unknownText(v.what(), r.standIn(), r)
		}
	}
	r.named = &out
	return out, nil
}

// owning marks text as this resource's name.
func (r *resource) owning(v value) value {
	parts := make([]part, len(v.parts))
	for i, p := range v.parts {
		if p.unknown != nil && p.unknown.standIn == "" {
			p.unknown = &unknown{p.unknown.name, r.standIn()}
		}
		p.of = r
		parts[i] = p
	}
	v.parts = parts
	return v
}

// arns are the ARNs that attributes return: %p partition, %r region, %a
// account, %n name.
// Source: CloudFormation resource reference, "Return values", and the Service
// Authorization Reference for the forms of ARNs.
var arns = map[string]map[string]string{
	"AWS::IAM::User":                   {"Arn": "arn:%p:iam::%a:user%/%n"},
	"AWS::IAM::Role":                   {"Arn": "arn:%p:iam::%a:role%/%n"},
	"AWS::IAM::Group":                  {"Arn": "arn:%p:iam::%a:group%/%n"},
	"AWS::IAM::InstanceProfile":        {"Arn": "arn:%p:iam::%a:instance-profile%/%n"},
	"AWS::IAM::ManagedPolicy":          {"PolicyArn": "arn:%p:iam::%a:policy%/%n"},
	"AWS::Lambda::Function":            {"Arn": "arn:%p:lambda:%r:%a:function:%n"},
	"AWS::Serverless::Function":        {"Arn": "arn:%p:lambda:%r:%a:function:%n"},
	"AWS::S3::Bucket":                  {"Arn": "arn:%p:s3:::%n"},
	"AWS::DynamoDB::Table":             {"Arn": "arn:%p:dynamodb:%r:%a:table/%n"},
	"AWS::Logs::LogGroup":              {"Arn": "arn:%p:logs:%r:%a:log-group:%n:*"},
	"AWS::SQS::Queue":                  {"Arn": "arn:%p:sqs:%r:%a:%n", "QueueName": "%n"},
	"AWS::SNS::Topic":                  {"TopicArn": "arn:%p:sns:%r:%a:%n", "TopicName": "%n"},
	"AWS::ECS::Cluster":                {"Arn": "arn:%p:ecs:%r:%a:cluster/%n"},
	"AWS::ECS::TaskDefinition":         {"TaskDefinitionArn": "arn:%p:ecs:%r:%a:task-definition/%n:1"},
	"AWS::ECR::Repository":             {"Arn": "arn:%p:ecr:%r:%a:repository/%n"},
	"AWS::KMS::Key":                    {"Arn": "arn:%p:kms:%r:%a:key/%n"},
	"AWS::StepFunctions::StateMachine": {"Arn": "arn:%p:states:%r:%a:stateMachine:%n", "Name": "%n"},
	"AWS::Serverless::StateMachine":    {"Arn": "arn:%p:states:%r:%a:stateMachine:%n", "Name": "%n"},
	"AWS::Serverless::SimpleTable":     {"Arn": "arn:%p:dynamodb:%r:%a:table/%n"},
	"AWS::Events::EventBus":            {"Arn": "arn:%p:events:%r:%a:event-bus/%n", "Name": "%n"},
	"AWS::Events::Rule":                {"Arn": "arn:%p:events:%r:%a:rule/%n"},
	"AWS::SecretsManager::Secret":      {"Id": "arn:%p:secretsmanager:%r:%a:secret:%n-%?"},
	"AWS::Kinesis::Stream":             {"Arn": "arn:%p:kinesis:%r:%a:stream/%n"},
	"AWS::EKS::Cluster":                {"Arn": "arn:%p:eks:%r:%a:cluster/%n"},
}

// attribute resolves what Fn::GetAtt says.
func (s *stack) attribute(id, attribute string, at *node) (value, error) {
	r := s.byID[id]
	if r == nil {
		if s.transform {
			return s.generated(id, attribute)
		}
		return value{}, s.undefined(id, at)
	}
	if output, ok := strings.CutPrefix(attribute, "Outputs."); ok && r.nested != nil {
		return r.nested.output(output)
	}
	template := arns[r.typ][attribute]
	if template == "" {
		return unknownText(attribute+" of "+r.label(), "", nil), nil
	}
	return r.expand(template)
}

// expand fills in a template of an ARN.
func (r *resource) expand(template string) (value, error) {
	o := &r.stack.options
	name, err := r.name()
	if err != nil {
		return value{}, err
	}
	var values []value
	for before, rest := "", template; rest != ""; {
		before, rest, _ = strings.Cut(rest, "%")
		values = append(values, textOf(before))
		if rest == "" {
			break
		}
		switch rest[0] {
		case 'p':
			values = append(values, textOf(o.partition()))
		case 'r':
			values = append(values, textOf(o.region()))
		case 'a':
			values = append(values, textOf(o.account()))
		case 'n':
			values = append(values, name)
		case '?':
			values = append(values, unknownText("the id of "+r.label(), "", nil))
		case '/':
			path, err := r.iamPath()
			if err != nil {
				return value{}, err
			}
			values = append(values, path)
		}
		rest = rest[1:]
	}
	return concat("", values), nil
}

// iamPath returns the path of an IAM resource, "/" where there is none.
func (r *resource) iamPath() (value, error) {
	property := "Path"
	v, err := r.property(property)
	if err != nil || v.kind == noValue {
		return textOf("/"), err
	}
	return concat("", []value{v}), nil
}

// generated is the name or attribute of a resource that a macro makes.
func (s *stack) generated(id, attribute string) (value, error) {
	what := strings.TrimSpace(attribute + " of " + id)
	if attribute == "" {
		what = id
	}
	return unknownText(what+", which a macro makes", "", nil), nil
}
