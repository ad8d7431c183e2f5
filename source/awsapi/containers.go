package awsapi

import (
	"context"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
	"remotion-doctor/source/awsapi/ecs"
	"remotion-doctor/source/awsapi/eks"
)

func (c *Client) ecs(region string) *ecs.Client { return ecs.New(c.of("ecs"), region) }

func (c *Client) eks(region string) *eks.Client { return eks.New(c.of("eks"), region) }

// taskRole asks ECS for the role that the containers of a task run as.
func (c *Client) taskRole(ctx context.Context, name string) (source.Resolution, error) {
	op := "finding the task role of " + clean(name)
	region := ""
	if a, ok := policy.ParseARN(name); ok {
		region = a.Region
	}
	t, err := c.ecs(region).DescribeTaskDefinition(ctx, name)
	if err != nil {
		e := explain(op, err).(*source.Error)
		if strings.Contains(e.Msg, "Unable to describe task definition") {
			e.Kind, e.Msg, e.Hint = source.KindNotFound, "there is no such task definition", "look at the family and at --region; the newest revision is FAMILY, another FAMILY:REVISION"
		}
		return source.Resolution{}, e
	}
	const operation = "ecs:DescribeTaskDefinition"
	if t == nil || !isTask(t.ARN, name) {
		return source.Resolution{}, wrongAnswer(operation, "asked for the task definition %q, it has another or none", name)
	}
	if t.TaskRoleARN == "" {
		return source.Resolution{}, source.NoTaskRole(op, clean(t.ExecutionRoleARN))
	}
	r, err := found(operation, t.TaskRoleARN)
	r.ExecutionRole = t.ExecutionRoleARN
	if a, ok := policy.ParseARN(t.ARN); ok {
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
	list, err := c.eks("").ListPodIdentityAssociations(ctx, parts[0], parts[1], parts[2], nil)
	if err != nil {
		return source.Resolution{}, explain(op, err)
	}
	if list.Associations == nil {
		return source.Resolution{}, wrongAnswer("eks:ListPodIdentityAssociations", "it has no list")
	}
	if len(list.Associations) == 0 {
		return source.Resolution{}, &source.Error{
			Op: op, Kind: source.KindNotFound, Msg: "there is no pod identity association for it",
			Hint: "look at --region; if the role is in the service account's annotation eks.amazonaws.com/role-arn (IRSA), name it with --role and the account with --service-account",
		}
	}
	a, err := c.eks("").DescribePodIdentityAssociation(ctx, parts[0], list.Associations[0].ID)
	if err != nil {
		return source.Resolution{}, explain(op, err)
	}
	const operation = "eks:DescribePodIdentityAssociation"
	if a == nil || a.Namespace != parts[1] || a.ServiceAccount != parts[2] {
		return source.Resolution{}, wrongAnswer(operation, "asked for the association of %q, it has another or none", name)
	}
	r, err := found(operation, a.RoleARN)
	r.Region = c.config.Region
	return r.On(audit.Target{Kind: audit.TargetPodIdentity, Name: name}, ""), err
}
