package doctor

import (
	"slices"
	"strings"
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
)

// An answeredByAWS source is one that AWS answers for.
type answeredByAWS struct{ source.Source }

func (answeredByAWS) Engine() audit.Engine { return audit.EngineAWS }

func jobOf(o Options) *job {
	j := newJob(&o)
	j.source = answeredByAWS{}
	return j
}

// analystOf judges a role with one policy.
func analystOf(t *testing.T, statement string) *judgement {
	t.Helper()
	doc, err := policy.Parse(`{"Version":"2012-10-17","Statement":[` + statement + `]}`)
	if err != nil {
		t.Fatal(err)
	}
	p := eval.Policies{Identity: []eval.Policy{{Name: "p", Document: doc}}}
	return &judgement{policies: &p, analyst: eval.NewEvaluator("arn:aws:iam::111122223333:role/app", p)}
}

// TestSettled: the simulator's word on an organization is certain only where the
// principal's own policies deny, or the organization's are at hand.
func TestSettled(t *testing.T) {
	t.Parallel()
	blocked := iam.Verdict{Decision: iam.ImplicitDeny, BlockedBy: []iam.Layer{iam.LayerSCP}, MissingContext: []string{"aws:SourceVpc"}}
	explicit := iam.Verdict{Decision: iam.ExplicitDeny, BlockedBy: []iam.Layer{iam.LayerSCP}}
	byStatement := explicit
	byStatement.Matched = []iam.StatementRef{{Effect: policy.Deny}}
	allowed, denied := iam.Verdict{Decision: iam.Allowed}, iam.Verdict{Decision: iam.ImplicitDeny}
	open := iam.Verdict{Decision: iam.ImplicitDeny, MissingContext: []string{"aws:SourceVpc"}}
	for _, c := range []struct {
		name    string
		v       iam.Verdict
		own     *iam.Verdict
		held    bool
		ignore  bool
		want    iam.Decision
		unknown bool // with the gap of an organization
	}{
		{"allowed stays", allowed, &denied, false, false, iam.Allowed, false},
		{"another layer stays", iam.Verdict{Decision: iam.ImplicitDeny, BlockedBy: []iam.Layer{iam.LayerBoundary}}, &allowed, false, false, iam.ImplicitDeny, false},
		{"a Deny that is quoted stays", byStatement, &allowed, false, false, iam.ExplicitDeny, false},
		{"only the organization blocks", blocked, &allowed, false, false, "", true},
		{"an explicit deny that nobody quotes", explicit, &allowed, false, false, "", true},
		{"the own policies deny as well", blocked, &denied, false, false, iam.ImplicitDeny, false},
		{"the own policies hang on a key", blocked, &open, false, false, "", true},
		{"the organization's policies are at hand", blocked, &allowed, true, false, iam.Allowed, false},
		{"left out", blocked, &allowed, false, true, iam.Allowed, false},
		{"own policies not read", blocked, nil, false, false, "", true},
		{"left out, own policies not read", blocked, nil, false, true, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := jobOf(Options{IgnoreOrganization: c.ignore}).settled(c.v, c.own, c.held)
			unknown := slices.ContainsFunc(got.Gaps, func(g iam.Gap) bool { return g.Layer == iam.LayerSCP && g.Counts(false) })
			if got.Decision != c.want || unknown != c.unknown || c.want == "" && got.Problem == "" {
				t.Errorf("%+v", got)
			}
			if c.unknown && (!strings.Contains(got.Problem, "--ignore-organization") || !strings.Contains(got.Problem, "--scp FILE")) {
				t.Errorf("no advice in %q", got.Problem)
			}
		})
	}
}

// TestConfirm: where AWS's message says the same as the simulator, it is decided.
func TestConfirm(t *testing.T) {
	t.Parallel()
	message := func(l iam.Layer, d iam.Decision) *iam.DeniedMessage {
		return &iam.DeniedMessage{Layer: l, Decision: d}
	}
	for _, c := range []struct {
		name string
		m    *iam.DeniedMessage
		gaps []iam.Gap
		want iam.Decision
	}{
		{"the same", message(iam.LayerSCP, iam.ExplicitDeny), []iam.Gap{unseen}, iam.ExplicitDeny},
		{"no message", nil, []iam.Gap{unseen}, ""},
		{"another layer", message(iam.LayerBoundary, iam.ExplicitDeny), []iam.Gap{unseen}, ""},
		{"a message without a decision", message(iam.LayerSCP, ""), []iam.Gap{unseen}, ""},
		{"another gap", message(iam.LayerSCP, iam.ExplicitDeny), []iam.Gap{{What: "x", Layer: iam.LayerBoundary}}, ""},
	} {
		trace := &audit.Trace{Message: c.m}
		trace.Gaps = c.gaps
		trace.Layers = []iam.TraceLayer{{Layer: iam.LayerSCP, State: iam.LayerUnknown}}
		confirm(trace)
		if trace.Decision != c.want || (c.want != "") != (trace.Layers[0].State == iam.LayerEvaluated) {
			t.Errorf("%s: %q, %+v", c.name, trace.Decision, trace.Layers)
		}
	}
}

// TestUnshare: what the simulator allows by a key that it was told for another
// action is denied; what the policies allow without it stays.
func TestUnshare(t *testing.T) {
	t.Parallel()
	region := iam.ContextEntry{Key: "aws:RequestedRegion", Type: iam.String, Values: []string{"us-east-1"}}
	passed := iam.ContextEntry{Key: "iam:PassedToService", Type: iam.String, Values: []string{"lambda.amazonaws.com"}}
	probes := []iam.Probe{
		{Action: "iam:PassRole", Resource: "arn:aws:iam::111122223333:role/r", Context: iam.Context{region, passed}},
		{Action: "lambda:InvokeFunction", Resource: "arn:aws:lambda:us-east-1:111122223333:function:f", Context: iam.Context{region}},
	}
	for statement, want := range map[string]iam.Decision{
		`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}}`:         iam.ImplicitDeny,
		`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEqualsIfExists":{"iam:PassedToService":"lambda.amazonaws.com"}}}`: iam.Allowed,
		`{"Effect":"Allow","Action":"*","Resource":"*"}`:    iam.Allowed,
		`{"Effect":"Allow","Action":"s3:*","Resource":"*"}`: iam.Allowed, // the simulator saw more than was read
	} {
		verdicts := []iam.Verdict{{Decision: iam.Allowed}, {Decision: iam.Allowed}}
		if err := jobOf(Options{}).unshare(t.Context(), analystOf(t, statement), probes, verdicts); err != nil {
			t.Fatal(err)
		}
		if verdicts[0].Decision != iam.Allowed || verdicts[1].Decision != want {
			t.Errorf("%s: %s and %s, want %s", statement, verdicts[0].Decision, verdicts[1].Decision, want)
		}
	}
}
