package awsapi

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/eks"

	"remotion-doctor/audit"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
)

func (c *Client) ecs(region string) *ecs.Client {
	return ecs.NewFromConfig(c.config, func(o *ecs.Options) {
		if region != "" {
			o.Region = region
		}
	})
}

func (c *Client) eks() *eks.Client { return eks.NewFromConfig(c.config) }

// taskRole asks ECS for the role that the containers of a task run as.
func (c *Client) taskRole(ctx context.Context, name string) (source.Resolution, error) {
	op := "finding the task role of " + clean(name)
	region := ""
	if a, ok := policy.ParseARN(name); ok {
		region = a.Region
	}
	out, err := c.ecs(region).DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: &name})
	if err != nil {
		e := explain(op, err).(*source.Error)
		if strings.Contains(e.Msg, "Unable to describe task definition") {
			e.Kind, e.Msg, e.Hint = source.KindNotFound, "there is no such task definition", "look at the family and at --region; the newest revision is FAMILY, another FAMILY:REVISION"
		}
		return source.Resolution{}, e
	}
	const operation = "ecs:DescribeTaskDefinition"
	t := out.TaskDefinition
	if t == nil || !isTask(aws.ToString(t.TaskDefinitionArn), name) {
		return source.Resolution{}, wrongAnswer(operation, "asked for the task definition %q, it holds another or none", name)
	}
	if aws.ToString(t.TaskRoleArn) == "" {
		return source.Resolution{}, source.NoTaskRole(op, clean(aws.ToString(t.ExecutionRoleArn)))
	}
	r, err := found(operation, aws.ToString(t.TaskRoleArn))
	r.ExecutionRole = aws.ToString(t.ExecutionRoleArn)
	if a, ok := policy.ParseARN(aws.ToString(t.TaskDefinitionArn)); ok {
		r.Region = a.Region
	}
	return r.On(audit.Target{Kind: audit.TargetTaskDefinition, Name: name}, ""), err
}

// isTask reports whether an ARN is that of a task definition as it was asked
// for: FAMILY, FAMILY:REVISION or an ARN.
func isTask(arn, asked string) bool {
	have := baseName(arn)
	family, _, _ := strings.Cut(have, ":")
	want := baseName(asked)
	return arn != "" && (have == want || family == want)
}

// podRole asks EKS for the role that is associated with a service account,
// named CLUSTER/NAMESPACE/SERVICE-ACCOUNT.
func (c *Client) podRole(ctx context.Context, name string) (source.Resolution, error) {
	op := "finding the role of the service account " + clean(name)
	parts := strings.Split(name, "/")
	if len(parts) != 3 {
		return source.Resolution{}, &source.Error{Op: op, Kind: source.KindInvalid, Msg: "it is not of the form CLUSTER/NAMESPACE/SERVICE-ACCOUNT"}
	}
	list, err := c.eks().ListPodIdentityAssociations(ctx, &eks.ListPodIdentityAssociationsInput{ClusterName: &parts[0], Namespace: &parts[1], ServiceAccount: &parts[2]})
	if err != nil {
		return source.Resolution{}, explain(op, err)
	}
	if list.Associations == nil {
		return source.Resolution{}, wrongAnswer("eks:ListPodIdentityAssociations", "it holds no list")
	}
	if len(list.Associations) == 0 {
		return source.Resolution{}, &source.Error{
			Op: op, Kind: source.KindNotFound, Msg: "there is no pod identity association for it",
			Hint: "look at --region; if the role is in the service account's annotation eks.amazonaws.com/role-arn (IRSA), name it with --role and the account with --service-account",
		}
	}
	out, err := c.eks().DescribePodIdentityAssociation(ctx, &eks.DescribePodIdentityAssociationInput{ClusterName: &parts[0], AssociationId: list.Associations[0].AssociationId})
	if err != nil {
		return source.Resolution{}, explain(op, err)
	}
	const operation = "eks:DescribePodIdentityAssociation"
	a := out.Association
	if a == nil || aws.ToString(a.Namespace) != parts[1] || aws.ToString(a.ServiceAccount) != parts[2] {
		return source.Resolution{}, wrongAnswer(operation, "asked for the association of %q, it holds another or none", name)
	}
	r, err := found(operation, aws.ToString(a.RoleArn))
	r.Region = c.config.Region
	return r.On(audit.Target{Kind: audit.TargetPodIdentity, Name: name}, ""), err
}
