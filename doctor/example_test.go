package doctor_test

import (
	"context"
	"fmt"
	"log"
	"net/http/httptest"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/fixtures"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/managed"
	"remotion-doctor/localaws"
	"remotion-doctor/source/awsapi"
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

// Check the role behind a Lambda function through the AWS SDK. EndpointURL and
// Isolated point it at a local endpoint here; leave both out to ask AWS with the
// credentials of the environment.
func ExampleCheck_aws() {
	endpoint := demoEndpoint()
	defer endpoint.Close()
	ctx := context.Background()
	client, err := awsapi.Open(ctx, awsapi.Options{Region: "us-east-1", EndpointURL: endpoint.URL, Isolated: true})
	if err != nil {
		log.Fatal(err)
	}
	report, err := doctor.Check(ctx, doctor.Options{
		Source: client,
		Targets: []doctor.Target{{
			Target:       audit.Target{Kind: audit.TargetFunction, Name: "video-api"},
			Requirements: []string{"caller"},
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	s := report.Sections[0]
	fmt.Printf("%s: %d of %d granted, proven: %t\n", s.Principal.Name(), s.Summary.Pass, s.Summary.Total(), s.Coverage == audit.CoverageProven)
	// Output:
	// video-api-role-x7: 27 of 33 granted, proven: true
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

// demoEndpoint serves the demo account on loopback.
func demoEndpoint() *httptest.Server {
	snapshot, err := account.Read(fixtures.Demo)
	if err != nil {
		log.Fatal(err)
	}
	managed.Embedded().AddKnown(snapshot)
	server, err := localaws.New(snapshot, localaws.Options{})
	if err != nil {
		log.Fatal(err)
	}
	return httptest.NewServer(server)
}
