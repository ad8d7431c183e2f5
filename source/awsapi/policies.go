package awsapi

import (
	"remotion-doctor/iam"
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
