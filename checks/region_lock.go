package checks

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// lockByStatements: statements that deny requests outside of some Regions.
// Source: Organizations User Guide, "Deny access to AWS based on the requested
// AWS Region".
func (s *Situation) lockByStatements() []audit.Diagnosis {
	if s.Statement == nil {
		return nil
	}
	var out []audit.Diagnosis
	var named []string
	for i := range s.Findings {
		f := &s.Findings[i]
		for _, ref := range f.Statements {
			allowed := s.allowedRegions(f, ref)
			title := DenyTitle(ref)
			if allowed == nil || slices.Contains(named, title) {
				continue
			}
			named = append(named, title)
			out = append(out, audit.Diagnosis{
				Code: "region-lock", Severity: audit.SeverityWarning, Actions: s.stoppedBy(ref),
				Message: fmt.Sprintf("%s is a Region lock: it denies requests in %s and allows only %s (aws:RequestedRegion)", title, JoinWords(s.Regions), orWords(allowed)),
				Hint:    "use one of these Regions (--region), or have the statement changed to allow yours",
				Source:  "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html",
			})
		}
	}
	return out
}

// allowedRegions returns the Regions that a denying statement leaves out; nil
// where its conditions name no Region.
func (s *Situation) allowedRegions(f *audit.Finding, ref iam.StatementRef) []string {
	if f.Status != audit.Blocked || ref.Effect == policy.Allow {
		return nil
	}
	statement := s.Statement(ref)
	if statement == nil || statement.Effect != policy.Deny {
		return nil
	}
	for _, c := range statement.Conditions {
		if strings.EqualFold(c.Key, regionKey) && strings.Contains(c.Operator, "StringNot") {
			return c.Values
		}
	}
	return nil
}

// stoppedBy returns the actions of the findings that a statement blocks.
func (s *Situation) stoppedBy(ref iam.StatementRef) []string {
	return ActionsOf(s.GrantsWith(func(f *audit.Finding) bool {
		return f.Status == audit.Blocked && slices.ContainsFunc(f.Statements, func(r iam.StatementRef) bool { return sameStatement(r, ref) })
	}))
}

func sameStatement(a, b iam.StatementRef) bool {
	return a.Layer == b.Layer && a.PolicyID == b.PolicyID && a.Policy == b.Policy && a.Index == b.Index && a.Start == b.Start
}

// Stopped reports whether a finding is blocked, or is so if the policy simulator
// sees the organization's conditions rightly.
func Stopped(f *audit.Finding) bool {
	return f.Status == audit.Blocked || f.Status == audit.Unknown && f.Gap != nil && f.Gap.Layer == iam.LayerSCP && f.Gap.Kind == iam.GapUnread
}

// StoppedAlike reports whether something other than some actions is stopped by
// the same statements as a finding, or by the same layer where they are not
// known: then it is not stopped for what it does.
func (s *Situation) StoppedAlike(f *audit.Finding, actions []string) bool {
	return slices.ContainsFunc(s.Findings, func(o audit.Finding) bool {
		if !Stopped(&o) || o.Layer != f.Layer || slices.Contains(actions, o.Action) {
			return false
		}
		if len(f.Statements) == 0 && len(o.Statements) == 0 {
			return true
		}
		return slices.ContainsFunc(o.Statements, func(r iam.StatementRef) bool {
			return slices.ContainsFunc(f.Statements, func(q iam.StatementRef) bool { return sameStatement(r, q) })
		})
	})
}

func orWords(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " or " + list[len(list)-1]
}
