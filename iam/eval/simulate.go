package eval

import (
	"strconv"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// SimulateCustomPolicy answers as iam:SimulateCustomPolicy does in the
// snapshot's account. The error is an [*APIError].
func (e *Engine) SimulateCustomPolicy(in SimulationInput) (SimulationOutput, error) {
	return simulateCustom(in, e.ownAccount())
}

// SimulateCustomPolicy answers as iam:SimulateCustomPolicy does in an account
// that nobody names. The error is an [*APIError].
func SimulateCustomPolicy(in SimulationInput) (SimulationOutput, error) {
	return simulateCustom(in, "")
}

func simulateCustom(in SimulationInput, account string) (SimulationOutput, error) {
	if in.PolicySourceArn != "" || len(in.PolicyExclusionList) > 0 {
		return SimulationOutput{}, validationError("PolicySourceArn and PolicyExclusionList belong to SimulatePrincipalPolicy")
	}
	var p Policies
	var err error
	if p.Identity, err = inputPolicies(in.PolicyInputList, "PolicyInputList", "Policy input list"); err != nil {
		return SimulationOutput{}, err
	}
	if p.SCPs, err = organizationLevels(in.OrderedOrganizationPolicyInputList); err != nil {
		return SimulationOutput{}, err
	}
	return run(in, p, asker{in.CallerArn, account}, len(p.SCPs) > 0)
}

// inputPolicies parses the policies of a request's parameter.
func inputPolicies(texts []string, id, words string) ([]Policy, error) {
	out := make([]Policy, len(texts))
	for i, text := range texts {
		doc, err := policy.Parse(text)
		if err != nil {
			return nil, invalidInput(words + " item " + strconv.Itoa(i+1) + " has invalid content")
		}
		name := id + "." + strconv.Itoa(i+1)
		out[i] = Policy{Name: name, Document: doc, source: name, kind: kindIdentity}
	}
	return out, nil
}

// organizationLevels counts from 1, as other errors about lists do.
func organizationLevels(levels []OrganizationLevel) ([][]Policy, error) {
	var out [][]Policy
	for i, level := range levels {
		if len(level.ServiceControlPolicyInputList) == 0 {
			return nil, invalidInput("Organization policy at index " + strconv.Itoa(i+1) + " must contain at least one service control policy")
		}
		policies, err := inputPolicies(level.ServiceControlPolicyInputList, "ServiceControlPolicyInputList", "Service control policy input list")
		if err != nil {
			return nil, err
		}
		out = append(out, policies)
	}
	return out, nil
}

// An asker is whose request a simulation concerns: the caller, where there is
// one, and the account that asks.
type asker struct{ caller, account string }

// run checks the parameters that both operations share and answers them.
func run(in SimulationInput, p Policies, who asker, organization bool) (SimulationOutput, error) {
	caller := who.caller
	if err := in.validate(); err != nil {
		return SimulationOutput{}, err
	}
	boundaries, err := inputPolicies(in.PermissionsBoundaryPolicyInputList, "PermissionsBoundaryPolicyInputList", "Permissions boundary policy input list")
	if err != nil {
		return SimulationOutput{}, err
	}
	if len(boundaries) > 0 {
		p.Boundary = &boundaries[0]
	}
	if p.Boundary != nil {
		p.Boundary.kind = kindBoundary
	}
	owner, err := in.resourcePolicy(&p, caller)
	if err != nil {
		return SimulationOutput{}, err
	}
	s := &simulation{
		policies: Compile(caller, p), context: in.context(who), caller: caller,
		owner: owner, organization: organization,
	}
	s.sources = documents(&p)
	return s.page(in)
}

// documents are those whose context keys can be missing: all but the
// organization's (SDK, EvaluationResult.MissingContextValues).
func documents(p *Policies) []*policy.Document {
	var out []*policy.Document
	for i := range p.Identity {
		out = append(out, p.Identity[i].Document)
	}
	for _, one := range []*Policy{p.Boundary, p.Resource} {
		if one != nil {
			out = append(out, one.Document)
		}
	}
	return out
}

// context builds the context of a simulation: the entries of the request, and
// what follows from the caller (recorded cases caller-*). Without a caller the
// account is that of whoever asks (recorded case caller-none-account-000000000000).
func (in *SimulationInput) context(who asker) requestContext {
	ctx := make(requestContext, 0, len(in.ContextEntries)+8)
	for _, e := range in.ContextEntries {
		if e.ContextKeyName != "" {
			ctx.set(iam.ContextEntry{Key: e.ContextKeyName, Type: iam.ContextType(e.ContextKeyType), Values: e.ContextKeyValues})
		}
	}
	a, ok := policy.ParseARN(who.caller)
	if !ok {
		ctx.imply("aws:userid", "STUB_PRINCIPAL_FOR_POLICY_SIMULATOR")
		if who.account != "" {
			ctx.imply("aws:PrincipalAccount", who.account)
		}
		return ctx
	}
	ctx.imply("aws:PrincipalArn", who.caller)
	ctx.imply("aws:PrincipalAccount", a.AccountID)
	ctx.imply("aws:userid", who.caller)
	if a.Type() == "user" {
		ctx.imply("aws:username", a.Name())
	}
	return ctx
}

// defaultPage is MaxItems where the request gives none.
const defaultPage = 100

// page answers the actions of one page. Pages count actions, and the marker is
// a bare offset (recorded cases page-*).
func (s *simulation) page(in SimulationInput) (SimulationOutput, error) {
	start := 0
	if in.Marker != "" {
		n, err := strconv.Atoi(in.Marker)
		if err != nil || n < 0 {
			return SimulationOutput{}, invalidInput("Invalid marker for pagination.")
		}
		start = min(n, len(in.ActionNames))
	}
	size := in.MaxItems
	if size == 0 {
		size = defaultPage
	}
	end := min(start+size, len(in.ActionNames))
	out := SimulationOutput{EvaluationResults: []EvaluationResult{}}
	for _, action := range in.ActionNames[start:end] {
		out.EvaluationResults = append(out.EvaluationResults, s.result(action, in.resources()))
	}
	if end < len(in.ActionNames) {
		out.IsTruncated, out.Marker = true, strconv.Itoa(end)
	}
	return out, nil
}

// resources returns the ARNs of the request; a lone "*" is the same as none.
func (in *SimulationInput) resources() []string {
	if len(in.ResourceArns) == 1 && in.ResourceArns[0] == "*" {
		return nil
	}
	return in.ResourceArns
}

// resourcePolicy adds the resource policy and returns the account of its
// owner. Recorded cases err-rp-*, rp-owner-*.
func (in *SimulationInput) resourcePolicy(p *Policies, caller string) (string, error) {
	owner := ""
	if in.ResourceOwner != "" {
		a, ok := policy.ParseARN(in.ResourceOwner)
		if !ok {
			return "", invalidInput("'" + in.ResourceOwner + "' is not a valid as a Resource Owner.")
		}
		owner = a.AccountID
	}
	if in.ResourcePolicy == "" {
		return owner, nil
	}
	if len(in.resources()) == 0 {
		return "", invalidInput("Invalid Entity Arn: * does not clearly define entity type and name.")
	}
	if a, ok := policy.ParseARN(caller); !ok || a.Service != "iam" || !isEntity(a) {
		return "", errCaller
	}
	doc, err := policy.Parse(in.ResourcePolicy)
	if err != nil {
		return "", invalidInput("Resource policy has invalid content")
	}
	for i := range doc.Statements {
		for _, r := range doc.Statements[i].Resources {
			if r == "*" {
				return "", invalidInput("ResourceNames are not in a valid ARN format: *.")
			}
		}
	}
	p.Resource = &Policy{Name: "ResourcePolicy", Document: doc, source: "ResourcePolicy", kind: kindResource}
	return owner, nil
}

// errCaller also answers a resource policy without a caller: the SDK says that
// CallerArn is required then.
var errCaller = invalidInput("Invalid caller - Caller must be an IAM user, role or group in this context.")

func isEntity(a policy.ARN) bool {
	switch a.Type() {
	case "user", "role", "group":
		return a.Name() != ""
	}
	return false
}

func invalidInput(message string) *APIError { return &APIError{"InvalidInput", 400, message} }

func validationError(message string) *APIError {
	if !strings.HasPrefix(message, "1 validation error") {
		message = "1 validation error detected: " + message
	}
	return &APIError{"ValidationError", 400, message}
}
