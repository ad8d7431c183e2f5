package remedy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// owners says who can change a layer.
var owners = map[iam.Layer]string{
	iam.LayerIdentity: "who manages the principal",
	iam.LayerBoundary: "who owns the permissions boundary",
	iam.LayerSCP:      "the administrator of the AWS organization",
	iam.LayerRCP:      "the administrator of the AWS organization",
	iam.LayerSession:  "who assumes the role with the session policy",
	iam.LayerResource: "who owns the resource",
}

// Lift sets the smallest change that would lift an obstacle: of the statement
// that denies, or the statements to add where a layer lacks an Allow. blocked
// are the findings that it stops. doc is the denying policy; nil where it
// cannot be read.
func Lift(o *audit.Obstacle, principalARN string, blocked []audit.Finding, doc *policy.Document) {
	o.Owner = cmp.Or(owners[o.Layer], owners[iam.LayerIdentity])
	o.Change = nil
	switch {
	case len(o.Statements) > 0:
	case denied(blocked):
		// Some statement denies, and only its owner can read which.
		o.Change = &audit.PolicyChange{Kind: "except", Index: -1, Text: "except this principal from the denying statement: " + exceptText(principalARN)}
		return
	default:
		o.Change = allowIn(o, blocked)
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
		c.Text = "except this principal from the denying statement: " + exceptText(principalARN)
		return
	}
	s := doc.Statements[ref.Index]
	switch {
	case o.Layer == iam.LayerIdentity || o.Layer == iam.LayerSession:
		narrowDeny(c, s, o.Actions, exempted(blocked))
	default:
		except(c, s, doc.Version, principalARN)
	}
}

// exempted are the patterns that a Deny must leave out: those that are required as they
// are documented, since a denied name among them counts wherever a user may choose the
// name (forceBucketName); of those that are documented as * what is used.
func exempted(blocked []audit.Finding) []string {
	var out []string
	for i := range blocked {
		f := &blocked[i]
		out = append(out, resources(f, Options{All: true, Documented: f.Resource != "*"})...)
	}
	return distinct(out)
}

// except takes a principal out of a statement of a policy that others are
// under as well.
func except(c *audit.PolicyChange, s policy.Statement, version, principalARN string) {
	s.Conditions = slices.Clone(s.Conditions)
	for i, cond := range s.Conditions {
		if !strings.EqualFold(cond.Key, "aws:PrincipalArn") || !slices.Contains(cond.Values, principalARN) || strings.Contains(cond.Operator, "Not") {
			continue
		}
		// The statement names the principal: it need not any more.
		cond.Values = slices.DeleteFunc(slices.Clone(cond.Values), func(v string) bool { return v == principalARN })
		if len(cond.Values) == 0 {
			c.Kind, c.Text = "remove", "remove the statement; it applies only to this principal"
			return
		}
		s.Conditions[i] = cond
		c.Kind, c.Statement = "narrow", one(version, s)
		c.Text = "take this principal out of the statement's condition"
		return
	}
	s.Conditions = append(s.Conditions, policy.Condition{Operator: "ArnNotLike", Key: "aws:PrincipalArn", Values: []string{principalARN}})
	c.Kind, c.Statement = "except", one(version, s)
	c.Text = "except this principal from the statement: " + exceptText(principalARN)
}

// denied reports an explicit deny among what was answered.
func denied(blocked []audit.Finding) bool {
	return slices.ContainsFunc(blocked, func(f audit.Finding) bool {
		return slices.ContainsFunc(f.Evidence, func(e audit.Evidence) bool { return e.Verdict.Decision == iam.ExplicitDeny })
	})
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
		c.Text = "exempt the resources that Remotion uses: NotResource in place of Resource"
	default:
		c.Kind = "remove"
		c.Text = "remove the statement: nothing of it would be left without what Remotion needs"
		if len(rest) > 0 && !all {
			c.Text = "remove the statement, or name its actions without those that Remotion needs"
		}
	}
}

// allowIn is the statements that a layer lacks.
func allowIn(o *audit.Obstacle, blocked []audit.Finding) *audit.PolicyChange {
	doc := Grants(blocked, Options{All: true})
	if doc == nil {
		return nil
	}
	what := "this statement"
	if len(doc.Statements) > 1 {
		what = "these statements"
	}
	text := "add " + what + " to it"
	if o.Layer == iam.LayerSCP {
		text = "add " + what + " to a service control policy of each level that lacks it"
	}
	return &audit.PolicyChange{Kind: "add", Index: -1, Statement: doc, Text: text}
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
