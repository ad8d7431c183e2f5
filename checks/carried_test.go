package checks

import (
	"slices"
	"testing"

	"remotion-doctor/iam"
)

// TestCarried: a key that requests of an action never carry is told to nobody.
func TestCarried(t *testing.T) {
	t.Parallel()
	text := func(key string) iam.ContextEntry {
		return iam.ContextEntry{Key: key, Type: iam.String, Values: []string{"x"}}
	}
	given := iam.Context{text("aws:RequestedRegion"), text("iam:PassedToService"), text("s3:prefix"), text("aws:PrincipalTag/team"), {Key: "lambda:Layer", Type: iam.StringList}}
	for action, foreign := range map[string][]string{
		"iam:PassRole":          {"s3:prefix"},
		"lambda:InvokeFunction": {"iam:PassedToService", "s3:prefix"},
		"s3:ListBucket":         {"iam:PassedToService"},
		"s3:GetObject":          {"iam:PassedToService", "s3:prefix"},
		"nobody:Knows":          nil,
	} {
		if got := Foreign(action, given); !slices.Equal(got, foreign) {
			t.Errorf("%s: foreign are %v, want %v", action, got, foreign)
		}
		kept := Carried(action, given)
		if len(kept) != len(given)-len(foreign) || len(Foreign(action, kept)) > 0 {
			t.Errorf("%s keeps %v", action, kept)
		}
		if len(given) != 5 || given[1].Key != "iam:PassedToService" {
			t.Fatalf("%s changed what was given: %v", action, given)
		}
	}
	scope := Scope{Regions: []string{"us-east-1"}, Context: iam.Context{text("s3:prefix")}}
	pack := &Pack{Sent: []Sent{{Action: "iam:PassRole", Resource: "arn:aws:iam::*:role/mine", Entry: text("iam:PassedToService")}}}
	if got := scope.ContextOf(pack, "lambda:InvokeFunction", "us-east-1"); len(got) != 1 || got[0].Key != "aws:RequestedRegion" {
		t.Errorf("lambda:InvokeFunction is told %v", got)
	}
}
