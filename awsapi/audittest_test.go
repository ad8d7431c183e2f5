package awsapi_test

import (
	"net/http/httptest"
	"testing"

	"remotion-doctor/audit/audittest"
	"remotion-doctor/awsapi"
	"remotion-doctor/localaws"
)

// TestEvaluatorSuite holds the policy simulator, over HTTP through the SDK, to
// the same answers as the offline evaluator.
func TestEvaluatorSuite(t *testing.T) {
	server, err := localaws.New(audittest.Account(t), localaws.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(server)
	defer s.Close()
	c, err := awsapi.Open(t.Context(), awsapi.Options{EndpointURL: s.URL, Region: "us-east-1", Isolated: true})
	if err != nil {
		t.Fatal(err)
	}
	audittest.Run(t, c)
}
