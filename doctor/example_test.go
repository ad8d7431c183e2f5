package doctor_test

import (
	"context"
	"fmt"
	"log"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/fixtures"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/managed"
	"remotion-doctor/source/files"
)

// Check a policy file before anything is deployed, without AWS.
func ExampleCheck_policyFiles() {
	overlay, err := files.Paths{Policies: []string{"testdata/caller.json"}}.Read()
	if err != nil {
		log.Fatal(err)
	}
	src, err := files.Policies(overlay, managed.Embedded(), "arn:aws:iam::123456789012:role/video-api", "")
	if err != nil {
		log.Fatal(err)
	}
	report, err := doctor.Check(context.Background(), doctor.Options{
		Source:     src,
		Regions:    []string{"us-east-1"},
		Operations: []string{"render"},
		Targets: []doctor.Target{{
			Target:       audit.Target{Kind: audit.TargetFile, Name: "caller.json"},
			Requirements: []string{"caller"},
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range report.Sections[0].Findings {
		fmt.Println(f.Status, f.Action)
	}
	// Output:
	// pass lambda:InvokeFunction
}

// Explain why one request is denied.
func ExampleExplain() {
	snapshot, err := account.Read(fixtures.Demo)
	if err != nil {
		log.Fatal(err)
	}
	src, err := files.Snapshot(snapshot, files.Overlay{}, managed.Embedded())
	if err != nil {
		log.Fatal(err)
	}
	trace, err := doctor.Explain(context.Background(), doctor.Options{
		Source:  src,
		Targets: []doctor.Target{{Target: audit.Target{Kind: audit.TargetFunction, Name: "studio"}}},
	}, doctor.Request{
		Action:   "s3:PutObject",
		Resource: "arn:aws:s3:::remotionlambda-useast1-4hd8e2k9xw/sites/my-video/index.html",
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(trace.Decision)
	fmt.Println(trace.Reason)
	// Output:
	// explicitDeny
	// Deny "ProtectSites" in policy guard denies it
}
