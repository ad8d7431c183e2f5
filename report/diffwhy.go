package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
)

// causes are the facts that differ between two sections.
func causes(old, now *audit.Section, changes []Change) []string {
	out := []string{}
	if old.Principal.ARN != now.Principal.ARN {
		out = append(out, fmt.Sprintf("the principal is %s, it was %s", now.Principal.ARN, old.Principal.ARN))
	}
	if a, b := old.Identity().File, now.Identity().File; a != b {
		out = append(out, fmt.Sprintf("the file is %s, it was %s", cmp.Or(b, "none"), cmp.Or(a, "none")))
	}
	if a, b := old.Requirement, now.Requirement; a.Digest != b.Digest {
		text := "the required policy changed"
		if a.Version != b.Version {
			text = fmt.Sprintf("the requirement is that of Remotion %s, it was %s", b.Version, a.Version)
		}
		out = append(out, text)
	}
	if moved(old, now, changes) {
		out = append(out, fmt.Sprintf("the regions are %s, they were %s", strings.Join(now.Regions, ", "), strings.Join(old.Regions, ", ")))
	}
	return append(out, policyCauses(old.Policies, now.Policies)...)
}

// policyCauses are the policies that were changed, added or removed, with the
// statements that findings quote of them.
func policyCauses(old, now []audit.PolicyRecord) []string {
	var out []string
	find := func(in []audit.PolicyRecord, p *audit.PolicyRecord) *audit.PolicyRecord {
		for i := range in {
			if samePolicy(&in[i], p) {
				return &in[i]
			}
		}
		return nil
	}
	for i := range now {
		p := &now[i]
		name := p.Layer.Title() + " " + p.Name
		switch was := find(old, p); {
		case was == nil && len(old) > 0:
			out = append(out, name+" was added")
		case was != nil && was.Digest != p.Digest:
			out = append(out, name+" changed"+quoted(was, p))
		}
	}
	for i := range old {
		if p := &old[i]; find(now, p) == nil && len(now) > 0 {
			out = append(out, p.Layer.Title()+" "+p.Name+" was removed")
		}
	}
	return out
}

// samePolicy reports whether two records are of one policy, whatever it said.
// Where a report has no PolicyIDs yet the names decide.
func samePolicy(a, b *audit.PolicyRecord) bool {
	if a.PolicyID != "" && b.PolicyID != "" {
		return a.PolicyID == b.PolicyID && a.Layer == b.Layer
	}
	return a.Name == b.Name && a.Layer == b.Layer
}

// quoted names the statements of a policy that findings refer to in one report
// and that read differently, or are not referred to, in the other.
func quoted(old, now *audit.PolicyRecord) string {
	has := func(in *audit.PolicyRecord, q audit.Quote) bool {
		return slices.ContainsFunc(in.Statements, func(o audit.Quote) bool { return o.Text == q.Text })
	}
	text := ""
	for _, side := range []struct {
		from, other *audit.PolicyRecord
		word        string
	}{{now, old, "now"}, {old, now, "before"}} {
		for _, q := range side.from.Statements {
			if !has(side.other, q) {
				text += fmt.Sprintf("; %s, line %d: %s", side.word, q.Start.Line, Clean(squeeze(q.Text)))
			}
		}
	}
	return text
}
