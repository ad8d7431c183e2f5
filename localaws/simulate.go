package localaws

import (
	"encoding/xml"
	"maps"
	"slices"
	"strconv"

	"remotion-doctor/iam/eval"
)

// simulationInput reads the parameters of both simulations.
func (c *call) simulationInput() (eval.SimulationInput, error) {
	in := eval.SimulationInput{
		PolicySourceArn:                    c.form.Get("PolicySourceArn"),
		PolicyInputList:                    c.list("PolicyInputList"),
		PermissionsBoundaryPolicyInputList: c.list("PermissionsBoundaryPolicyInputList"),
		ActionNames:                        c.list("ActionNames"),
		ResourceArns:                       c.list("ResourceArns"),
		ResourcePolicy:                     c.form.Get("ResourcePolicy"),
		ResourceOwner:                      c.form.Get("ResourceOwner"),
		CallerArn:                          c.form.Get("CallerArn"),
		ResourceHandlingOption:             c.form.Get("ResourceHandlingOption"),
		Marker:                             c.form.Get("Marker"),
	}
	if m := c.form.Get("MaxItems"); m != "" {
		n, err := strconv.Atoi(m)
		if err != nil {
			return in, apiError{"ValidationError", 400, "MaxItems is not a number"}
		}
		if n == 0 {
			n = -1 // 0 is no value of the parameter, while no parameter is 0
		}
		in.MaxItems = n
	}
	for i := 1; i <= c.count("ContextEntries"); i++ {
		in.ContextEntries = append(in.ContextEntries, eval.SimulationContext{
			ContextKeyName:   c.form.Get(at("ContextEntries", i, "ContextKeyName")),
			ContextKeyType:   c.form.Get(at("ContextEntries", i, "ContextKeyType")),
			ContextKeyValues: c.list(at("ContextEntries", i, "ContextKeyValues")),
		})
	}
	for i := 1; i <= c.count("OrderedOrganizationPolicyInputList"); i++ {
		in.OrderedOrganizationPolicyInputList = append(in.OrderedOrganizationPolicyInputList, eval.OrganizationLevel{
			ServiceControlPolicyInputList: c.list(at("OrderedOrganizationPolicyInputList", i, "ServiceControlPolicyInputList")),
		})
	}
	for i := 1; i <= c.count("PolicyExclusionList"); i++ {
		in.PolicyExclusionList = append(in.PolicyExclusionList, c.exclusion(i))
	}
	return in, nil
}

func (c *call) exclusion(i int) eval.PolicyExclusion {
	x := eval.PolicyExclusion{
		PolicyType: c.form.Get(at("PolicyExclusionList", i, "PolicyType")),
		PolicyArn:  c.form.Get(at("PolicyExclusionList", i, "PolicyArn")),
	}
	inline := func(name string) string {
		return c.form.Get(at("PolicyExclusionList", i, "InlinePolicyIdentifier."+name))
	}
	id := eval.InlinePolicyIdentifier{PolicyName: inline("PolicyName"), AttachmentType: inline("AttachmentType"), AttachmentName: inline("AttachmentName")}
	if id != (eval.InlinePolicyIdentifier{}) {
		x.InlinePolicyIdentifier = &id
	}
	return x
}

func simulatePrincipalPolicy(c *call) (any, error) {
	return c.simulate(c.server.engine.SimulatePrincipalPolicy)
}

func simulateCustomPolicy(c *call) (any, error) {
	return c.simulate(c.server.engine.SimulateCustomPolicy)
}

func (c *call) simulate(ask func(eval.SimulationInput) (eval.SimulationOutput, error)) (any, error) {
	in, err := c.simulationInput()
	if err != nil {
		return nil, err
	}
	if c.fault.Kind == "page" {
		in.MaxItems = 1
	}
	out, err := ask(in)
	if err != nil {
		return nil, err
	}
	if change := resultFaults[c.fault.Kind]; change != nil {
		out.EvaluationResults = change(out.EvaluationResults)
	}
	return simulationXML(out), nil
}

// resultFaults change the results of a simulation.
var resultFaults = map[string]func([]eval.EvaluationResult) []eval.EvaluationResult{
	"old-shape": oldShape,
	"missing": func(results []eval.EvaluationResult) []eval.EvaluationResult {
		return results[min(1, len(results)):]
	},
	"duplicate": func(results []eval.EvaluationResult) []eval.EvaluationResult {
		var out []eval.EvaluationResult
		for _, r := range results {
			out = append(out, r, decided(r, "allowed"))
		}
		return out
	},
	"foreign": func(results []eval.EvaluationResult) []eval.EvaluationResult {
		if len(results) == 0 {
			return results
		}
		one := results[0]
		one.EvalActionName = "sqs:PurgeQueue"
		return append(slices.Clone(results), one)
	},
	"contradict": func(results []eval.EvaluationResult) []eval.EvaluationResult {
		out := slices.Clone(results)
		for i := range out {
			// The whole as its rows are not: only its own word is changed.
			if out[i].EvalDecision == "allowed" {
				out[i].EvalDecision = "explicitDeny"
			} else {
				out[i].EvalDecision = "allowed"
			}
		}
		return out
	},
}

// decided is a result with another decision, for each of its resources too.
func decided(r eval.EvaluationResult, decision string) eval.EvaluationResult {
	r.EvalDecision = decision
	r.ResourceSpecificResults = slices.Clone(r.ResourceSpecificResults)
	for i := range r.ResourceSpecificResults {
		r.ResourceSpecificResults[i].EvalResourceDecision = decision
	}
	return r
}

// oldShape is how IAM answered before July 2026: one result for each action
// and resource, each with the aggregate decision, and the resource's own in
// the one row of ResourceSpecificResults.
// Source: SDK, EvaluationResult.
func oldShape(results []eval.EvaluationResult) []eval.EvaluationResult {
	var out []eval.EvaluationResult
	for _, r := range results {
		if len(r.ResourceSpecificResults) < 2 {
			out = append(out, r)
			continue
		}
		for _, row := range r.ResourceSpecificResults {
			one := r
			one.EvalResourceName = row.EvalResourceName
			one.ResourceSpecificResults = []eval.ResourceSpecificResult{row}
			out = append(out, one)
		}
	}
	return out
}

type xmlSimulation struct {
	EvaluationResults items[xmlEvaluation]
	IsTruncated       bool
	Marker            string `xml:",omitempty"`
}

type xmlEvaluation struct {
	EvalActionName                    string
	EvalResourceName                  string `xml:",omitempty"`
	EvalDecision                      string
	MatchedStatements                 items[xmlStatement]
	MissingContextValues              items[string]
	OrganizationsDecisionDetail       *eval.OrganizationsDecision
	PermissionsBoundaryDecisionDetail *eval.BoundaryDecision
	EvalDecisionDetails               xmlMap `xml:",omitempty"`
	ResourceSpecificResults           *items[xmlResourceRow]
}

type xmlResourceRow struct {
	EvalResourceName                  string
	EvalResourceDecision              string
	MatchedStatements                 items[xmlStatement]
	MissingContextValues              items[string]
	EvalDecisionDetails               xmlMap `xml:",omitempty"`
	PermissionsBoundaryDecisionDetail *eval.BoundaryDecision
}

type xmlStatement struct {
	SourcePolicyID   string `xml:"SourcePolicyId"`
	SourcePolicyType string
	StartPosition    eval.SimulationPosition
	EndPosition      eval.SimulationPosition
}

// An xmlMap prints as AWS prints maps: <entry><key/><value/></entry>.
type xmlMap map[string]string

// MarshalXML prints the entries sorted by key.
func (m xmlMap) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	if m == nil {
		return nil
	}
	type entry struct {
		Key   string `xml:"key"`
		Value string `xml:"value"`
	}
	var out struct {
		Entries []entry `xml:"entry"`
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		out.Entries = append(out.Entries, entry{key, m[key]})
	}
	return e.EncodeElement(out, start)
}

func simulationXML(in eval.SimulationOutput) xmlSimulation {
	out := xmlSimulation{IsTruncated: in.IsTruncated, Marker: in.Marker}
	for _, r := range in.EvaluationResults {
		x := xmlEvaluation{
			EvalActionName: r.EvalActionName, EvalResourceName: r.EvalResourceName, EvalDecision: r.EvalDecision,
			MatchedStatements: statementsXML(r.MatchedStatements), MissingContextValues: items[string]{r.MissingContextValues},
			OrganizationsDecisionDetail:       r.OrganizationsDecisionDetail,
			PermissionsBoundaryDecisionDetail: r.PermissionsBoundaryDecisionDetail, EvalDecisionDetails: r.EvalDecisionDetails,
		}
		if len(r.ResourceSpecificResults) > 0 {
			x.ResourceSpecificResults = &items[xmlResourceRow]{}
		}
		for _, row := range r.ResourceSpecificResults {
			x.ResourceSpecificResults.Members = append(x.ResourceSpecificResults.Members, xmlResourceRow{
				EvalResourceName: row.EvalResourceName, EvalResourceDecision: row.EvalResourceDecision,
				MatchedStatements: statementsXML(row.MatchedStatements), MissingContextValues: items[string]{row.MissingContextValues},
				EvalDecisionDetails: row.EvalDecisionDetails, PermissionsBoundaryDecisionDetail: row.PermissionsBoundaryDecisionDetail,
			})
		}
		out.EvaluationResults.Members = append(out.EvaluationResults.Members, x)
	}
	return out
}

func statementsXML(in []eval.MatchedStatement) items[xmlStatement] {
	var out items[xmlStatement]
	for _, m := range in {
		out.Members = append(out.Members, xmlStatement(m))
	}
	return out
}
