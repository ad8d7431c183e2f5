package explain

import (
	"fmt"
	"testing"

	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
)

// BenchmarkExplain explains a request under ten policies of thirty statements.
func BenchmarkExplain(b *testing.B) {
	var policies eval.Policies
	for i := range 10 {
		doc := &policy.Document{Version: policy.Version2012}
		for n := range 30 {
			doc.Statements = append(doc.Statements, policy.Statement{
				Sid: fmt.Sprintf("S%d", n), Effect: policy.Allow, Actions: []string{"lambda:Get*", "lambda:InvokeFunction"},
				Resources: []string{fmt.Sprintf("arn:aws:lambda:eu-west-1:*:function:f-%d-*", n)},
			})
		}
		policies.Identity = append(policies.Identity, eval.Policy{Name: fmt.Sprintf("p%d", i), Document: doc})
	}
	probe := iam.Probe{Action: invoke, Resource: function}
	for b.Loop() {
		Explain(iam.Principal{ARN: role}, policies, probe, Options{})
	}
}
