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

	// Message is what an error message told, where one was given.
	Message *iam.DeniedMessage `json:"message,omitzero"`
	// Recorded is what AWS kept of the denied request, where it was given. It
	// stands above everything that was computed.
	Recorded *iam.RecordedAuthorization `json:"recorded,omitzero"`

	// Next are things to do, as sentences or commands.
	Next []string `json:"next,omitzero"`
}
