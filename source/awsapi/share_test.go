package awsapi

import (
	"testing"

	"remotion-doctor/iam"
)

// TestShare: probes share a call with those that are told more, unless a request
// of theirs could carry it.
func TestShare(t *testing.T) {
	t.Parallel()
	entry := func(key, value string) iam.ContextEntry {
		return iam.ContextEntry{Key: key, Type: iam.String, Values: []string{value}}
	}
	here, there := entry("aws:RequestedRegion", "us-east-1"), entry("aws:RequestedRegion", "eu-west-1")
	passed, vpc := entry("iam:PassedToService", "lambda.amazonaws.com"), entry("aws:SourceVpc", "vpc-1")
	pass := iam.Probe{Action: "iam:PassRole", Resource: "arn:aws:iam::111122223333:role/r", Context: iam.Context{here, passed}}
	for name, c := range map[string]struct {
		action string
		given  iam.Context
		shares bool
	}{
		"the same Region":        {"lambda:InvokeFunction", iam.Context{here}, true},
		"another Region":         {"lambda:InvokeFunction", iam.Context{there}, false},
		"another key":            {"lambda:InvokeFunction", iam.Context{here, vpc}, false},
		"an action with the key": {"iam:PassRole", iam.Context{here}, false},
		"an action nobody knows": {"lambda:Nothing", iam.Context{here}, false},
	} {
		own := iam.Probe{Action: c.action, Resource: "*", Context: c.given}
		got := share([]iam.Probe{own, pass})
		if shares := len(got[0].Context) == 2 && got[0].Context[1].Key == passed.Key; shares != c.shares {
			t.Errorf("%s: %v", name, got[0].Context)
		}
		if len(got[1].Context) != 2 || len(own.Context) != len(c.given) {
			t.Errorf("%s: changed %v, %v", name, got[1].Context, own.Context)
		}
	}
}
