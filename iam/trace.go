package iam

// A Trace is the answer to one request with the whole way to it: what each
// layer of policies says, by which statements, and which statements would have
// answered otherwise but for one element.
type Trace struct {
	// Decision is as authorization decides; empty where it could not be known.
	Decision Decision `json:"decision"`
	// Reason is the decision in one sentence.
	Reason string `json:"reason"`

	Principal Principal `json:"principal"`
	Action    string    `json:"action"`
	Resource  string    `json:"resource"`
	Context   Context   `json:"context"`

	// Layers are in the order in which IAM documents them, organization
	// policies once for each level.
	Layers []TraceLayer `json:"layers"`
	// MissingContext are the keys on whose values the decision depends.
	MissingContext []string `json:"missingContext"`
	// Gaps are what is not known and could change the decision.
	Gaps []Gap `json:"gaps,omitzero"`

	Notes []string `json:"notes,omitzero"`
}

// A LayerState says how much is known of a layer.
type LayerState string

// The states of a layer.
const (
	LayerEvaluated LayerState = "evaluated"
	LayerAbsent    LayerState = "absent"  // there is no such policy: it stops nothing
	LayerUnknown   LayerState = "unknown" // there may be one, which could not be read
)

// A TraceLayer is what one layer says to a request by itself.
type TraceLayer struct {
	Layer    Layer      `json:"layer"`
	Level    int        `json:"level,omitzero"` // of an organization policy, 1 at the root
	State    LayerState `json:"state"`
	Decision Decision   `json:"decision,omitzero"`
	Reason   string     `json:"reason"`
	Policies []string   `json:"policies"` // the names of those that were looked at

	Statements []TraceStatement `json:"statements"` // those that match the request
	NearMisses []NearMiss       `json:"nearMisses"`
}

// A TraceStatement is a statement with its text.
type TraceStatement struct {
	StatementRef
	PolicyARN string `json:"policyArn,omitzero"` // of a managed policy
	// Quote is the statement as it is in the policy; Marks are the parts
	// of it that decide.
	Quote string `json:"quote"`
	Marks []Mark `json:"marks"`
}

// A Mark is a range of bytes of a quote.
type Mark struct {
	Element string `json:"element"` // Action, Resource, Condition, …
	Start   int    `json:"start"`
	End     int    `json:"end"`
}

// A NearMiss is a statement that would apply but for one element.
type NearMiss struct {
	TraceStatement
	// Element is the one that fails: Action, NotAction, Resource, NotResource,
	// Condition or Principal; or Deny where the statement applies and a Deny
	// wins over it.
	Element string `json:"element"`
	// Segment is the first segment of the ARN that differs, from 1; 0 where
	// the element is no Resource.
	Segment int    `json:"segment,omitzero"`
	Why     string `json:"why"`
}

// A DeniedMessage is what an error message says of a denied request. Fields
// that the text leaves open are empty.
type DeniedMessage struct {
	// Code is the error's code, such as AccessDeniedException.
	Code      string `json:"code,omitzero"`
	Principal string `json:"principal,omitzero"` // an ARN as AWS writes it
	Action    string `json:"action,omitzero"`
	Resource  string `json:"resource,omitzero"`
	// Claims are those of the token that was refused, as far as a record has them.
	Claims Context `json:"claims,omitzero"`
	// CutOff is the beginning of a resource's ARN that the text breaks off.
	CutOff string `json:"cutOff,omitzero"`
	// Decision and Layer are what the message states, and no more.
	Decision  Decision `json:"decision,omitzero"`
	Layer     Layer    `json:"layer,omitzero"`
	PolicyARN string   `json:"policyArn,omitzero"`
	// AuthorizationID is the key to what AWS kept of the request.
	AuthorizationID string `json:"authorizationId,omitzero"`
	// Encoded is an encoded authorization message.
	Encoded string `json:"encoded,omitzero"`
	// Diagnosis says in a sentence what the message means, Cures what to do.
	Diagnosis string   `json:"diagnosis,omitzero"`
	Cures     []string `json:"cures,omitzero"`
	// Conclusive says that the diagnosis is all there is to say: the error concerns no policy that could be looked at.
	Conclusive bool `json:"conclusive,omitzero"`
	// NoDenial says that no policy denied the request: it failed for another
	// reason, such as an expired session.
	NoDenial bool `json:"noDenial,omitzero"`
	// Asked are the flags that would tell what the text does not.
	Asked []string `json:"asked,omitzero"`
}

// A RecordedAuthorization is what AWS kept of one denied request.
type RecordedAuthorization struct {
	Source     string     `json:"source"` // a file, or sts:DecodeAuthorizationMessage
	Decision   Decision   `json:"decision"`
	Layer      Layer      `json:"layer,omitzero"` // the one that denied it
	Action     string     `json:"action"`
	Resource   string     `json:"resource"`
	Principal  string     `json:"principal,omitzero"`
	Statements []Recorded `json:"statements"`
	Policies   []Recorded `json:"policies"`
	Context    Context    `json:"context"`
}

// A Recorded is a policy, or a statement of one, that AWS evaluated.
type Recorded struct {
	Policy     string   `json:"policy"` // its ARN, or AWS's name for an inline policy
	Layer      Layer    `json:"layer,omitzero"`
	Effect     string   `json:"effect,omitzero"`
	Sid        string   `json:"sid,omitzero"`
	AttachedTo []string `json:"attachedTo,omitzero"`
}
