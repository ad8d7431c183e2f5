package iam

import (
	"context"
	"slices"
	"strings"

	"remotion-doctor/iam/policy"
)

// A Probe asks whether a principal may do one action on one resource.
type Probe struct {
	Action string
	// Resource is an ARN, taken literally, or "*" for actions that have no
	// resource.
	Resource string
	Context  Context
	// OwnerAllows says that the owner of the resource is known to leave the
	// request to the principal's own policies, as for a layer of another account
	// that is shared with everyone. It replaces a resource-based policy
	// that was not read.
	OwnerAllows bool
}

// A Context is the part of a request's context that the asker knows. No two
// entries have the same key, case ignored.
type Context []ContextEntry

// With returns the context with entries that win over those of the same key.
func (c Context) With(others Context) Context {
	out := slices.Clone(c)
	for _, e := range others {
		out = slices.DeleteFunc(out, func(d ContextEntry) bool { return strings.EqualFold(d.Key, e.Key) })
		out = append(out, e)
	}
	return out
}

// A ContextEntry is one condition key with its value or values. An entry
// without values says that the request does not carry the key; with a key that
// ends in "/*", that it carries no other key of that family
// (aws:PrincipalTag/*).
type ContextEntry struct {
	Key    string      `json:"key"`    // the condition key
	Type   ContextType `json:"type"`   // the type of its values
	Values []string    `json:"values"` // its values; none where the request does not carry the key
	// OneOf says that the key has one of the values, and that it is not known
	// which.
	OneOf bool `json:"oneOf,omitzero"`
}

// A ContextType is the type of a context value, spelled as in IAM's API.
type ContextType string

// The types of context values. A list type marks a multivalued key even where
// it holds one value.
const (
	String      ContextType = "string"
	StringList  ContextType = "stringList"
	Numeric     ContextType = "numeric"
	NumericList ContextType = "numericList"
	Boolean     ContextType = "boolean"
	BooleanList ContextType = "booleanList"
	IP          ContextType = "ip"
	IPList      ContextType = "ipList"
	Binary      ContextType = "binary"
	BinaryList  ContextType = "binaryList"
	Date        ContextType = "date"
	DateList    ContextType = "dateList"
)

// IsList reports whether values of the type are lists.
func (t ContextType) IsList() bool {
	switch t {
	case StringList, NumericList, BooleanList, IPList, BinaryList, DateList:
		return true
	}
	return false
}

// A Decision is the answer to a Probe, spelled as in IAM's API. The zero
// Decision is no answer and never counts as allowed.
type Decision string

// The decisions.
const (
	Allowed      Decision = "allowed"
	ExplicitDeny Decision = "explicitDeny"
	ImplicitDeny Decision = "implicitDeny"
)

// A Layer is one of the sets of policies that must agree to a request.
type Layer string

// The layers, in the order in which IAM documents them.
const (
	LayerRCP      Layer = "rcp"
	LayerSCP      Layer = "scp"
	LayerResource Layer = "resource"
	LayerIdentity Layer = "identity"
	LayerBoundary Layer = "boundary"
	LayerSession  Layer = "session"
	// LayerEndpoint is the policy of the VPC endpoint that the request passes
	// through.
	LayerEndpoint Layer = "endpoint"
	// LayerPublicAccess is S3 Block Public Access.
	LayerPublicAccess Layer = "publicAccess"
)

// Title returns the layer in words: "permissions boundary".
func (l Layer) Title() string {
	switch l {
	case LayerRCP:
		return "resource control policy"
	case LayerSCP:
		return "service control policy"
	case LayerResource:
		return "resource-based policy"
	case LayerIdentity:
		return "identity-based policy"
	case LayerBoundary:
		return "permissions boundary"
	case LayerSession:
		return "session policy"
	case LayerEndpoint:
		return "VPC endpoint policy"
	case LayerPublicAccess:
		return "S3 Block Public Access"
	}
	return string(l)
}

// A Verdict is the answer to one Probe with its evidence.
type Verdict struct {
	// Decision is zero where the probe could not be decided; Problem says why.
	Decision Decision `json:"decision"`
	Problem  string   `json:"problem,omitzero"` // why the probe could not be decided
	// Incomplete says that the Problem passes: the probe could not be asked
	// (throttled, cut, no answer in time), and another try may decide it.
	Incomplete bool `json:"-"`

	// Gaps are what is not known and could change the decision. One that counts
	// (see [Gap.Counts]) leaves the probe undecided; an assumption does not.
	Gaps []Gap `json:"gaps,omitzero"`

	// Matched are the statements that determined the decision: all allows of
	// an allowed request, all denies of an explicitly denied one.
	Matched []StatementRef `json:"matched,omitzero"`

	// BlockedBy are the layers that stop a request which the identity-based
	// policies alone would not: a boundary, an organization policy, ….
	BlockedBy []Layer `json:"blockedBy,omitzero"`

	// Layers are the decisions of the layers that were looked at. Not every
	// evaluator knows them.
	Layers []LayerDecision `json:"layers,omitzero"`

	// MissingContext are the condition keys that the policies use and the
	// probe did not give. Giving one need not change the decision.
	MissingContext []string `json:"missingContext,omitzero"`

	// Deciders are the conditions on missing keys that the decision hangs on.
	// Not every evaluator knows them.
	Deciders []Decider `json:"deciders,omitzero"`

	// UnknownAction says that no service is known to have the action.
	UnknownAction bool `json:"unknownAction,omitzero"`
}

// A Decider is a condition, or a policy variable, whose key a probe does not
// give: another value of the key would change the decision.
type Decider struct {
	Key      string        `json:"key"`               // the condition key or variable
	Operator string        `json:"operator,omitzero"` // empty for a policy variable
	Values   []string      `json:"values,omitzero"`   // as the policy has them
	Effect   policy.Effect `json:"effect"`            // of the statement
}

// A LayerDecision is what one layer by itself says to a request.
type LayerDecision struct {
	Layer    Layer    `json:"layer"`    // the layer
	Decision Decision `json:"decision"` // what it says by itself
}

// A StatementRef points at a statement of a policy.
type StatementRef struct {
	Policy string `json:"policy"` // its display name
	// PolicyID says which policy it is; empty in reports from before there were
	// any.
	PolicyID PolicyID        `json:"policyId,omitzero"`
	Sid      string          `json:"sid,omitzero"`    // the Sid of the statement
	Index    int             `json:"index"`           // from 0; -1 where only the position is known
	Effect   policy.Effect   `json:"effect,omitzero"` // what the statement does
	Layer    Layer           `json:"layer,omitzero"`  // where its policy takes part
	Start    policy.Position `json:"start"`           // where the statement begins
	End      policy.Position `json:"end"`             // where the statement ends
	// File is the template or policy file that Start and End are positions in;
	// empty for the policy's own document.
	File string `json:"file,omitzero"`
}

// An Evaluator decides probes.
type Evaluator interface {
	// Evaluate returns one Verdict for each probe, in the order of probes.
	//
	// A denial is a Verdict, not an error, and so is a probe that could not
	// be decided. An error means that none of the verdicts can be used.
	Evaluate(ctx context.Context, principal Principal, probes []Probe) ([]Verdict, error)
}
