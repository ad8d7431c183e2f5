package roster

import (
	"path"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam/policy"
)

// An Account is one of those to audit.
type Account struct {
	ID, Name string
	// Unit is the path of its organizational units, root first.
	Unit string
	// Status is that of the organization; empty is ACTIVE.
	Status string
	// Tags are KEY=VALUE; TagsKnown says whether they were read.
	Tags []string
	// Regions are its own; empty for those of the run.
	Regions []string
	// Roles are the ARNs of the roles to assume, one after the other; none for the
	// credentials that there are.
	Roles []string
	// Own says that the credentials that there are belong to it: no role is assumed.
	Own        bool
	ExternalID string
	// Profile is that of the AWS CLI with its credentials.
	Profile string
}

// A Filter says which accounts are wanted; every part that is not empty has to
// match.
type Filter struct {
	IDs      []string // ids, names or patterns of names
	Units    []string // ids of units: those under them are in them
	Tags     []string // KEY=VALUE, or KEY for any value
	Statuses []string
}

// Among returns the accounts that are wanted. Those of another status are kept out
// only where Statuses names some: whoever counts the accounts has to see them.
func (f *Filter) Among(list []Account) []Account {
	return slices.DeleteFunc(slices.Clone(list), func(a Account) bool { return !f.wants(&a) })
}

func (f *Filter) wants(a *Account) bool {
	named := func(want string) bool {
		ok, _ := path.Match(want, a.Name)
		return ok || want == a.ID
	}
	in := func(unit string) bool { return slices.Contains(strings.Split(a.Unit, "/"), unit) }
	tagged := func(want string) bool {
		return slices.ContainsFunc(a.Tags, func(t string) bool { return t == want || strings.HasPrefix(t, want+"=") })
	}
	return (len(f.IDs) == 0 || slices.ContainsFunc(f.IDs, named)) &&
		(len(f.Units) == 0 || slices.ContainsFunc(f.Units, in)) &&
		!slices.ContainsFunc(f.Tags, func(t string) bool { return !tagged(t) }) &&
		(len(f.Statuses) == 0 || slices.Contains(f.Statuses, a.status()))
}

func (a *Account) status() string {
	if a.Status == "" {
		return "ACTIVE"
	}
	return a.Status
}

// Skip says why there is nothing to audit in the account; empty where there is.
// Source: Organizations API Reference, "Account", Status and State.
func (a *Account) Skip() string {
	switch s := a.status(); s {
	case "ACTIVE":
		return ""
	default:
		return "its status is " + s
	}
}

// check refuses an account that is there twice or has no proper id.
func check(where string, list []Account) error {
	seen := map[string]bool{}
	for i := range list {
		a := &list[i]
		if a.ID != "" && !policy.IsAccountID(a.ID) {
			return audit.Invalid("it has twelve digits", "%s: account %d: %q is no account id", where, i+1, a.ID)
		}
		if seen[a.ID] && a.ID != "" {
			return audit.Invalid("leave one of them out", "%s: account %s is there twice", where, a.ID)
		}
		seen[a.ID] = true
	}
	if len(list) == 0 {
		return audit.Invalid("", "%s: there is no account in it", where)
	}
	return nil
}
