package awsapi_test

import (
	"net/http/httptest"
	"testing"

	"remotion-doctor/iam/iamtest"
	"remotion-doctor/localaws"
	"remotion-doctor/source/awsapi"
)

// TestEvaluatorSuite holds the policy simulator, over HTTP through the SDK, to
// the same answers as the offline evaluator.
func TestEvaluatorSuite(t *testing.T) {
	server, err := localaws.New(iamtest.Account(t), localaws.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(server)
	defer s.Close()
	c, err := awsapi.Open(t.Context(), awsapi.Options{EndpointURL: s.URL, Region: "us-east-1", Isolated: true})
	if err != nil {
		t.Fatal(err)
	}
	iamtest.Run(t, c)
}
