package audit

import (
	"time"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// A Source is a report that was merged into another one.
type Source struct {
	Tool        Tool      `json:"tool"`
	GeneratedAt time.Time `json:"generatedAt"`
	Engine      Engine    `json:"engine"`
	Caller      string    `json:"caller,omitzero"`
	Digest      string    `json:"digest"`
}

// A PolicyRecord is a policy that took part in the audit of a principal: which
// one it was, byte for byte, and its statements that findings refer to.
type PolicyRecord struct {
	Name string `json:"name"` // as StatementRefs show it
	// PolicyID says which policy it is; empty in reports from before there were
	// any.
	PolicyID iam.PolicyID `json:"policyId,omitzero"`
	Layer    iam.Layer    `json:"layer"`
	File     string       `json:"file,omitzero"` // the file that it was read from
	// Digest is the SHA-256 of the document as minified JSON.
	Digest string `json:"digest"`
	// Statements are those that determined a verdict.
	Statements []Quote `json:"statements"`
}

// A Quote is a statement of a policy as it stands there.
type Quote struct {
	Sid   string          `json:"sid,omitzero"`
	Index int             `json:"index"` // from 0
	Start policy.Position `json:"start"`
	Text  string          `json:"text"`
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
	By     Muter  `json:"by"`
	Reason string `json:"reason,omitzero"`
	Owner  string `json:"owner,omitzero"`
	// Expires is the last day on which it holds, as YYYY-MM-DD.
	Expires string `json:"expires,omitzero"`
	// Since is when the baseline was made, as YYYY-MM-DD.
	Since string `json:"since,omitzero"`
}
