package checks_test

import (
	"encoding/json"
	"strings"
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/checks/remotion"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// documented is a document of all grants of some policies.
func documented(t *testing.T, names ...string) *policy.Document {
	t.Helper()
	type statement struct {
		Effect           string
		Action, Resource string
	}
	doc := struct {
		Version   string
		Statement []statement
	}{Version: "2012-10-17"}
	for _, name := range names {
		req, err := remotion.Pack().Required(name, "", "aws")
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range req.Grants {
			doc.Statement = append(doc.Statement, statement{"Allow", g.Action, g.Resource})
		}
	}
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	out, err := policy.Parse(string(data))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestSwappedNeedsAFarBetterFit: the other policy alone is swapped, one policy
// for both is not.
func TestSwappedNeedsAFarBetterFit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		has     []string
		as      string
		swapped bool
	}{
		{[]string{"renderer"}, "caller", true},
		{[]string{"caller"}, "renderer", true},
		{[]string{"caller", "renderer"}, "caller", false},
		{[]string{"caller", "renderer"}, "", false},
		{[]string{"caller"}, "caller", false},
		{[]string{"renderer"}, "renderer", false},
	} {
		found := false
		for _, f := range remotion.Pack().Lint(documented(t, tt.has...), checks.LintScope{Policy: tt.as}) {
			found = found || f.Code == "swapped-policies"
		}
		if found != tt.swapped {
			t.Errorf("%v as %s: swapped is %v", tt.has, tt.as, found)
		}
	}
}

// TestQualifiedOnly: a grant on a function's versions is known as just that, and
// such a role is not told that it has no grant.
func TestQualifiedOnly(t *testing.T) {
	t.Parallel()
	for resource, want := range map[string]string{
		"arn:aws:lambda:us-east-1:111122223333:function:remotion-render-x:*":    "qualified-function-only",
		"arn:aws:lambda:us-east-1:111122223333:function:remotion-render-x:live": "qualified-function-only",
		"arn:aws:lambda:us-east-1:111122223333:function:other":                  "",
	} {
		doc, err := policy.Parse(`{"Version": "2012-10-17", "Statement": [{"Sid": "Invoke", "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "` + resource + `"}]}`)
		if err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, d := range checks.Diagnose(situation(t, doc)) {
			codes = append(codes, d.Code)
		}
		all := strings.Join(codes, " ")
		if strings.Contains(all, "host-role") || strings.Contains(all, "qualified-function-only") != (want != "") {
			t.Errorf("%s: %s", resource, all)
		}
	}
}

// situation is a role with one policy that is granted nothing of what a render
// needs.
func situation(t *testing.T, doc *policy.Document) *checks.Situation {
	t.Helper()
	req, err := remotion.Pack().Required("caller", "", "aws")
	if err != nil {
		t.Fatal(err)
	}
	if req, err = req.For([]string{"render"}); err != nil {
		t.Fatal(err)
	}
	p, err := iam.NewPrincipal("arn:aws:iam::111122223333:role/api")
	if err != nil {
		t.Fatal(err)
	}
	s := &checks.Situation{Requirement: req, Principal: p, Regions: []string{"us-east-1"}, Policies: []checks.NamedDocument{{Name: "inline", Document: doc}}}
	for _, g := range req.Grants {
		s.Findings = append(s.Findings, audit.Finding{Action: g.Action, Resource: g.Resource, Module: g.Module, Status: audit.Fail})
	}
	return s
}

// TestRegionLock: several actions that are denied in the same Regions are named
// as a lock, with the Regions; a single one is a grant that is missing.
func TestRegionLock(t *testing.T) {
	t.Parallel()
	locked := func(action string) audit.Finding {
		return audit.Finding{Action: action, Status: audit.Partial, Layer: iam.LayerSCP, Evidence: []audit.Evidence{
			{Region: "us-east-1", Verdict: &iam.Verdict{Decision: iam.Allowed}},
			{Region: "eu-west-1", Verdict: &iam.Verdict{Decision: iam.ExplicitDeny}},
		}}
	}
	s := &checks.Situation{Regions: []string{"us-east-1", "eu-west-1"}, Findings: []audit.Finding{locked("lambda:InvokeFunction"), locked("lambda:ListFunctions")}}
	got := checks.RegionLock(s)
	if len(got) != 1 || got[0].Code != "region-lock" || got[0].Region != "eu-west-1" || !strings.Contains(got[0].Message, "us-east-1") || !strings.Contains(got[0].Hint, "organization") {
		t.Errorf("got %+v", got)
	}
	s.Findings = s.Findings[:1]
	if got := checks.RegionLock(s); len(got) > 0 {
		t.Errorf("one action: %+v", got)
	}
}
