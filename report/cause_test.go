package report

import (
	"testing"

	"remotion-doctor/audit"
)

// TestLikeliestCause: the cause is that of the operation in the first line.
func TestLikeliestCause(t *testing.T) {
	t.Parallel()
	section := func() *audit.Section {
		return &audit.Section{
			Operations: []audit.Operation{{Name: "render", Status: audit.Fails, Because: []string{"lambda:InvokeFunction"}}, {Name: "clean-up", Status: audit.Fails, Because: []string{"s3:DeleteObject"}}},
			Obstacles:  []audit.Obstacle{{Actions: []string{"s3:DeleteObject"}, Reason: "Deny in policy guard"}},
			Modules:    []audit.Module{{Name: "storage"}, {Name: "functions"}},
			Findings: []audit.Finding{
				{Module: "storage", Action: "s3:DeleteObject", Resource: "*", Status: audit.Blocked, Reason: "Deny in policy guard"},
				{Module: "functions", Action: "lambda:InvokeFunction", Resource: "*", Status: audit.Fail, Reason: "no statement grants it"},
			},
		}
	}
	diagnosis := func(code string, actions ...string) audit.Diagnosis {
		return audit.Diagnosis{Code: code, Severity: audit.SeverityWarning, Message: "it is " + code, Actions: actions}
	}
	for _, c := range []struct {
		name   string
		change func(s *audit.Section)
		want   string
	}{
		{"a missing grant before a Deny on something else", func(*audit.Section) {}, "lambda:InvokeFunction: no statement grants it"},
		{"the Deny of the first operation", func(s *audit.Section) { s.Operations = s.Operations[1:] }, "Deny in policy guard: s3:DeleteObject"},
		{"a diagnosis of the whole", func(s *audit.Section) { s.Diagnoses = []audit.Diagnosis{diagnosis("swapped-policies")} }, "it is swapped-policies"},
		{"a diagnosis of the action", func(s *audit.Section) {
			s.Diagnoses = []audit.Diagnosis{diagnosis("stale-policy", "lambda:InvokeFunction")}
		}, "it is stale-policy"},
		{"a diagnosis of other actions", func(s *audit.Section) { s.Diagnoses = []audit.Diagnosis{diagnosis("stale-policy", "s3:PutObject")} }, "lambda:InvokeFunction: no statement grants it"},
		{"what was not looked at", func(s *audit.Section) { s.Diagnoses = []audit.Diagnosis{diagnosis("buckets-unknown")} }, "lambda:InvokeFunction: no statement grants it"},
		{"no operation suffers", func(s *audit.Section) { s.Operations = nil }, "Deny in policy guard: s3:DeleteObject"},
	} {
		s := section()
		c.change(s)
		if got := likeliestCause(&audit.Report{}, s); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
