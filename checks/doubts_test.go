package checks

import (
	"strings"
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// A judged is a finding as it is before doubts.
func judged(status audit.Status, layer iam.Layer, decision iam.Decision) audit.Finding {
	return audit.Finding{
		Action: "s3:PutObject", Resource: "arn:aws:s3:::b-*/*", Status: status, Layer: layer,
		Evidence: []audit.Evidence{{Verdict: &iam.Verdict{Decision: decision}}},
	}
}

// TestDoubts: a row of the table of gaps for each verdict that it may change.
func TestDoubts(t *testing.T) {
	t.Parallel()
	pass := judged(audit.Pass, "", iam.Allowed)
	partial := judged(audit.Partial, iam.LayerIdentity, iam.ImplicitDeny)
	fail := judged(audit.Fail, iam.LayerIdentity, iam.ImplicitDeny)
	denied := judged(audit.Blocked, iam.LayerIdentity, iam.ExplicitDeny)
	byBoundary := judged(audit.Blocked, iam.LayerBoundary, iam.ImplicitDeny)
	bySCP := judged(audit.Blocked, iam.LayerSCP, iam.ImplicitDeny)
	all := []audit.Finding{pass, partial, fail, denied, byBoundary, bySCP}
	for _, tt := range []struct {
		name  string
		gap   iam.Gap
		proof bool
		// open has a letter for each of all, in capitals where the gap makes it
		// unknown: Pass, pArtial, Fail, Denied, Boundary, Scp.
		open string
	}{
		{"the zero gap", iam.Gap{}, false, "PAFdBS"},
		{"may allow", iam.Gap{Affects: iam.MayAllow}, false, "pAFdBS"},
		{"may deny", iam.Gap{Affects: iam.MayDeny}, false, "PAfdbs"},
		{"may do both", iam.Gap{Affects: iam.MayBoth}, false, "PAFdBS"},
		{"an identity policy that may allow", iam.Gap{Affects: iam.MayAllow, Layer: iam.LayerIdentity}, false, "pAFdbs"},
		{"a boundary that may do both", iam.Gap{Affects: iam.MayBoth, Layer: iam.LayerBoundary}, false, "PAfdBs"},
		{"a boundary that may deny", iam.Gap{Affects: iam.MayDeny, Layer: iam.LayerBoundary}, false, "PAfdbs"},
		{"an SCP that may do both", iam.Gap{Affects: iam.MayBoth, Layer: iam.LayerSCP}, false, "PAfdbS"},
		{"a resource policy that may do both", iam.Gap{Affects: iam.MayBoth, Layer: iam.LayerResource}, false, "PAFdBs"},
		{"an assumption", iam.Gap{Kind: iam.GapAssumption}, false, "pafdbs"},
		{"an assumption where proof is required", iam.Gap{Kind: iam.GapAssumption}, true, "PAFdBS"},
		{"samples", iam.Gap{Kind: iam.GapSampled}, false, "pafdbs"},
		{"samples where proof is required", iam.Gap{Kind: iam.GapSampled}, true, "Pafdbs"},
		{"a passing reason", iam.Gap{Kind: iam.GapIncomplete}, false, "PAFdBS"},
		{"a passing reason that may deny", iam.Gap{Kind: iam.GapIncomplete, Affects: iam.MayDeny}, false, "PAfdbs"},
		{"what nobody can read", iam.Gap{Kind: iam.GapLimit}, true, "pafdbs"},
		{"another action", iam.Gap{Actions: []string{"s3:Get*", "lambda:*"}}, false, "pafdbs"},
		{"the action among others", iam.Gap{Actions: []string{"lambda:*", "S3:put*"}}, false, "PAFdBS"},
		{"another resource", iam.Gap{Resources: []string{"arn:aws:s3:::other/*"}}, false, "pafdbs"},
		{"a resource that overlaps", iam.Gap{Resources: []string{"arn:*:s3:::*-1/keys/*"}}, false, "PAFdBS"},
	} {
		got := ""
		for i, f := range all {
			d := Doubts{Gaps: []iam.Gap{tt.gap}, RequireProof: tt.proof}
			d.Unsettle(&f, []string{f.Resource})
			letter := "pafdbs"[i : i+1]
			if f.Status == audit.Unknown {
				letter = strings.ToUpper(letter)
			}
			if (f.Gap != nil) != (f.Status == audit.Unknown) {
				t.Errorf("%s: status %s with the gap %v", tt.name, f.Status, f.Gap)
			}
			got += letter
		}
		if got != tt.open {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.open)
		}
	}
}

func TestGapIsTheReason(t *testing.T) {
	t.Parallel()
	f := judged(audit.Pass, "", iam.Allowed)
	d := Doubts{Gaps: []iam.Gap{{Where: "t.yaml:3:5", What: "nested stack Roles", Why: "its template is elsewhere", Hint: "give it as a file"}}}
	d.Unsettle(&f, []string{f.Resource})
	if want := "not known: nested stack Roles (t.yaml:3:5): its template is elsewhere; give it as a file"; f.Reason != want {
		t.Errorf("reason %q, want %q", f.Reason, want)
	}
}

// planOf is the plan of one grant, with verdicts that allow all of it.
func planOf(t *testing.T) (*Plan, []iam.Verdict) {
	t.Helper()
	r := requirementOf(t, `{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:*:*:function:worker-*"}`)
	plan, err := r.Plan(principal(t, roleARN), Scope{Regions: []string{"us-east-1"}})
	if err != nil {
		t.Fatal(err)
	}
	verdicts := make([]iam.Verdict, len(plan.Probes()))
	for i := range verdicts {
		verdicts[i].Decision = iam.Allowed
	}
	return plan, verdicts
}

func TestJudgeNeedsTheAnalysis(t *testing.T) {
	t.Parallel()
	plan, verdicts := planOf(t)
	other, _ := planOf(t)
	for name, a := range map[string]Analysis{"none": nil, "zero": Proven{}, "of another plan": Proven{plan: other, about: make([]proof, 1)}} {
		if findings, err := plan.Judge(verdicts, a, Doubts{}); err == nil {
			t.Errorf("%s: %v", name, findings)
		}
	}
	if got := (Proven{}).Coverage().String(); got != "not known" {
		t.Errorf("the coverage of no analysis is %q", got)
	}
}

func TestSamplesPassUnlessProofIsRequired(t *testing.T) {
	t.Parallel()
	plan, verdicts := planOf(t)
	for _, tt := range []struct {
		proof bool
		want  audit.Status
	}{{false, audit.Pass}, {true, audit.Unknown}} {
		findings, err := plan.Judge(verdicts, Sampled{Why: "access denied"}, Doubts{RequireProof: tt.proof})
		if err != nil {
			t.Fatal(err)
		}
		if f := findings[0]; f.Status != tt.want || tt.proof && !strings.Contains(f.Reason, "access denied") {
			t.Errorf("proof required %t: %s, %s", tt.proof, f.Status, f.Reason)
		}
	}
	if (Sampled{}).Coverage() != audit.CoverageSampled {
		t.Error("samples are not called sampled")
	}
}

// TestGapInTheDocumentedPatternOnly: what the product uses is certain, so the
// pass is about that and no more.
func TestGapInTheDocumentedPatternOnly(t *testing.T) {
	t.Parallel()
	plan, verdicts := planOf(t)
	gap := iam.Gap{What: "a statement", Resources: []string{"arn:aws:lambda:eu-west-1:*:function:*"}}
	findings, err := plan.Judge(verdicts, Sampled{}, Doubts{Gaps: []iam.Gap{gap}})
	if err != nil {
		t.Fatal(err)
	}
	if f := findings[0]; f.Status != audit.Pass || f.Scope != audit.ScopeEffective {
		t.Errorf("%s, %s", f.Status, f.Scope)
	}
}

func TestUnreadBuckets(t *testing.T) {
	t.Parallel()
	r := requirementOf(t, `{"Effect":"Allow","Action":["s3:PutObject","s3:CreateBucket","s3:ListAllMyBuckets"],"Resource":"arn:aws:s3:::b-*"}`)
	gap := iam.Gap{Where: "s3:ListBuckets", What: "the list of buckets", Why: "denied", Affects: iam.MayDeny}
	for _, f := range r.UnreadBuckets(&gap) {
		if f.Status != audit.Unknown || f.Gap == nil || !strings.Contains(f.Reason, "s3:ListBuckets") || f.Action != "s3:PutObject" {
			t.Errorf("%s: %s, %s", f.Action, f.Status, f.Reason)
		}
	}
	for _, f := range r.BucketPolicy("b-1", "aws", nil, &gap, nil) {
		if f.Status != audit.Unknown || f.Gap == nil {
			t.Errorf("%s with a policy that was not read: %s", f.Action, f.Status)
		}
	}
	if n := len(r.UnreadBuckets(&gap)); n == 0 {
		t.Error("no finding about buckets that were not listed")
	}
	for _, f := range Trust(roleARN, nil, nil, Trustee{Actions: []string{"sts:AssumeRole"}}, nil) {
		if f.Status != audit.Unknown || f.Gap == nil {
			t.Errorf("a trust policy that was not read: %s", f.Status)
		}
	}
}
