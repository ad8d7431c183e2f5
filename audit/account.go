package audit

// An AccountStatus says what became of an account that was to be audited. The
// zero AccountStatus is not known.
type AccountStatus string

// The statuses of accounts.
const (
	AccountAudited    AccountStatus = "audited"
	AccountIncomplete AccountStatus = "incomplete" // something failed for a passing reason
	AccountUnread     AccountStatus = "unread"     // nothing could be read; its section says why
	AccountSkipped    AccountStatus = "skipped"    // suspended or closed: there is nothing to audit
	AccountPending    AccountStatus = "pending"    // not reached yet
)

// An Account is one account of those that were to be audited, and what was found
// in it.
type Account struct {
	ID   string `json:"id"`            // of twelve digits
	Name string `json:"name,omitzero"` // as the organization has it
	// Unit is the path of its organizational units, root first: r-ab12/ou-ab12-video.
	Unit   string        `json:"unit,omitzero"`
	Status AccountStatus `json:"status"` // audited, incomplete, unread, skipped or pending
	// SkippedRegions are those that are not enabled in the account.
	SkippedRegions []string `json:"skippedRegions,omitzero"`
	// Why it was skipped, or could not be read.
	Why string `json:"why,omitzero"`
	// Principals is how many roles and users were looked at.
	Principals int `json:"principals"`
	Callers    int `json:"callers"`   // how many were found and checked
	Renderers  int `json:"renderers"` // how many were found and checked
	// Administrators is how many callers may do everything, were proven to pass,
	// and are left out.
	Administrators int `json:"administrators,omitzero"`
	// Arguments is the digest of what the audit was asked: parts of different
	// ones do not belong together.
	Arguments string `json:"arguments,omitzero"`
	// Source is the digest of the files that the account was read from; empty for AWS
	// itself.
	Source string `json:"source,omitzero"`
}
