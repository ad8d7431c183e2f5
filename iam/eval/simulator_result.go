package eval

import (
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// result answers one action over the resources of a call.
func (s *simulation) result(action string, resources []string) EvaluationResult {
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	outcomes := make([]outcome, len(resources))
	for i, arn := range resources {
		outcomes[i] = s.simulate(action, arn)
	}
	first := &outcomes[0]
	out := EvaluationResult{
		EvalActionName:              action,
		EvalResourceName:            resources[0],
		EvalDecision:                string(aggregate(outcomes)),
		OrganizationsDecisionDetail: first.organizations,
		MatchedStatements:           []MatchedStatement{},
		MissingContextValues:        []string{},
	}
	out.EvalDecisionDetails = first.details
	out.PermissionsBoundaryDecisionDetail = aggregateBoundary(outcomes)
	if first.organizations != nil {
		out.OrganizationsDecisionDetail = aggregateOrganizations(outcomes)
	}
	for i := range outcomes {
		out.addEvidence(&outcomes[i])
	}
	if len(resources) == 1 && resources[0] == "*" {
		return out
	}
	if len(resources) > 1 {
		out.EvalResourceName = resourceTemplate(action, resources[0])
	}
	for i := range outcomes {
		out.ResourceSpecificResults = append(out.ResourceSpecificResults, outcomes[i].row(resources[i]))
	}
	return out
}

// addEvidence joins the evidence of one resource, each statement once
// (recorded cases agg-two-mixed, cond-mixed-three).
func (r *EvaluationResult) addEvidence(o *outcome) {
	for _, m := range o.matched {
		if ref := m.simulatorRef(); !slices.Contains(r.MatchedStatements, ref) {
			r.MatchedStatements = append(r.MatchedStatements, ref)
		}
	}
	if r.EvalDecision != string(iam.ImplicitDeny) {
		return
	}
	for _, key := range o.missing {
		if !slices.Contains(r.MissingContextValues, key) {
			r.MissingContextValues = append(r.MissingContextValues, key)
		}
	}
}

func (o *outcome) row(resource string) ResourceSpecificResult {
	row := ResourceSpecificResult{
		EvalResourceName: resource, EvalResourceDecision: string(o.decision),
		MissingContextValues: o.missing, EvalDecisionDetails: o.details,
		PermissionsBoundaryDecisionDetail: o.boundary,
	}
	for _, m := range o.matched {
		row.MatchedStatements = append(row.MatchedStatements, m.simulatorRef())
	}
	return row
}

// aggregate is the most restrictive decision (SDK, EvaluationResult; recorded
// cases agg-*).
func aggregate(outcomes []outcome) iam.Decision {
	d := iam.Allowed
	for i := range outcomes {
		d = strictest(d, outcomes[i].decision)
	}
	return d
}

func aggregateBoundary(outcomes []outcome) *BoundaryDecision {
	if outcomes[0].boundary == nil {
		return nil
	}
	return &BoundaryDecision{!slices.ContainsFunc(outcomes, func(o outcome) bool {
		return !o.boundary.AllowedByPermissionsBoundary
	})}
}

func aggregateOrganizations(outcomes []outcome) *OrganizationsDecision {
	return &OrganizationsDecision{!slices.ContainsFunc(outcomes, func(o outcome) bool {
		return !o.organizations.AllowedByOrganizations
	})}
}

// templates are the resource names of answers about several resources, by the
// service of the action, as far as they were recorded (kind-*, agg-*). The
// partition is that of the first resource.
var templates = map[string]string{
	"s3":     "s3:::${BucketName}/${KeyName}",
	"iam":    "iam::${Account}:${ResourceType}/${ResourceName}",
	"sts":    "iam::${Account}:${RelativeId}",
	"sqs":    "sqs:${Region}:${Account}:${QueueName}",
	"kms":    "kms:${Region}:${Account}:${ResourceType}/${Id}",
	"lambda": "lambda:${Region}:${Account}:${ResourceType}:${ResourceId}",
	"ec2":    "ec2:${Region}:${Account}:${ResourceType}/${ResourcePath}",
}

// resourceTemplate returns "*" for actions that the simulator does not know
// and nothing for services whose template was not recorded, as the real one
// has none for some actions.
func resourceTemplate(action, firstResource string) string {
	if !knownAction(action) {
		return "*"
	}
	service, _, _ := strings.Cut(strings.ToLower(action), ":")
	template, ok := templates[service]
	if !ok {
		return ""
	}
	a, _ := policy.ParseARN(firstResource)
	return "arn:" + a.Partition + ":" + template
}
