package sourcetest

import (
	"slices"
	"sync"
	"testing"

	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
)

const object = "arn:aws:s3:::b/k"

// asked are requests with what the policies of Twin say to them.
var asked = []struct {
	probe iam.Probe
	want  iam.Decision
	sid   string
}{
	{iam.Probe{Action: "s3:GetObject", Resource: object}, iam.Allowed, "Read"},
	{iam.Probe{Action: "s3:PutObject", Resource: object}, iam.Allowed, "Write"},
	{iam.Probe{Action: "s3:DeleteObject", Resource: object}, iam.ExplicitDeny, "Keep"},
	{iam.Probe{Action: "kms:Decrypt", Resource: "arn:aws:kms:us-east-1:123456789012:key/k"}, iam.ImplicitDeny, ""},
}

func probes() []iam.Probe {
	var out []iam.Probe
	for _, a := range asked {
		out = append(out, a.probe)
	}
	return out
}

// twins: two policies of one name are two, by their identity.
func twins(t *testing.T, s *Subject) {
	if !s.holds(Policies) {
		t.Skip("the source contains no policies")
	}
	p, err := s.Source.Policies(t.Context(), principal(t, Twin))
	if err != nil {
		t.Fatal(err)
	}
	ids := idsOf(p)
	if len(p.Identity) != 2 || len(ids) != 2 || p.Identity[0].ID == p.Identity[1].ID || slices.Contains(ids, "") {
		t.Errorf("the identities of two policies are %q", ids)
	}
	if unread := unreadOf(p.Gaps); len(unread) != 0 {
		t.Errorf("everything was read, and there are gaps: %+v", unread)
	}
}

// unreadOf returns the gaps that are no assumption of every reading.
func unreadOf(gaps []iam.Gap) []iam.Gap {
	return slices.DeleteFunc(slices.Clone(gaps), func(g iam.Gap) bool { return g.Kind == iam.GapAssumption })
}

func idsOf(p eval.Policies) (out []iam.PolicyID) {
	for i := range p.Identity {
		out = append(out, p.Identity[i].ID)
	}
	if p.Boundary != nil {
		out = append(out, p.Boundary.ID)
	}
	return out
}

// agreement: what the source decides is what its policies say, by the same
// statements.
func agreement(t *testing.T, s *Subject) {
	if !s.holds(Policies) {
		t.Skip("the source contains no policies")
	}
	twin := principal(t, Twin)
	policies, err := s.Source.Policies(t.Context(), twin)
	if err != nil {
		t.Fatal(err)
	}
	own, err := eval.NewEvaluator(twin.ARN, policies).Evaluate(t.Context(), probes())
	if err != nil {
		t.Fatal(err)
	}
	verdicts, err := s.Source.Evaluate(t.Context(), twin, probes())
	if err != nil || len(verdicts) != len(asked) {
		t.Fatalf("%d verdicts, %v", len(verdicts), err)
	}
	for i := range asked {
		if verdicts[i].Decision != asked[i].want || own[i].Decision != asked[i].want {
			t.Errorf("%s: decided %q, by its policies %q, want %q", asked[i].probe.Action, verdicts[i].Decision, own[i].Decision, asked[i].want)
		}
		sameStatements(t, asked[i].probe.Action, asked[i].sid, idsOf(policies), identityOf(own[i]), identityOf(verdicts[i]))
	}
}

// identityOf returns the identity-based statements that decided. Not every source
// says those of the layers above.
func identityOf(v iam.Verdict) []iam.StatementRef {
	return slices.DeleteFunc(slices.Clone(v.Matched), func(m iam.StatementRef) bool { return m.Layer != iam.LayerIdentity })
}

func sameStatements(t *testing.T, action, sid string, ids []iam.PolicyID, own, matched []iam.StatementRef) {
	t.Helper()
	if (sid == "") != (len(own) == 0) || len(own) != len(matched) {
		t.Errorf("%s: decided by %+v, by its policies by %+v", action, matched, own)
		return
	}
	for i := range matched {
		// The simulator does not tell which managed policy it is.
		if id := matched[i].PolicyID; id != "" && (!slices.Contains(ids, id) || id != own[i].PolicyID) {
			t.Errorf("%s: decided by the policy %q, by its policies %q", action, id, own[i].PolicyID)
		}
		if own[i].Sid != sid || own[i].PolicyID == "" || matched[i].End != own[i].End {
			t.Errorf("%s: decided by %+v, by its policies by %+v", action, matched[i], own[i])
		}
	}
}

// gaps: what could not be read travels with what was, and says where and what it
// is.
func gaps(t *testing.T, s *Subject) {
	if s.Gapped == nil {
		t.Skip("the source reads all or nothing")
	}
	gapped := s.Gapped(t)
	p, err := gapped.Policies(t.Context(), principal(t, Twin))
	unread := unreadOf(p.Gaps)
	if err != nil || len(unread) == 0 || len(p.Identity) != 1 {
		t.Fatalf("%d policies, gaps %+v, %v", len(p.Identity), p.Gaps, err)
	}
	for _, g := range unread {
		if g.Where == "" || g.What == "" || g.Why == "" {
			t.Errorf("the gap %+v does not say where, what and why", g)
		}
		if !g.Affects.Denies() {
			t.Errorf("the policy that was not read has a Deny, and the gap is %+v", g)
		}
	}
	if s.holds(Principal) {
		if one, err := gapped.Principal(t.Context(), principal(t, Twin)); err != nil || len(one.Unread[Twin]) == 0 {
			t.Errorf("the principal's gaps: %+v, %v", one, err)
		}
	}
}

// ownCopies: what a caller does to an answer does not reach the next one.
func ownCopies(t *testing.T, s *Subject) {
	if !s.holds(Policies) {
		t.Skip("the source contains no policies")
	}
	twin := principal(t, Twin)
	p, err := s.Source.Policies(t.Context(), twin)
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.Identity {
		p.Identity[i] = eval.Policy{}
	}
	if again, err := s.Source.Policies(t.Context(), twin); err != nil || slices.Contains(idsOf(again), "") {
		t.Errorf("%q, %v", idsOf(again), err)
	}
}

// together: several goroutines may ask.
func together(t *testing.T, s *Subject) {
	list := questions(t)
	twin := principal(t, Twin)
	var wg sync.WaitGroup
	for range 4 {
		for _, q := range list {
			wg.Go(func() {
				if _, err := q.ask(t.Context(), s); (err == nil) != s.holds(q.fact) && !s.Partial {
					t.Errorf("%s: %v", q.fact, err)
				}
			})
		}
		wg.Go(func() {
			if !s.holds(Policies) {
				return
			}
			v, err := s.Source.Evaluate(t.Context(), twin, probes())
			if err != nil || v[0].Decision != asked[0].want {
				t.Errorf("%+v, %v", v, err)
			}
			_ = s.Source.Usage()
		})
	}
	wg.Wait()
}
