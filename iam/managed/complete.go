package managed

import (
	"fmt"

	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// Complete adds to a snapshot the managed policies that its roles, users and
// groups name and whose documents it lacks. What the library does not know is
// added as a policy that leaves everything undecided, by its name: a document
// that is missing is never taken as one that grants nothing. The notes say what
// was taken from where.
func (l *Library) Complete(s *account.Snapshot) (notes []string) {
	return l.complete(s, func(arn string) string { return policy.UnknownDocument("document of " + arn) })
}

// AddKnown is Complete without what the library does not know: for those who
// cannot say that something is unknown.
func (l *Library) AddKnown(s *account.Snapshot) {
	l.complete(s, func(string) string { return "" })
}

func (l *Library) complete(s *account.Snapshot, unknown func(arn string) string) (notes []string) {
	have := map[string]bool{}
	for i := range s.AuthorizationDetails.Policies {
		p := &s.AuthorizationDetails.Policies[i]
		if v, err := p.Default(); err == nil && v.Document.Text != "" {
			have[p.Arn] = true
		}
	}
	var added []account.ManagedPolicy
	dated := false
	for arn := range Named(s) {
		if have[arn] {
			continue
		}
		have[arn] = true
		d, approximate, ok := l.Lookup(arn)
		switch {
		case !ok:
			if d.Text = unknown(arn); d.Text == "" {
				continue
			}
		case approximate:
			notes = append(notes, fmt.Sprintf("the document of %s is that of the policy in the partition aws on %s", arn, Date()))
		case d.Embedded:
			dated = true
		}
		added = append(added, account.NewManagedPolicy(arn, account.Document{Text: d.Text}))
	}
	if dated {
		notes = append(notes, "AWS managed policies that are only named are taken as they were on "+Date())
	}
	// The new ones come first: a policy that was there without a document is
	// not found any more.
	s.AuthorizationDetails.Policies = append(added, s.AuthorizationDetails.Policies...)
	return notes
}

// Named returns the ARNs of all managed policies that are attached or a
// boundary, each once or several times.
func Named(s *account.Snapshot) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		d := &s.AuthorizationDetails
		for i := range d.Roles {
			if !each(d.Roles[i].AttachedManagedPolicies, d.Roles[i].PermissionsBoundary, yield) {
				return
			}
		}
		for i := range d.Users {
			if !each(d.Users[i].AttachedManagedPolicies, d.Users[i].PermissionsBoundary, yield) {
				return
			}
		}
		for i := range d.Groups {
			if !each(d.Groups[i].AttachedManagedPolicies, nil, yield) {
				return
			}
		}
	}
}

func each(attached []account.AttachedPolicy, b *account.AttachedBoundary, yield func(string) bool) bool {
	for _, a := range attached {
		if !yield(a.PolicyArn) {
			return false
		}
	}
	return b == nil || yield(b.PermissionsBoundaryArn)
}
