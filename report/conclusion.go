package report

import (
	"fmt"

	"remotion-doctor/audit"
	"remotion-doctor/iam/policy"
)

// Incompletion returns why a report's verdict is that it could not be completed,
// or that an input was not understood: the problem of the first section with
// that verdict. It is nil where every section was decided, met or not.
func Incompletion(r *audit.Report) *audit.Problem {
	code := r.Verdict().ExitCode
	if code < 2 {
		return nil
	}
	out := &audit.Problem{Message: "the check is incomplete", ExitCode: code}
	for i := range r.Sections {
		s := &r.Sections[i]
		if r.Gate.Verdict(s).ExitCode != code {
			continue
		}
		if s.Error != nil {
			return &audit.Problem{Kind: s.Error.Kind, Message: s.Error.Message, Hint: s.Error.Hint, ExitCode: code}
		}
		out.Message += ": " + unfinished(s)
		out.Hint = unfinishedHint(s)
		return out
	}
	return out
}

// Remediation returns one policy document with the statements that the sections
// of a report lack, under Sids of their own; nil where there is nothing to
// grant.
func Remediation(r *audit.Report) *policy.Document {
	out := &policy.Document{Version: policy.Version2012}
	for i := range r.Sections {
		if d := r.Sections[i].Remediation; d != nil {
			out.Statements = append(out.Statements, d.Statements...)
		}
	}
	if len(out.Statements) == 0 {
		return nil // IAM refuses an empty policy
	}
	if len(r.Sections) > 1 {
		for i := range out.Statements {
			out.Statements[i].Sid = fmt.Sprintf("%s%d", out.Statements[i].Sid, i+1)
		}
	}
	return out
}
