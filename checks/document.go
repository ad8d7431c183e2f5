package checks

import (
	"slices"

	"remotion-doctor/iam/policy"
)

// A Narrowing says how far a printed policy is narrowed. Empty fields narrow
// nothing.
type Narrowing struct {
	Account          string
	Regions          []string
	Bucket, Function string
}

// Policy returns the requirement as a document to be pasted into IAM: its
// grants with the modules as statements, narrowed.
func (r *Requirement) Policy(n Narrowing) *policy.Document {
	doc := &policy.Document{Version: policy.Version2012}
	for _, m := range r.Modules {
		var byAction [][2][]string // actions, resources
		for _, g := range r.Grants {
			if g.Module != m.Name {
				continue
			}
			byAction = merge(byAction, g.Action, n.narrow(r.Pack(), g))
		}
		for i, pair := range byAction {
			sid := m.Sid
			if i > 0 && sid != "" {
				sid += string(rune('A' + i - 1))
			}
			doc.Statements = append(doc.Statements, policy.Statement{Sid: sid, Effect: policy.Allow, Actions: pair[0], Resources: pair[1]})
		}
	}
	return doc
}

// merge adds resources to an action, then joins actions with equal resources.
func merge(list [][2][]string, action string, resources []string) [][2][]string {
	for i := range list {
		j := slices.Index(list[i][0], action)
		if j < 0 {
			continue
		}
		all := slices.Clone(list[i][1])
		for _, r := range resources {
			if !slices.Contains(all, r) {
				all = append(all, r)
			}
		}
		list[i][0] = slices.Delete(slices.Clone(list[i][0]), j, j+1)
		if len(list[i][0]) == 0 {
			list = slices.Delete(list, i, i+1)
		}
		resources = all
		break
	}
	for i := range list {
		if slices.Equal(list[i][1], resources) {
			list[i][0] = append(list[i][0], action)
			return list
		}
	}
	return append(list, [2][]string{{action}, resources})
}

// narrow returns the resources of a grant for the account, the regions and the
// names that are known.
func (n Narrowing) narrow(p *Pack, g Grant) []string {
	if p.Hooks.Narrow != nil {
		if resources, ok := p.Hooks.Narrow(n, g); ok {
			return resources
		}
	}
	a, ok := policy.ParseARN(g.Resource)
	if !ok {
		return []string{g.Resource}
	}
	return n.InRegions(n.InAccount(a))
}

// InAccount returns an ARN with the account, where it is known and the ARN
// leaves it open.
func (n Narrowing) InAccount(a policy.ARN) policy.ARN {
	if a.AccountID == "*" && n.Account != "" {
		a.AccountID = n.Account
	}
	return a
}

// InRegions returns an ARN once for each region, where regions are known and the
// ARN leaves them open.
func (n Narrowing) InRegions(a policy.ARN) []string {
	if a.Region != "*" || len(n.Regions) == 0 {
		return []string{a.String()}
	}
	var out []string
	for _, region := range n.Regions {
		a.Region = region
		out = append(out, a.String())
	}
	return out
}
