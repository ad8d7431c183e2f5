package audit

import "testing"

// TestUnusedDoesNotCount: a documented grant that is never called keeps its
// status and does not count against the run.
func TestUnusedDoesNotCount(t *testing.T) {
	t.Parallel()
	findings := []Finding{{Status: Pass}, {Status: Fail, Use: UseUnused}, {Status: Pass, Use: UseUnused}}
	s := Section{Findings: findings, Summary: Summarize(findings)}
	if s.Summary.Fail != 1 || s.Summary.Unused != 1 || s.Summary.Met() != 3 || !s.Met() {
		t.Errorf("got %+v, met %v", s.Summary, s.Met())
	}
	if v := (Gate{}).Verdict(&s); !v.OK() || v.Findings != 0 {
		t.Errorf("the verdict is %+v", v)
	}
	findings[1].Use = ""
	s.Summary = Summarize(findings)
	if v := (Gate{}).Verdict(&s); v.OK() {
		t.Error("a grant that is used does not count")
	}
}
