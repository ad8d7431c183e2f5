package audit

import (
	"time"

	"remotion-doctor/iam"
)

// A Trace is the program's answer about one request: iam's trace, about whom it
// was asked, and what was known of the request beforehand.
type Trace struct {
	SchemaVersion string    `json:"schemaVersion"`
	Tool          Tool      `json:"tool"`
	GeneratedAt   time.Time `json:"generatedAt"`
	Engine        Engine    `json:"engine"`
	Target        Target    `json:"target"`

	iam.Trace

	// Message is what an error message says, where one was given.
	Message *iam.DeniedMessage `json:"message,omitzero"`
	// Recorded is what AWS kept of the denied request, where it was given. It
	// stands above everything that was computed.
	Recorded *iam.RecordedAuthorization `json:"recorded,omitzero"`

	// Advice is what follows from a denial; nil where nothing was denied.
	Advice *Advice `json:"advice,omitzero"`
	// Next are things to do, as sentences; Commands are those to run.
	Next     []string  `json:"next,omitzero"`
	Commands []Command `json:"commands,omitzero"`
	// Others are the answers about further denials of the same message.
	Others []*Trace `json:"others,omitzero"`
}

// An Advice says why a request is denied, in whose hands that is, and what cures
// it. It follows from the decision, however that is known.
type Advice struct {
	Layer  iam.Layer    `json:"layer,omitzero"`
	Effect iam.Decision `json:"effect,omitzero"`
	Owner  string       `json:"owner,omitzero"`
	Cause  string       `json:"cause"`
	Cures  []string     `json:"cures,omitzero"`
	// Pain is the code of the product's known error that it is.
	Pain string `json:"pain,omitzero"`
	// Claims are what a trust policy requires of the token that was refused.
	Claims []Claim `json:"claims,omitzero"`
}

// A Claim is a condition of a trust policy on the token of an OIDC provider, or
// on the request that brings it.
type Claim struct {
	// Key is a condition key: token.actions.githubusercontent.com:sub.
	Key string `json:"key"`
	// Operator is that of the policy language: StringLike.
	Operator string   `json:"operator"`
	Values   []string `json:"values"`
	// Given is the token's own, where it was given.
	Given string `json:"given,omitzero"`
}

// Allowed reports whether every request of a trace is allowed.
func (t *Trace) Allowed() bool {
	for _, o := range t.Others {
		if !o.Allowed() {
			return false
		}
	}
	return t.Decision == iam.Allowed
}

// Incomplete returns the gap that leaves a request undecided for a passing
// reason, so that another try may find out; nil where there is none, or no trace.
func (t *Trace) Incomplete() *iam.Gap {
	if t == nil || t.Decision != "" {
		return nil
	}
	for i := range t.Gaps {
		if t.Gaps[i].Kind == iam.GapIncomplete {
			return &t.Gaps[i]
		}
	}
	return nil
}
