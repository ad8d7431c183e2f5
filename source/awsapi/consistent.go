package awsapi

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"remotion-doctor/iam"
)

// consistent refuses answers of the simulator that are about something else than
// what was asked, that hold a result twice, or that contradict themselves. A
// result that is missing leaves its probe undecided.
func consistent(b batch, results []types.EvaluationResult) error {
	seen := map[pair]int{}
	for i := range results {
		action := strings.ToLower(aws.ToString(results[i].EvalActionName))
		asked := count(b.actions, action)
		if asked == 0 {
			return wrongAnswer(simulatePrincipalPolicy, "it has a result for %q, which was not asked", action)
		}
		for _, resource := range resourcesOf(b, &results[i]) {
			if len(b.resources) > 0 && !slices.Contains(b.resources, resource) && len(results[i].ResourceSpecificResults) > 0 {
				return wrongAnswer(simulatePrincipalPolicy, "it has a result for %q on %q, which was not asked", action, resource)
			}
			key := pair{action: action, resource: resource}
			if seen[key]++; seen[key] > asked {
				return wrongAnswer(simulatePrincipalPolicy, "it has the result for %q on %q twice", action, resource)
			}
		}
	}
	return agree(b, results)
}

// count returns how many spellings of an action were asked. The simulator
// answers each (recorded case actions-duplicate).
func count(actions []string, lower string) (n int) {
	for _, a := range actions {
		if strings.ToLower(a) == lower {
			n++
		}
	}
	return n
}

// resourcesOf returns the resources that a result concerns.
func resourcesOf(b batch, res *types.EvaluationResult) []string {
	if len(b.resources) == 0 {
		return []string{"*"}
	}
	if len(res.ResourceSpecificResults) == 0 {
		return []string{aws.ToString(res.EvalResourceName)}
	}
	var out []string
	for i := range res.ResourceSpecificResults {
		out = append(out, aws.ToString(res.ResourceSpecificResults[i].EvalResourceName))
	}
	return out
}

var strictness = map[string]int{string(iam.Allowed): 1, string(iam.ImplicitDeny): 2, string(iam.ExplicitDeny): 3}

// agree compares the decision of an action with those of its resources: it is
// the strictest of them in each of the 152 recorded answers. Where a resource is
// missing it may be stricter.
func agree(b batch, results []types.EvaluationResult) error {
	strictest, rows, words := map[string]int{}, map[string]int{}, map[string]bool{}
	for i := range results {
		action := strings.ToLower(aws.ToString(results[i].EvalActionName))
		for _, row := range results[i].ResourceSpecificResults {
			s := strictness[string(row.EvalResourceDecision)]
			words[action] = words[action] || s == 0
			strictest[action] = max(strictest[action], s)
			rows[action]++
		}
	}
	for i := range results {
		action := strings.ToLower(aws.ToString(results[i].EvalActionName))
		whole := strictness[string(results[i].EvalDecision)]
		if whole == 0 || rows[action] == 0 || words[action] {
			continue
		}
		all := rows[action] >= len(b.resources)*count(b.actions, action)
		if whole < strictest[action] || all && whole > strictest[action] {
			return wrongAnswer(simulatePrincipalPolicy, "the decision for %q, %s, contradicts those for its resources", action, results[i].EvalDecision)
		}
	}
	return nil
}
