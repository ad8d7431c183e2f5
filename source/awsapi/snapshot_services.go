package awsapi

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"golang.org/x/sync/errgroup"

	"remotion-doctor/audit"
	"remotion-doctor/iam/account"
	"remotion-doctor/source"
	"remotion-doctor/source/awsapi/ec2"
	"remotion-doctor/source/awsapi/eks"
)

// regional are the steps of one region.
func (t *taker) regional(region string) []step {
	in := func(read func(context.Context, string, func(account.Snapshot, string) error) error) func(context.Context, string, func(account.Snapshot, string) error) error {
		return func(ctx context.Context, _ string, keep func(account.Snapshot, string) error) error {
			return read(ctx, region, keep)
		}
	}
	return []step{
		{"lambda " + region, "lambda:ListFunctions", "the roles of functions there: name them with --role", in(t.readFunctions)},
		{"ec2 " + region, "ec2:DescribeInstances", "the roles of instances there: name them with --role or --instance-profile", in(t.readInstances)},
		{"ecs " + region, "ecs:DescribeTaskDefinition", "the roles of tasks there: name them with --role", in(t.readTasks)},
		{"eks " + region, "eks:DescribePodIdentityAssociation", "the roles of pods there: name them with --role", in(t.readPods)},
	}
}

func (t *taker) readFunctions(ctx context.Context, region string, keep func(account.Snapshot, string) error) error {
	functions, err := t.functions(ctx, region)
	if err != nil {
		return err
	}
	return keep(account.Snapshot{Functions: functions}, "")
}

// readInstances reads the instances that have a profile.
func (t *taker) readInstances(ctx context.Context, region string, keep func(account.Snapshot, string) error) error {
	var found account.Snapshot
	client := t.ec2(region)
	instances, err := collect(ctx, "ec2:DescribeInstances", func(ctx context.Context, token *string) (page[ec2.Instance], error) {
		out, err := client.DescribeInstances(ctx, aws.ToString(token))
		if err != nil {
			return page[ec2.Instance]{}, err
		}
		if out.Answered && out.List == nil {
			out.List = []ec2.Instance{}
		}
		return tokenPage(out.List, aws.String(out.Next)), nil
	})
	if err != nil {
		return err
	}
	for _, i := range instances {
		if i.ProfileARN != "" {
			found.Instances = append(found.Instances, account.NewInstance(i.ID, i.ProfileARN))
		}
	}
	return keep(found, "")
}

// readTasks reads the newest revision of each family of task definitions.
func (t *taker) readTasks(ctx context.Context, region string, keep func(account.Snapshot, string) error) error {
	client := t.ecs(region)
	families, err := collect(ctx, "ecs:ListTaskDefinitionFamilies", func(ctx context.Context, token *string) (page[string], error) {
		out, err := client.ListTaskDefinitionFamilies(ctx, token)
		if err != nil {
			return page[string]{}, err
		}
		return tokenPage(out.Families, out.NextToken), nil
	})
	if err != nil {
		return err
	}
	found := account.Snapshot{TaskDefinitions: make([]account.TaskDefinition, len(families))}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(t.concurrency)
	for i, family := range families {
		g.Go(func() error {
			d, err := client.DescribeTaskDefinition(ctx, family)
			if err != nil {
				return err
			}
			if d == nil || !isTask(d.ARN, family) {
				return wrongAnswer("ecs:DescribeTaskDefinition", "asked for the task definition %q, it has another or none", family)
			}
			found.TaskDefinitions[i] = account.TaskDefinition{TaskDefinitionArn: d.ARN, TaskRoleArn: d.TaskRoleARN, ExecutionRoleArn: d.ExecutionRoleARN}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return keep(found, "")
}

// readPods reads the pod identity associations of all clusters.
func (t *taker) readPods(ctx context.Context, region string, keep func(account.Snapshot, string) error) error {
	client := t.eks(region)
	clusters, err := collect(ctx, "eks:ListClusters", func(ctx context.Context, token *string) (page[string], error) {
		out, err := client.ListClusters(ctx, token)
		if err != nil {
			return page[string]{}, err
		}
		return tokenPage(out.Clusters, out.NextToken), nil
	})
	if err != nil {
		return err
	}
	var found account.Snapshot
	for _, cluster := range clusters {
		pods, err := podsOf(ctx, client, cluster)
		if err != nil {
			return err
		}
		found.PodIdentities = append(found.PodIdentities, pods...)
	}
	return keep(found, "")
}

func podsOf(ctx context.Context, client *eks.Client, cluster string) ([]account.PodIdentityAssociation, error) {
	list, err := collect(ctx, "eks:ListPodIdentityAssociations", func(ctx context.Context, token *string) (page[eks.Association], error) {
		out, err := client.ListPodIdentityAssociations(ctx, cluster, "", "", token)
		if err != nil {
			return page[eks.Association]{}, err
		}
		return tokenPage(out.Associations, out.NextToken), nil
	})
	if err != nil {
		return nil, err
	}
	var out []account.PodIdentityAssociation
	for _, a := range list {
		// The list does not tell the role.
		one, err := client.DescribePodIdentityAssociation(ctx, cluster, a.ID)
		if err != nil {
			return nil, err
		}
		if one == nil || one.RoleARN == "" {
			return nil, wrongAnswer("eks:DescribePodIdentityAssociation", "it has no role of the association %q", a.ID)
		}
		out = append(out, account.PodIdentityAssociation{
			ClusterName: cluster, Namespace: one.Namespace,
			ServiceAccount: one.ServiceAccount, RoleArn: one.RoleARN,
		})
	}
	return out, nil
}

// readBuckets reads Remotion's buckets, their settings and policies.
func (t *taker) readBuckets(ctx context.Context, _ string, keep func(account.Snapshot, string) error) error {
	names, err := t.BucketNames(ctx)
	if err != nil {
		return err
	}
	found := account.Snapshot{BucketPolicies: map[string]account.Document{}}
	for _, name := range names {
		if !strings.HasPrefix(name, "remotionlambda-") {
			continue
		}
		if err := t.readBucket(ctx, name, &found); err != nil {
			return err
		}
	}
	return keep(found, "")
}

// readBucket reads one bucket. What could not be read of it is a gap of the
// snapshot.
func (t *taker) readBucket(ctx context.Context, name string, found *account.Snapshot) error {
	b, err := t.Bucket(ctx, name, "")
	if err != nil {
		return err
	}
	found.Buckets = append(found.Buckets, b)
	for i := range b.Gaps {
		operation, _, _ := strings.Cut(b.Gaps[i].Where, " ")
		found.Gaps = append(found.Gaps, account.Gap{Operation: operation, Resource: name, Reason: b.Gaps[i].Why, Affects: "whether the settings of bucket " + name + " stop Remotion"})
	}
	text, err := t.bucketPolicy(ctx, name, b.Region)
	switch {
	case err != nil:
		found.Gaps = append(found.Gaps, account.Gap{
			Operation: getBucketPolicy, Resource: name, Reason: explain("", err).(*source.Error).Msg,
			Affects: "whether the policy of bucket " + name + " stops Remotion",
		})
	case text != "":
		found.BucketPolicies[name] = account.Document{Text: text}
	}
	return nil
}

// A Resolved is a target and the principal behind it.
type Resolved struct {
	Target audit.Target
	source.Resolution
}

// enter makes the target an entry of a snapshot of its principal.
func (r Resolved) enter(s *account.Snapshot) {
	switch name := baseName(r.Target.Name); r.Target.Kind {
	case audit.TargetFunction:
		arn := r.Target.Name
		if !strings.HasPrefix(arn, "arn:") {
			arn = "arn:" + r.Principal.Partition() + ":lambda:" + r.Region + ":" + r.Principal.AccountID + ":function:" + name
		}
		s.Functions = []account.Function{{FunctionName: arn[strings.LastIndexByte(arn, ':')+1:], FunctionArn: arn, Role: r.Principal.ARN}}
	case audit.TargetInstanceProfile, audit.TargetInstance:
		profile := name
		if r.Target.Kind == audit.TargetInstance {
			profile = "profile-of-" + name
		}
		arn := "arn:" + r.Principal.Partition() + ":iam::" + r.Principal.AccountID + ":instance-profile/" + profile
		s.InstanceProfiles = []account.InstanceProfile{{InstanceProfileName: profile, Arn: arn, Roles: []account.ProfileRole{{RoleName: r.Principal.Name(), Arn: r.Principal.ARN}}}}
		if r.Target.Kind == audit.TargetInstance {
			s.Instances = []account.Instance{account.NewInstance(name, arn)}
		}
	case audit.TargetTaskDefinition:
		arn := r.Target.Name
		if !strings.HasPrefix(arn, "arn:") {
			if !strings.Contains(name, ":") {
				name += ":1"
			}
			arn = "arn:" + r.Principal.Partition() + ":ecs:" + r.Region + ":" + r.Principal.AccountID + ":task-definition/" + name
		}
		s.TaskDefinitions = []account.TaskDefinition{{TaskDefinitionArn: arn, TaskRoleArn: r.Principal.ARN, ExecutionRoleArn: r.ExecutionRole}}
	case audit.TargetPodIdentity:
		if parts := strings.Split(r.Target.Name, "/"); len(parts) == 3 {
			s.PodIdentities = []account.PodIdentityAssociation{{ClusterName: parts[0], Namespace: parts[1], ServiceAccount: parts[2], RoleArn: r.Principal.ARN}}
		}
	}
}
