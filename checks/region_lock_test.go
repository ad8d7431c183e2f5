package checks

import (
	"strings"
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// TestRegionLockByStatement: the statement that blocks tells which Regions are
// allowed, whatever else is in the same policy.
func TestRegionLockByStatement(t *testing.T) {
	t.Parallel()
	doc, err := policy.Parse(`{"Version":"2012-10-17","Statement":[
		{"Effect":"Deny","NotAction":"iam:*","Resource":"*","Condition":{"StringNotEquals":{"AWS:RequestedRegion":["eu-west-1","eu-central-1"]}}},
		{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}},
		{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:SourceVpc":"vpc-1"}}},
		{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"us-east-1"}}}]}`)
	if err != nil {
		t.Fatal(err)
	}
	by := func(i int) iam.StatementRef {
		return iam.StatementRef{Layer: iam.LayerSCP, Policy: "lock", Index: i, Effect: doc.Statements[i].Effect}
	}
	blocked := func(action string, i int) audit.Finding {
		return audit.Finding{Action: action, Status: audit.Blocked, Layer: iam.LayerSCP, Statements: []iam.StatementRef{by(i)}}
	}
	unread := func(iam.StatementRef) *policy.Statement { return nil }
	read := func(ref iam.StatementRef) *policy.Statement { return &doc.Statements[ref.Index] }
	for _, c := range []struct {
		name      string
		findings  []audit.Finding
		statement func(iam.StatementRef) *policy.Statement
		actions   int // of the one diagnosis; 0: none
	}{
		{"two actions", []audit.Finding{blocked("s3:GetObject", 0), blocked("lambda:InvokeFunction", 0)}, read, 2},
		{"one action is enough where the statement says so", []audit.Finding{blocked("s3:GetObject", 0)}, read, 1},
		{"others are blocked by something else", []audit.Finding{blocked("s3:GetObject", 0), blocked("s3:PutObject", 2)}, read, 1},
		{"a Deny of some Regions", []audit.Finding{blocked("s3:GetObject", 1)}, read, 0},
		{"another key", []audit.Finding{blocked("s3:GetObject", 2)}, read, 0},
		{"an Allow of some Regions", []audit.Finding{blocked("s3:GetObject", 3)}, read, 0},
		{"a statement that was not read", []audit.Finding{blocked("s3:GetObject", 0)}, unread, 0},
		{"nobody reads statements", []audit.Finding{blocked("s3:GetObject", 0)}, nil, 0},
		{"not blocked", []audit.Finding{{Action: "s3:GetObject", Status: audit.Fail, Statements: []iam.StatementRef{by(0)}}}, read, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := &Situation{Regions: []string{"us-east-1", "us-west-2"}, Findings: c.findings, Statement: c.statement}
			got := RegionLock(s)
			switch {
			case c.actions == 0 && len(got) > 0:
				t.Errorf("%+v", got)
			case c.actions > 0 && (len(got) != 1 || len(got[0].Actions) != c.actions || !strings.Contains(got[0].Message, "us-east-1 and us-west-2 and allows only eu-west-1 or eu-central-1")):
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestStopped: what only the simulator's word on an organization stops counts as
// stopped; what is unknown for another reason does not.
func TestStopped(t *testing.T) {
	t.Parallel()
	gap := func(l iam.Layer, k iam.GapKind) *iam.Gap { return &iam.Gap{Layer: l, Kind: k} }
	for want, list := range map[bool][]audit.Finding{
		true: {{Status: audit.Blocked}, {Status: audit.Unknown, Gap: gap(iam.LayerSCP, iam.GapUnread)}},
		false: {
			{Status: audit.Fail},
			{Status: audit.Pass},
			{Status: audit.Unknown},
			{Status: audit.Unknown, Gap: gap(iam.LayerBoundary, iam.GapUnread)},
			{Status: audit.Unknown, Gap: gap(iam.LayerSCP, iam.GapAssumption)},
		},
	} {
		for i := range list {
			if got := Stopped(&list[i]); got != want {
				t.Errorf("%+v: %v", list[i], got)
			}
		}
	}
}

// TestStoppedAlike: an action is stopped for what it does only if nothing else is
// stopped by the same statement.
func TestStoppedAlike(t *testing.T) {
	t.Parallel()
	ref := func(i int) []iam.StatementRef {
		return []iam.StatementRef{{Layer: iam.LayerSCP, Policy: "p", Index: i}}
	}
	put := audit.Finding{Action: "s3:PutObject", Status: audit.Blocked, Layer: iam.LayerSCP, Statements: ref(0)}
	other := func(change func(*audit.Finding)) audit.Finding {
		f := put
		f.Action = "s3:GetObject"
		change(&f)
		return f
	}
	for _, c := range []struct {
		name  string
		other audit.Finding
		want  bool
	}{
		{"same statement", other(func(*audit.Finding) {}), true},
		{"another statement", other(func(f *audit.Finding) { f.Statements = ref(1) }), false},
		{"another layer", other(func(f *audit.Finding) { f.Layer = iam.LayerBoundary }), false},
		{"not stopped", other(func(f *audit.Finding) { f.Status = audit.Fail }), false},
		{"among the actions", other(func(f *audit.Finding) { f.Action = "s3:PutObject" }), false},
		{"statements of one are not known", other(func(f *audit.Finding) { f.Statements = nil }), false},
	} {
		s := &Situation{Findings: []audit.Finding{put, c.other}}
		if got := s.StoppedAlike(&s.Findings[0], []string{"s3:PutObject"}); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	put.Statements = nil
	s := &Situation{Findings: []audit.Finding{put, other(func(f *audit.Finding) { f.Statements = nil })}}
	if !s.StoppedAlike(&s.Findings[0], []string{"s3:PutObject"}) {
		t.Error("the same layer, and no statement is known of either")
	}
}
