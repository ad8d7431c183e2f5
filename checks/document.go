package checks

import (
	"cmp"
	"slices"
	"strings"

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
			byAction = merge(byAction, g.Action, n.narrow(g))
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
func (n Narrowing) narrow(g Grant) []string {
	a, ok := policy.ParseARN(g.Resource)
	if !ok {
		return []string{g.Resource}
	}
	if a.AccountID == "*" && n.Account != "" {
		a.AccountID = n.Account
	}
	if a.Service == "s3" {
		return n.buckets(g, a)
	}
	resources := n.functions(a)
	if a.Region != "*" || len(n.Regions) == 0 {
		return resources
	}
	var out []string
	for _, region := range n.Regions {
		for _, r := range resources {
			b, _ := policy.ParseARN(r)
			b.Region = region
			out = append(out, b.String())
		}
	}
	return out
}

// functions narrows remotion-render-* to one function. Its log group is named
// with and without ":*".
func (n Narrowing) functions(a policy.ARN) []string {
	const any = "remotion-render-*"
	if n.Function == "" || !policy.MatchGlob(any, n.Function) || !strings.HasSuffix(a.Resource, any) {
		return []string{a.String()}
	}
	a.Resource = strings.TrimSuffix(a.Resource, any) + n.Function
	if a.Service == "logs" {
		return []string{a.String(), a.String() + ":*"}
	}
	return []string{a.String()}
}

// buckets narrows remotionlambda-* to one bucket, or to those of the regions.
func (n Narrowing) buckets(g Grant, a policy.ARN) []string {
	var names []string
	switch {
	case !strings.HasPrefix(a.Resource, "remotionlambda-*"):
		return []string{a.String()}
	case n.Bucket != "":
		names = []string{n.Bucket}
	default:
		for _, r := range n.Regions {
			names = append(names, "remotionlambda-"+strings.ReplaceAll(r, "-", "")+"-*")
		}
	}
	var out []string
	for _, name := range names {
		out = append(out, bucketOrObjects(g.Action, name, a.Partition)...)
	}
	if len(out) == 0 {
		return []string{a.String()}
	}
	return out
}

// A Difference is what one release's policy has and another's has not.
type Difference struct {
	Policy string `json:"policy"` // caller or renderer
	// Change is added or removed, going from the first release to the second.
	Change   string `json:"change"`
	Action   string `json:"action"`
	Resource string `json:"resource"`
	// Since is the release that made the change; the others say why.
	Since   string `json:"since,omitzero"`
	Why     string `json:"why,omitzero"`
	Without string `json:"without,omitzero"`
	Source  string `json:"source,omitzero"`
}

// Diff returns what the policies of two releases differ by, the caller's first.
func Diff(from, to, partition string) ([]Difference, error) {
	out := []Difference{}
	for _, name := range []string{"caller", "renderer"} {
		a, err := grantsFor(name, from, partition)
		if err != nil {
			return nil, err
		}
		b, err := grantsFor(name, to, partition)
		if err != nil {
			return nil, err
		}
		out = append(out, differences(name, "removed", without(a, b))...)
		out = append(out, differences(name, "added", without(b, a))...)
	}
	return out, nil
}

func grantsFor(name, version, partition string) ([]Grant, error) {
	set, _, err := findSet(name, cmp.Or(version, Newest), partition)
	if err != nil {
		return nil, err
	}
	return set.grants()
}

func differences(name, change string, grants []Grant) []Difference {
	var out []Difference
	for _, g := range grants {
		d := Difference{Policy: name, Change: change, Action: g.Action, Resource: g.Resource}
		if c, ok := changeOf(name, g); ok {
			d.Since, d.Why, d.Without, d.Source = c.Since, c.Why, c.Without, c.Source
		}
		out = append(out, d)
	}
	slices.SortStableFunc(out, func(a, b Difference) int { return compareVersions(a.Since, b.Since) })
	return out
}

// changeOf finds the change that brought a grant, or took it away.
func changeOf(name string, g Grant) (Change, bool) {
	a, _ := policy.ParseARN(g.Resource)
	for _, c := range History {
		if c.Policy != name {
			continue
		}
		if slices.Contains(c.Removed, g.Action) {
			return c, true
		}
		added, err := c.added(cmp.Or(a.Partition, "aws"))
		if err == nil && slices.ContainsFunc(added, g.same) {
			return c, true
		}
	}
	return Change{}, false
}

func compareVersions(a, b string) int {
	v, err := parseVersion(a)
	w, err2 := parseVersion(b)
	if err != nil || err2 != nil {
		return 0
	}
	return v.compare(w)
}
