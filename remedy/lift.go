package remedy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/policy"
)

// owners says who can change a layer.
var owners = map[audit.Layer]string{
	audit.LayerIdentity: "who manages the principal",
	audit.LayerBoundary: "who owns the permissions boundary",
	audit.LayerSCP:      "the administrator of the AWS organization",
	audit.LayerRCP:      "the administrator of the AWS organization",
	audit.LayerSession:  "who assumes the role with the session policy",
	audit.LayerResource: "who owns the resource",
}

// Lift sets the smallest change that would lift an obstacle: of the statement
// that denies, or the one to add where a layer lacks an Allow. wanted are the
// patterns that the blocked actions are needed on. doc is the denying policy,
// or one of the layer that could hold the missing Allow; nil where it cannot be
// read.
func Lift(o *audit.Obstacle, principalARN string, wanted []string, doc *policy.Document) {
	o.Owner = cmp.Or(owners[o.Layer], owners[audit.LayerIdentity])
	o.Change = nil
	if len(o.Statements) == 0 {
		o.Change = allowIn(o, wanted)
		return
	}
	ref := &o.Statements[0]
	if ref.Effect != policy.Deny {
		return
	}
	c := &audit.PolicyChange{Policy: ref.Policy, Sid: ref.Sid, Index: ref.Index}
	o.Change = c
	if doc == nil || ref.Index < 0 || ref.Index >= len(doc.Statements) {
		c.Kind = "except"
		c.Text = "add to the denying statement: " + exceptText(principalARN)
		return
	}
	s := doc.Statements[ref.Index]
	switch {
	case o.Layer == audit.LayerIdentity || o.Layer == audit.LayerSession:
		narrowDeny(c, s, o.Actions, wanted)
	default:
		s.Conditions = append(slices.Clone(s.Conditions), policy.Condition{Operator: "ArnNotLike", Key: "aws:PrincipalArn", Values: []string{principalARN}})
		c.Kind, c.Statement = "except", one(doc.Version, s)
		c.Text = "except this principal from the statement: " + exceptText(principalARN)
	}
}

func exceptText(arn string) string {
	return fmt.Sprintf(`"Condition": {"ArnNotLike": {"aws:PrincipalArn": %q}}`, arn)
}

func one(version string, s policy.Statement) *policy.Document {
	return &policy.Document{Version: cmp.Or(version, policy.Version2012), Statements: []policy.Statement{s}}
}

// narrowDeny changes a Deny of the principal's own policies: it loses the
// actions that are needed, or leaves out the resources that they are needed
// on, or goes altogether.
func narrowDeny(c *audit.PolicyChange, s policy.Statement, needed, wanted []string) {
	named := func(a string) bool {
		return slices.ContainsFunc(needed, func(n string) bool { return strings.EqualFold(n, a) })
	}
	rest := slices.DeleteFunc(slices.Clone(s.Actions), named)
	all := !slices.ContainsFunc(needed, func(n string) bool {
		return !slices.ContainsFunc(s.Actions, func(a string) bool { return strings.EqualFold(a, n) })
	})
	wild := slices.ContainsFunc(rest, func(a string) bool {
		return slices.ContainsFunc(needed, func(n string) bool { return policy.MatchGlob(strings.ToLower(a), strings.ToLower(n)) })
	})
	switch {
	case !s.NotAction && all && !wild && len(rest) > 0:
		s.Actions = rest
		c.Kind, c.Statement = "narrow", one("", s)
		c.Text = "take " + strings.Join(needed, ", ") + " out of its Action"
	case s.NotAction:
		s.Actions = slices.Concat(s.Actions, needed)
		c.Kind, c.Statement = "narrow", one("", s)
		c.Text = "add " + strings.Join(needed, ", ") + " to its NotAction"
	case !s.NotResource && slices.Equal(s.Resources, []string{"*"}) && !slices.Contains(wanted, "*"):
		s.Resources, s.NotResource = wanted, true
		c.Kind, c.Statement = "narrow", one("", s)
		c.Text = "let it be about all but what Remotion uses: NotResource in place of Resource"
	default:
		c.Kind = "remove"
		c.Text = "remove the statement: nothing of it would be left without what Remotion needs"
		if len(rest) > 0 && !all {
			c.Text = "remove the statement, or name its actions without those that Remotion needs"
		}
	}
}

// allowIn is the statement that a layer lacks.
func allowIn(o *audit.Obstacle, wanted []string) *audit.PolicyChange {
	if len(wanted) == 0 {
		return nil
	}
	s := policy.Statement{Sid: "RemotionLambda", Effect: policy.Allow, Actions: slices.Clone(o.Actions), Resources: distinct(slices.Clone(wanted))}
	text := "add this statement to it"
	if o.Layer == audit.LayerSCP {
		text = "add this statement to a service control policy of each level that lacks it"
	}
	return &audit.PolicyChange{Kind: "add", Index: -1, Statement: one("", s), Text: text}
}

// Apply returns a document with the change made; add appends.
func Apply(c *audit.PolicyChange, doc *policy.Document) *policy.Document {
	out := &policy.Document{Version: doc.Version, ID: doc.ID, Statements: slices.Clone(doc.Statements)}
	switch {
	case c.Kind == "add":
		out.Statements = append(out.Statements, c.Statement.Statements...)
	case c.Index < 0 || c.Index >= len(out.Statements):
	case c.Kind == "remove":
		out.Statements = slices.Delete(out.Statements, c.Index, c.Index+1)
	case c.Statement != nil:
		out.Statements[c.Index] = c.Statement.Statements[0]
	}
	return out
}
