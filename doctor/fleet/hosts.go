package fleet

import (
	"slices"
	"strings"

	"remotion-doctor/checks"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// hostsOf says of each role, by its ARN, what runs as it, a phrase each: the
// account's functions other than the product's own, instances, tasks, pods, and
// workflows that assume it with a web identity.
func hostsOf(s *account.Snapshot, p *checks.Pack) map[string][]string {
	out := map[string][]string{}
	add := func(role, what string) {
		if r, err := s.Role(role); err == nil {
			out[r.Arn] = append(out[r.Arn], what)
		}
	}
	for _, f := range s.Functions {
		if !own(p, f) {
			add(f.Role, usedBy+"function "+f.FunctionName)
		}
	}
	for _, i := range s.Instances {
		if i.IamInstanceProfile != nil {
			for _, role := range rolesOfProfile(s, i.IamInstanceProfile.Arn) {
				add(role, usedBy+"instance "+i.InstanceID)
			}
		}
	}
	for _, t := range s.TaskDefinitions {
		if t.TaskRoleArn != "" {
			add(t.TaskRoleArn, usedBy+"task definition "+lastPart(t.TaskDefinitionArn))
		}
	}
	for _, a := range s.PodIdentities {
		add(a.RoleArn, usedBy+"pods of "+a.ClusterName+"/"+a.Namespace+"/"+a.ServiceAccount)
	}
	addTrusted(s, func(role, what string) {
		if len(out[role]) == 0 || !strings.HasPrefix(what, "made for") {
			add(role, what)
		}
	})
	for role := range out {
		slices.Sort(out[role])
		out[role] = slices.Compact(out[role])
	}
	return out
}

// usedBy begins the reason that names what runs as a role.
const usedBy = "used by "

// rolesOfProfile are the roles of an instance profile.
func rolesOfProfile(s *account.Snapshot, arn string) []string {
	p, err := s.InstanceProfile(arn)
	if err != nil {
		return nil
	}
	var out []string
	for _, r := range p.Roles {
		out = append(out, r.Arn)
	}
	return out
}

// computing are the services whose hosts a role is made for. A snapshot does not
// hold every kind of host (a build, a job, a notebook), and the trust policy says
// what the role is for.
// Source: the trust policies that each service's guide shows for its role.
var computing = map[string]string{
	"lambda.amazonaws.com":          "a Lambda function",
	"ec2.amazonaws.com":             "an EC2 instance",
	"ecs-tasks.amazonaws.com":       "an ECS task",
	"pods.eks.amazonaws.com":        "pods of EKS",
	"codebuild.amazonaws.com":       "a CodeBuild project",
	"batch.amazonaws.com":           "AWS Batch",
	"apprunner.amazonaws.com":       "App Runner",
	"tasks.apprunner.amazonaws.com": "App Runner",
	"states.amazonaws.com":          "a state machine",
	"amplify.amazonaws.com":         "Amplify",
	"sagemaker.amazonaws.com":       "SageMaker",
	"glue.amazonaws.com":            "a Glue job",
	"scheduler.amazonaws.com":       "EventBridge Scheduler",
}

// addTrusted adds what a role's trust policy says that it is for: a compute
// service, or whoever has a web identity.
func addTrusted(s *account.Snapshot, add func(role, what string)) {
	for i := range s.AuthorizationDetails.Roles {
		r := &s.AuthorizationDetails.Roles[i]
		if r.AssumeRolePolicyDocument == nil {
			continue
		}
		doc, err := policy.Parse(r.AssumeRolePolicyDocument.Text)
		if err != nil {
			continue // the check says so, where the role is one
		}
		for _, what := range trusted(doc) {
			add(r.Arn, what)
		}
	}
}

func trusted(doc *policy.Document) []string {
	var out []string
	for i := range doc.Statements {
		st := &doc.Statements[i]
		if st.Effect != policy.Allow || st.Principals == nil {
			continue
		}
		for _, n := range st.Principals.Service {
			if what := computing[n]; what != "" {
				out = append(out, "made for "+what)
			}
		}
		for _, n := range st.Principals.Federated {
			if _, issuer, ok := strings.Cut(n, ":oidc-provider/"); ok {
				out = append(out, "assumed with tokens of "+issuer)
			}
		}
	}
	return out
}

func lastPart(arn string) string {
	return arn[strings.LastIndexByte(arn, '/')+1:]
}
