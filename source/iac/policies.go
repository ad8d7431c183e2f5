package iac

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
)

// A Policy is a policy of a deployment by itself, whoever has it.
type Policy struct {
	ID   iam.PolicyID
	Name string
	// Label is how the file names it: a logical id with its stack, an address,
	// or the owner's followed by "/" and the policy's name.
	Label    string
	Location iam.Location
	// Managed says that it is a managed policy, which stands by itself.
	Managed  bool
	Document account.Document
	// Gaps are what is not known of it.
	Gaps []iam.Gap

	names []string
}

// Policies returns the policies of the deployment that are in the file: the
// managed ones first, then those within roles, users, groups and buckets.
func (d *Deployment) Policies() []Policy {
	out := slices.Clone(d.managed)
	details := &d.Snapshot.AuthorizationDetails
	for i := range details.Roles {
		out = append(out, inlinePolicies(details.Roles[i].RolePolicyList)...)
	}
	for i := range details.Users {
		out = append(out, inlinePolicies(details.Users[i].UserPolicyList)...)
	}
	for i := range details.Groups {
		out = append(out, inlinePolicies(details.Groups[i].GroupPolicyList)...)
	}
	var buckets []Policy
	for name, doc := range d.Snapshot.BucketPolicies {
		buckets = append(buckets, ownPolicy(name, doc))
	}
	slices.SortFunc(buckets, func(a, b Policy) int { return strings.Compare(a.Label, b.Label) })
	return append(out, buckets...)
}

func inlinePolicies(list []account.InlinePolicy) []Policy {
	var out []Policy
	for i := range list {
		out = append(out, ownPolicy(list[i].PolicyName, list[i].PolicyDocument))
	}
	return out
}

func ownPolicy(name string, doc account.Document) Policy {
	p := Policy{Name: name, Label: name, Document: doc}
	if doc.Origin != nil {
		p.ID, p.Location.File = doc.Origin.ID, doc.Origin.File
		p.Label = p.ID.Name()
		if len(doc.Origin.Statements) > 0 {
			p.Location.Position = doc.Origin.Statements[0].Start
		}
	}
	return p
}

// ResolvePolicy returns a managed policy of the file by its logical id, name,
// ARN or address, whether it is attached to anybody or not. The error is a
// [*NotFoundError].
func (d *Deployment) ResolvePolicy(name string) (Policy, error) {
	var found []Policy
	var labels []string
	for _, p := range d.managed {
		labels = append(labels, p.Label)
		if slices.Contains(p.names, name) {
			found = append(found, p)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		hint := "the file contains no managed policy"
		if len(labels) > 0 {
			hint = "it has " + strings.Join(labels[:min(len(labels), maxListed)], ", ")
		}
		return Policy{}, &NotFoundError{fmt.Sprintf("no managed policy %q", name), hint}
	}
	return Policy{}, &NotFoundError{name + " is the name of several managed policies", "name it as one of " + strings.Join(labels, ", ")}
}

// addManaged adds a managed policy of the file.
func (a *assembly) addManaged(arn string, doc account.Document, label string, at iam.Location, gaps []iam.Gap, names ...string) {
	m := account.NewManagedPolicy(arn, doc)
	m.Gaps = gaps
	a.policies = append(a.policies, m)
	names = slices.DeleteFunc(append(names, label, arn, m.PolicyName), func(s string) bool { return s == "" })
	p := Policy{Name: m.PolicyName, Label: label, Location: at, Managed: true, Document: doc, Gaps: gaps, names: names}
	if doc.Origin != nil {
		p.ID = doc.Origin.ID
	}
	a.managed = append(a.managed, p)
}
