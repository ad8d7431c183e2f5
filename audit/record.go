package audit

import (
	"time"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// A Source is a report that was merged into another one.
type Source struct {
	Tool        Tool      `json:"tool"`            // the program that made it
	GeneratedAt time.Time `json:"generatedAt"`     // when its run ended
	Engine      Engine    `json:"engine"`          // what decided its probes
	Caller      string    `json:"caller,omitzero"` // the ARN of the credentials that asked AWS
	Digest      string    `json:"digest"`          // its digest; empty where it had none
}

// A PolicyRecord is a policy that took part in the audit of a principal: which
// one it was, byte for byte, and its statements that findings refer to.
type PolicyRecord struct {
	Name string `json:"name"` // as StatementRefs show it
	// PolicyID says which policy it is; empty in reports from before there were
	// any.
	PolicyID iam.PolicyID `json:"policyId,omitzero"`
	Layer    iam.Layer    `json:"layer"`         // where the policy takes part
	File     string       `json:"file,omitzero"` // the file that it was read from
	// Digest is the SHA-256 of the document as minified JSON.
	Digest string `json:"digest"`
	// Statements are those that determined a verdict.
	Statements []Quote `json:"statements"`
}

// A Quote is a statement of a policy as it stands there.
type Quote struct {
	Sid   string          `json:"sid,omitzero"` // the Sid of the statement
	Index int             `json:"index"`        // from 0
	Start policy.Position `json:"start"`        // where the statement begins
	Text  string          `json:"text"`         // the statement in IAM's JSON
}

// A Muter says what muted a finding.
type Muter string

// What mutes findings.
const (
	MutedByBaseline Muter = "baseline" // an earlier report has the same finding
	MutedByWaiver   Muter = "waiver"   // somebody answers for it
)

// A Muted says why a finding that does not pass does not fail the run. The
// finding keeps its status and is shown.
type Muted struct {
	By     Muter  `json:"by"`              // what muted it
	Reason string `json:"reason,omitzero"` // the reason in the waiver
	Owner  string `json:"owner,omitzero"`  // who answers for it, by the waiver
	// Expires is the last day on which it holds, as YYYY-MM-DD.
	Expires string `json:"expires,omitzero"`
	// Since is when the baseline was made, as YYYY-MM-DD.
	Since string `json:"since,omitzero"`
}
