package awsapi

import (
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
)

// NameStatements gives the statements in verdicts, of which the simulator
// tells the policy and the position, their Sid and index. documents are the
// principal's policies by name.
func NameStatements(verdicts []iam.Verdict, documents map[string]*policy.Document) {
	for i := range verdicts {
		for j := range verdicts[i].Matched {
			if doc := documents[verdicts[i].Matched[j].Policy]; doc != nil {
				nameStatement(&verdicts[i].Matched[j], doc)
			}
		}
	}
}

// Identify gives the statements in verdicts, of which the simulator tells the
// policy's name and the position, the policy's identity, their Sid and index.
func Identify(verdicts []iam.Verdict, p eval.Policies) {
	policies := p.Identity
	if p.Boundary != nil {
		policies = append(policies[:len(policies):len(policies)], *p.Boundary)
	}
	for i := range verdicts {
		for j := range verdicts[i].Matched {
			identify(&verdicts[i].Matched[j], policies)
		}
	}
}

// isInline reports whether a policy is one of the principal itself, which the
// simulator names as such.
func isInline(p *eval.Policy) bool {
	return p.ARN == "" && !strings.Contains(string(p.ID), ":group/")
}

// identify goes by the inline policy that the simulator names, else by a managed
// policy, or one of a group, that has the name and a statement at that place.
func identify(ref *iam.StatementRef, policies []eval.Policy) {
	for k := range policies {
		p := &policies[k]
		if p.Document == nil || ref.PolicyID != p.ID && (ref.PolicyID != "" || p.Name != ref.Policy || isInline(p)) {
			continue
		}
		if nameStatement(ref, p.Document); ref.Index >= 0 {
			ref.PolicyID = p.ID
			return
		}
	}
}

// nameStatement finds the statement by its end, and replaces the simulator's
// start, which is that of the token before, by the statement's own.
func nameStatement(ref *iam.StatementRef, doc *policy.Document) {
	for i := range doc.Statements {
		if s := &doc.Statements[i]; ref.Index < 0 && s.End == ref.End {
			ref.Sid, ref.Index, ref.Start = s.Sid, i, s.Start
			return
		}
	}
}
