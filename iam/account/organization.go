package account

// An Organization holds the policies above the account, as lists of levels,
// root first; every level must allow.
type Organization struct {
	// ID is o-…; empty where it is not known.
	ID string `json:"Id,omitempty"`
	// ManagementAccountID is the account that service and resource control
	// policies do not restrict; empty where it is not known.
	ManagementAccountID     string `json:"ManagementAccountId,omitempty"`
	ServiceControlPolicies  [][]NamedPolicy
	ResourceControlPolicies [][]NamedPolicy `json:",omitempty"`
}

// A NamedPolicy is a policy of an organization.
type NamedPolicy struct {
	Name     string
	Document Document
}
