package audit

// A Ranked is one cause of failures of several principals. Those that most have come
// first.
type Ranked struct {
	Text       string `json:"text"`       // why they fail, in a sentence without a period
	Principals int    `json:"principals"` // how many
	Accounts   int    `json:"accounts"`   // in how many accounts
	// Advice is how all of them are cured at once, where one change does.
	Advice string `json:"advice,omitzero"`
	// Sections are the ids of some of the sections, at most [MostRanked].
	Sections []string `json:"sections"`
}

// MostRanked is how many sections a Ranked names.
const MostRanked = 20

// A Since is what became of the principals since an earlier audit.
type Since struct {
	Of      Source       `json:"of"`      // the report of the earlier audit
	Summary SinceSummary `json:"summary"` // how many
	// Principals are those that changed, in the order of the report; those that are gone
	// come last.
	Principals []SinceEntry `json:"principals"`
}

// A SinceSummary counts principals by what became of them.
type SinceSummary struct {
	Fixed     int `json:"fixed"`     // fail no more
	Broken    int `json:"broken"`    // did not fail before
	Changed   int `json:"changed"`   // fail as before, for another reason
	New       int `json:"new"`       // were not found before
	Gone      int `json:"gone"`      // are not found any more
	Unchanged int `json:"unchanged"` // the rest
	// Unread are those that were not found in accounts that were not read this time, or
	// only in part: they may still be there.
	Unread int `json:"unread,omitzero"`
}

// A Became says what became of a principal.
type Became string

// What may become of a principal.
const (
	BecameFixed   Became = "fixed"   // fails no more
	BecameBroken  Became = "broken"  // did not fail
	BecameChanged Became = "changed" // fails as before, for another reason
	BecameNew     Became = "new"     // was not found before
	BecameGone    Became = "gone"    // is not found any more
)

// A SinceEntry is a principal that changed.
type SinceEntry struct {
	Became Became `json:"became"` // fixed, broken, changed, new or gone
	// Section is the id of its section; of the earlier report for one that is gone.
	Section     string `json:"section"`
	ARN         string `json:"arn,omitzero"`       // the principal; empty for an account that could not be read
	AccountID   string `json:"accountId,omitzero"` // of the principal
	Requirement string `json:"requirement"`        // caller or renderer
	// Met says whether it meets its requirement now; of one that is gone, before.
	Met bool `json:"met"`
	// Why are the facts behind the change.
	Why []string `json:"why,omitzero"`
}
