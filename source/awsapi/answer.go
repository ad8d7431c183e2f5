package awsapi

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// read takes the answers of one call. Since July 2026 there is one result per
// action, with a row per resource; before, there was one per action and
// resource. Both hold the verdict of a resource in its row.
func (r *run) read(b batch, results []types.EvaluationResult) {
	for i := range results {
		res := &results[i]
		if len(b.resources) == 0 {
			r.set(b, res, "*", r.topLevel(res))
			continue
		}
		for j := range res.ResourceSpecificResults {
			row := &res.ResourceSpecificResults[j]
			r.set(b, res, aws.ToString(row.EvalResourceName), r.row(res, row))
		}
		if name := aws.ToString(res.EvalResourceName); len(res.ResourceSpecificResults) == 0 {
			v := r.topLevel(res)
			if len(b.resources) > 1 && v.Decision != iam.Allowed {
				// The decision is the strictest over all resources, and says
				// nothing of this one.
				v = iam.Verdict{Problem: "the simulator answered for all resources together"}
			}
			r.set(b, res, name, v)
		}
	}
}

// set keeps an answer. Actions that are asked in two spellings are answered
// twice, the same.
func (r *run) set(b batch, res *types.EvaluationResult, resource string, v iam.Verdict) {
	action := aws.ToString(res.EvalActionName)
	if !slices.Contains(b.actions, action) {
		if i := slices.IndexFunc(b.actions, func(a string) bool { return strings.EqualFold(a, action) }); i >= 0 {
			action = b.actions[i]
		}
	}
	key := pair{contextKey(b.context), action, resource}
	if len(b.resources) > 1 && slices.Contains(v.BlockedBy, iam.LayerSCP) {
		r.doubtful = append(r.doubtful, key)
	}
	r.answers[key] = v
}

// topLevel reads a result without rows as if it were its own row.
func (r *run) topLevel(res *types.EvaluationResult) iam.Verdict {
	return r.row(res, &types.ResourceSpecificResult{
		EvalResourceDecision: res.EvalDecision, MatchedStatements: res.MatchedStatements,
		MissingContextValues:              res.MissingContextValues,
		PermissionsBoundaryDecisionDetail: res.PermissionsBoundaryDecisionDetail,
	})
}

func (r *run) row(res *types.EvaluationResult, row *types.ResourceSpecificResult) iam.Verdict {
	v := iam.Verdict{
		Decision:       decision(string(row.EvalResourceDecision)),
		MissingContext: missing(row.MissingContextValues),
	}
	v.BlockedBy = blockedBy(v.Decision, row.PermissionsBoundaryDecisionDetail, res.OrganizationsDecisionDetail)
	v.Matched = r.statements(row.MatchedStatements, v.Decision)
	v.Problem = problem(v.Decision, string(row.EvalResourceDecision))
	return v
}

// decision takes the words that are known; any other is no decision.
func decision(s string) iam.Decision {
	switch d := iam.Decision(s); d {
	case iam.Allowed, iam.ExplicitDeny, iam.ImplicitDeny:
		return d
	}
	return ""
}

func problem(d iam.Decision, word string) string {
	if d != "" {
		return ""
	}
	return "the simulator's decision \"" + clean(word) + "\" is not known"
}

func missing(keys []string) []string {
	if len(keys) == 0 {
		return nil
	}
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = clean(k)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// blockedBy reads the details of boundary and organization. They say "not
// allowed" also where an identity-based policy does not allow either.
func blockedBy(d iam.Decision, b *types.PermissionsBoundaryDecisionDetail, o *types.OrganizationsDecisionDetail) []iam.Layer {
	if d == iam.Allowed {
		return nil
	}
	var out []iam.Layer
	if o != nil && !o.AllowedByOrganizations {
		out = append(out, iam.LayerSCP)
	}
	if b != nil && !b.AllowedByPermissionsBoundary {
		out = append(out, iam.LayerBoundary)
	}
	return out
}

// statements reads the evidence. The simulator names a policy and a position;
// whoever can read the policy finds the Sid.
func (r *run) statements(in []types.Statement, d iam.Decision) []iam.StatementRef {
	var out []iam.StatementRef
	for _, s := range in {
		ref := iam.StatementRef{
			Policy: r.policyName(aws.ToString(s.SourcePolicyId)), PolicyID: r.policyID(aws.ToString(s.SourcePolicyId)), Index: -1, Effect: policy.Allow, Layer: iam.LayerIdentity,
			Start: position(s.StartPosition), End: position(s.EndPosition),
		}
		if d == iam.ExplicitDeny {
			ref.Effect = policy.Deny
		}
		switch string(s.SourcePolicyType) {
		case "Permissions Boundary Policy":
			ref.Layer = iam.LayerBoundary
		case "Resource Policy":
			ref.Layer = iam.LayerResource
		}
		out = append(out, ref)
	}
	slices.SortFunc(out, func(a, b iam.StatementRef) int {
		if c := strings.Compare(a.Policy, b.Policy); c != 0 {
			return c
		}
		return (a.Start.Line-b.Start.Line)*1_000_000 + a.Start.Column - b.Start.Column
	})
	return out
}

func position(p *types.Position) policy.Position {
	if p == nil {
		return policy.Position{}
	}
	return policy.Position{Line: int(p.Line), Column: int(p.Column)}
}

// policyID identifies an inline policy of the principal; managed ones go by a
// name, whose reader finds the ARN where the policies can be read.
func (r *run) policyID(id string) iam.PolicyID {
	name, ok := strings.CutPrefix(id, r.principal.Type()+"_"+r.principal.Name()+"_")
	if !ok {
		return ""
	}
	return iam.InlinePolicy(r.principal.ARN, name)
}

// policyName turns role_NAME_POLICY into POLICY, and group_GROUP_POLICY where
// it is clear where the group's name ends. Other ids stay.
func (r *run) policyName(id string) string {
	if rest, ok := strings.CutPrefix(id, "group_"); ok && strings.Count(rest, "_") == 1 {
		_, name, _ := strings.Cut(rest, "_")
		return clean(name)
	}
	return clean(strings.TrimPrefix(id, r.principal.Type()+"_"+r.principal.Name()+"_"))
}
