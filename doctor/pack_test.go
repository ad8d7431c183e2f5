package doctor_test

import (
	"testing"
	"testing/fstest"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/doctor"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/managed"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source/files"
)

// queue is a pack of another product, of two files: what it documents, and what
// it does with it.
var queue = &checks.Pack{
	Name:     "Queue",
	Policies: []checks.Policy{{Name: "worker", File: "worker.json"}},
	Files: fstest.MapFS{"worker.json": {Data: []byte(`{"Version":"2012-10-17","Statement":[
		{"Sid":"Take","Effect":"Allow","Action":["sqs:ReceiveMessage","sqs:DeleteMessage"],"Resource":"arn:aws:sqs:*:*:jobs-*"}]}`)}},
	Modules: []checks.Module{{
		Module: audit.Module{Name: "take", Title: "Take jobs", Why: "The worker takes jobs.", Breaks: "No job is done."},
		Policy: "worker", Contains: "sqs:ReceiveMessage",
	}},
	Operations: map[string][]checks.Operation{"worker": {{
		Name: "take", Title: "take a job",
		Needs: []checks.Need{{Action: "sqs:ReceiveMessage", Resource: "arn:aws:sqs:*:*:jobs-*", Level: checks.Always, Call: "ReceiveMessage", Without: "no job is done"}},
	}}},
}

// TestSecondPack: nothing but a pack is needed to audit another product.
func TestSecondPack(t *testing.T) {
	t.Parallel()
	if err := queue.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, statement string
		pass, fail      int
		operation       audit.OperationStatus
	}{
		{"all", `"Action":"sqs:*","Resource":"*"`, 2, 0, audit.Works},
		{"half", `"Action":"sqs:DeleteMessage","Resource":"arn:aws:sqs:*:*:jobs-*"`, 1, 1, audit.Fails},
	} {
		s := checkQueue(t, tt.statement)
		if s.Error != nil || s.Summary.Pass != tt.pass || s.Summary.Fail != tt.fail {
			t.Errorf("%s: %+v, error %v", tt.name, s.Summary, s.Error)
			continue
		}
		if len(s.Operations) != 1 || s.Operations[0].Status != tt.operation || s.Modules[0].Name != "take" {
			t.Errorf("%s: operations %v, modules %v", tt.name, s.Operations, s.Modules)
		}
	}
}

// checkQueue audits a role with one statement against the queue's policy.
func checkQueue(t *testing.T, statement string) *audit.Section {
	t.Helper()
	doc, err := policy.Parse(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` + statement + `}]}`)
	if err != nil {
		t.Fatal(err)
	}
	overlay := files.Overlay{Identity: []eval.Policy{{Name: "own", Document: doc}}}
	src, err := files.Policies(overlay, managed.Embedded(), "arn:aws:iam::123456789012:role/worker", "")
	if err != nil {
		t.Fatal(err)
	}
	report, err := doctor.Check(t.Context(), doctor.Options{
		Source: src, Pack: queue, Regions: []string{"us-east-1"},
		Targets: []doctor.Target{{Target: audit.Target{Kind: audit.TargetFile, Name: "own.json"}, Requirements: []string{"worker"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &report.Sections[0]
}
