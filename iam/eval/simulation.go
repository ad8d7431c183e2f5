package eval

// A SimulationInput is the request of iam:SimulateCustomPolicy and
// iam:SimulatePrincipalPolicy, in the field names of AWS's API and CLI.
type SimulationInput struct {
	PolicySourceArn                    string              `json:"PolicySourceArn,omitzero"` // principal only
	PolicyInputList                    []string            `json:"PolicyInputList,omitzero"`
	PermissionsBoundaryPolicyInputList []string            `json:"PermissionsBoundaryPolicyInputList,omitzero"`
	OrderedOrganizationPolicyInputList []OrganizationLevel `json:"OrderedOrganizationPolicyInputList,omitzero"` // custom only
	PolicyExclusionList                []PolicyExclusion   `json:"PolicyExclusionList,omitzero"`                // principal only
	ActionNames                        []string            `json:"ActionNames"`
	ResourceArns                       []string            `json:"ResourceArns,omitzero"`
	ResourcePolicy                     string              `json:"ResourcePolicy,omitzero"`
	ResourceOwner                      string              `json:"ResourceOwner,omitzero"`
	CallerArn                          string              `json:"CallerArn,omitzero"`
	ContextEntries                     []SimulationContext `json:"ContextEntries,omitzero"`
	ResourceHandlingOption             string              `json:"ResourceHandlingOption,omitzero"`
	MaxItems                           int                 `json:"MaxItems,omitzero"`
	Marker                             string              `json:"Marker,omitzero"`
}

// An OrganizationLevel holds the SCPs of one level, root first.
type OrganizationLevel struct {
	ServiceControlPolicyInputList []string `json:"ServiceControlPolicyInputList"`
}

// A PolicyExclusion names policies to leave out; one of its fields is set.
type PolicyExclusion struct {
	PolicyType             string                  `json:"PolicyType,omitzero"`
	PolicyArn              string                  `json:"PolicyArn,omitzero"`
	InlinePolicyIdentifier *InlinePolicyIdentifier `json:"InlinePolicyIdentifier,omitzero"`
}

// An InlinePolicyIdentifier names an inline policy of a user, group or role.
type InlinePolicyIdentifier struct {
	PolicyName     string `json:"PolicyName"`
	AttachmentType string `json:"AttachmentType"`
	AttachmentName string `json:"AttachmentName"`
}

// A SimulationContext is one context entry of a request.
type SimulationContext struct {
	ContextKeyName   string   `json:"ContextKeyName,omitzero"`
	ContextKeyType   string   `json:"ContextKeyType,omitzero"`
	ContextKeyValues []string `json:"ContextKeyValues,omitzero"`
}

// A SimulationOutput is the answer in the shape that IAM has had since July
// 2026: one result per action.
type SimulationOutput struct {
	EvaluationResults []EvaluationResult `json:"EvaluationResults"`
	IsTruncated       bool               `json:"IsTruncated"`
	Marker            string             `json:"Marker,omitzero"`
}

// An EvaluationResult is the aggregate over the resources of one action.
type EvaluationResult struct {
	EvalActionName                    string                   `json:"EvalActionName"`
	EvalResourceName                  string                   `json:"EvalResourceName,omitzero"`
	EvalDecision                      string                   `json:"EvalDecision"`
	MatchedStatements                 []MatchedStatement       `json:"MatchedStatements"`
	MissingContextValues              []string                 `json:"MissingContextValues"`
	OrganizationsDecisionDetail       *OrganizationsDecision   `json:"OrganizationsDecisionDetail,omitzero"`
	PermissionsBoundaryDecisionDetail *BoundaryDecision        `json:"PermissionsBoundaryDecisionDetail,omitzero"`
	EvalDecisionDetails               map[string]string        `json:"EvalDecisionDetails,omitzero"`
	ResourceSpecificResults           []ResourceSpecificResult `json:"ResourceSpecificResults,omitzero"`
}

// A ResourceSpecificResult is the answer for one resource.
type ResourceSpecificResult struct {
	EvalResourceName                  string             `json:"EvalResourceName"`
	EvalResourceDecision              string             `json:"EvalResourceDecision"`
	MatchedStatements                 []MatchedStatement `json:"MatchedStatements,omitzero"`
	MissingContextValues              []string           `json:"MissingContextValues,omitzero"`
	EvalDecisionDetails               map[string]string  `json:"EvalDecisionDetails,omitzero"`
	PermissionsBoundaryDecisionDetail *BoundaryDecision  `json:"PermissionsBoundaryDecisionDetail,omitzero"`
}

// A MatchedStatement points at a statement of a policy.
type MatchedStatement struct {
	SourcePolicyID   string             `json:"SourcePolicyId"`
	SourcePolicyType string             `json:"SourcePolicyType"`
	StartPosition    SimulationPosition `json:"StartPosition"`
	EndPosition      SimulationPosition `json:"EndPosition"`
}

// A SimulationPosition is a place in a policy, counted from 1.
type SimulationPosition struct {
	Line   int `json:"Line"`
	Column int `json:"Column"`
}

// An OrganizationsDecision says whether the SCPs allow.
type OrganizationsDecision struct {
	AllowedByOrganizations bool `json:"AllowedByOrganizations"`
}

// A BoundaryDecision says whether the permissions boundary allows.
type BoundaryDecision struct {
	AllowedByPermissionsBoundary bool `json:"AllowedByPermissionsBoundary"`
}

// An APIError is a refusal as AWS words it.
type APIError struct {
	Code    string // InvalidInput, NoSuchEntity, ValidationError, …
	Status  int    // of HTTP
	Message string
}

func (e *APIError) Error() string { return e.Code + ": " + e.Message }
