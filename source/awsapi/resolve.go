package awsapi

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
)

// Resolve finds the principal that a target acts as. The error is an [*source.Error].
func (c *Client) Resolve(ctx context.Context, t audit.Target) (source.Resolution, error) {
	switch t.Kind {
	case audit.TargetFunction:
		return c.functionRole(ctx, t.Name)
	case audit.TargetInstance:
		return c.instanceRole(ctx, t.Name)
	case audit.TargetInstanceProfile:
		return c.profileRole(ctx, t.Name)
	case audit.TargetTaskDefinition:
		return c.taskRole(ctx, t.Name)
	case audit.TargetPodIdentity:
		return c.podRole(ctx, t.Name)
	case audit.TargetRole, audit.TargetRenderer:
		return c.role(ctx, t.Name)
	case audit.TargetUser:
		return c.user(ctx, t.Name)
	case audit.TargetCaller:
		return c.caller(ctx)
	}
	return source.Resolution{}, &source.Error{Op: "finding " + t.String(), Kind: source.KindInvalid, Msg: "this kind of target cannot be asked of AWS"}
}

// found is the principal that an operation has answered with.
func found(operation, arn string) (source.Resolution, error) {
	p, err := iam.NewPrincipal(arn)
	if err != nil {
		return source.Resolution{}, wrongAnswer(operation, "%q is not the ARN of an IAM role or user", arn)
	}
	return source.Resolution{Principal: p}, nil
}

// functionRole asks for the execution role of a Lambda function. A region in
// the function's ARN wins over the configured one.
func (c *Client) functionRole(ctx context.Context, name string) (source.Resolution, error) {
	op := "finding the role of the Lambda function " + clean(name)
	region := ""
	if a, ok := policy.ParseARN(name); ok {
		region = a.Region
	}
	out, err := c.lambda(region).GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &name})
	if err != nil {
		return source.Resolution{}, explain(op, err)
	}
	const operation = "lambda:GetFunctionConfiguration"
	if have := source.FunctionName(aws.ToString(out.FunctionArn)); have != source.FunctionName(name) {
		return source.Resolution{}, wrongAnswer(operation, "asked for the function %q, it has %q", name, aws.ToString(out.FunctionArn))
	}
	r, err := found(operation, aws.ToString(out.Role))
	if a, ok := policy.ParseARN(aws.ToString(out.FunctionArn)); ok {
		r.Region = a.Region
	}
	return r.On(audit.Target{Kind: audit.TargetFunction, Name: name}, aws.ToString(out.FunctionArn)), err
}

// profileRole asks for the role in an instance profile.
func (c *Client) profileRole(ctx context.Context, nameOrARN string) (source.Resolution, error) {
	op := "finding the role in the instance profile " + clean(nameOrARN)
	name := nameOrARN[strings.LastIndexByte(nameOrARN, '/')+1:]
	out, err := c.iam().GetInstanceProfile(ctx, &awsiam.GetInstanceProfileInput{InstanceProfileName: &name})
	if err != nil {
		return source.Resolution{}, explain(op, err)
	}
	const operation = "iam:GetInstanceProfile"
	if out.InstanceProfile == nil || out.InstanceProfile.Roles == nil {
		return source.Resolution{}, wrongAnswer(operation, "it has no instance profile")
	}
	if have := aws.ToString(out.InstanceProfile.InstanceProfileName); !strings.EqualFold(have, name) {
		return source.Resolution{}, wrongAnswer(operation, "asked for the instance profile %q, it has %q", name, have)
	}
	if len(out.InstanceProfile.Roles) == 0 {
		return source.Resolution{}, &source.Error{Op: op, Kind: source.KindNotFound, Msg: "the instance profile has no role", Hint: "add one with `aws iam add-role-to-instance-profile`"}
	}
	r, err := found(operation, aws.ToString(out.InstanceProfile.Roles[0].Arn))
	return r.On(audit.Target{Kind: audit.TargetInstanceProfile, Name: name}, ""), err
}

// instanceRole asks EC2 for the profile of an instance and IAM for its role.
func (c *Client) instanceRole(ctx context.Context, id string) (source.Resolution, error) {
	op := "finding the instance profile of " + clean(id)
	out, err := c.ec2("").DescribeInstances(ctx, "", id)
	if err != nil {
		return source.Resolution{}, explain(op, err)
	}
	const operation = "ec2:DescribeInstances"
	if !out.Answered {
		return source.Resolution{}, wrongAnswer(operation, "it has no list")
	}
	instances := out.List
	if len(instances) == 0 {
		return source.Resolution{}, &source.Error{Op: op, Kind: source.KindNotFound, Msg: "there is no such instance", Hint: "look at the id and at --region"}
	}
	if have := instances[0].ID; len(instances) > 1 || have != id {
		return source.Resolution{}, wrongAnswer(operation, "asked for the instance %q, it has %d, the first of them %q", id, len(instances), have)
	}
	profile := instances[0].ProfileARN
	if profile == "" {
		return source.Resolution{}, &source.Error{Op: op, Kind: source.KindNotFound, Msg: "the instance has no instance profile, so it has no role", Hint: "attach one, or name the role that your code assumes with --role"}
	}
	res, err := c.profileRole(ctx, profile)
	res.Region = c.config.Region
	return res.On(audit.Target{Kind: audit.TargetInstance, Name: id}, c.instanceARN(res.Principal, id)), err
}

// instanceARN is the ARN of an instance in the configured region.
func (c *Client) instanceARN(p iam.Principal, id string) string {
	if c.config.Region == "" {
		return ""
	}
	return "arn:" + p.Partition() + ":ec2:" + c.config.Region + ":" + p.AccountID + ":instance/" + id
}

// role asks for a role by name or ARN, so that its real ARN with the path is
// known, and a missing role is known as such.
func (c *Client) role(ctx context.Context, nameOrARN string) (source.Resolution, error) {
	op := "looking up the role " + clean(nameOrARN)
	a, isARN := policy.ParseARN(nameOrARN)
	name := nameOrARN
	if isARN {
		name = a.Name()
		if a.Service == "sts" && a.Type() == "assumed-role" {
			name, _, _ = strings.Cut(strings.TrimPrefix(a.Resource, "assumed-role/"), "/")
		} else if a.Service != "iam" || a.Type() != "role" {
			return source.Resolution{}, &source.Error{Op: op, Kind: source.KindInvalid, Msg: "this is not the ARN of a role", Hint: "it looks like arn:aws:iam::123456789012:role/name"}
		}
	}
	role, err := c.getRole(ctx, name)
	if err == nil {
		return found("iam:GetRole", aws.ToString(role.Arn))
	}
	e := explain(op, err).(*source.Error)
	if e.Kind != source.KindDenied || !isARN {
		return source.Resolution{}, e
	}
	// The simulator goes by the name and ignores the path (recorded cases
	// prin-*-wrong-path), so that the ARN serves without a look-up.
	resource := a.Resource
	if a.Service == "sts" {
		resource = "role/" + name
	}
	r, err := found("iam:GetRole", "arn:"+a.Partition+":iam::"+a.AccountID+":"+resource)
	r.Notes = append(r.Notes, "iam:GetRole was denied: whether the role exists, and its path, was not checked")
	return r, err
}

func (c *Client) user(ctx context.Context, nameOrARN string) (source.Resolution, error) {
	op := "looking up the user " + clean(nameOrARN)
	name := nameOrARN[strings.LastIndexByte(nameOrARN, '/')+1:]
	user, err := c.getUser(ctx, name)
	if err != nil {
		return source.Resolution{}, explain(op, err)
	}
	return found("iam:GetUser", aws.ToString(user.Arn))
}

// caller finds the principal of the client's own credentials. The ARN of an
// assumed role has lost the role's path, which IAM is asked for.
func (c *Client) caller(ctx context.Context) (source.Resolution, error) {
	arn, err := c.Caller(ctx)
	if err != nil {
		return source.Resolution{}, err
	}
	op := "auditing the caller " + clean(arn)
	a, ok := policy.ParseARN(arn)
	switch {
	case ok && a.Service == "iam" && a.Type() == "user":
		return found("sts:GetCallerIdentity", arn)
	case ok && a.Service == "sts" && a.Type() == "assumed-role":
		return c.role(ctx, arn)
	case ok && a.Resource == "root":
		return source.Resolution{}, &source.Error{Op: op, Kind: source.KindInvalid, Msg: "the account's root user has no policies to audit", Hint: "name the principal that renders, with --role, --user or --function"}
	case ok && a.Type() == "federated-user":
		return source.Resolution{}, &source.Error{Op: op, Kind: source.KindInvalid, Msg: "a federated user cannot be simulated", Hint: "name the user that it was federated from with --user, or a role with --role"}
	}
	return source.Resolution{}, &source.Error{Op: op, Kind: source.KindInvalid, Msg: fmt.Sprintf("%q is no principal that can be simulated", clean(arn)), Hint: "name one with --role or --user"}
}
