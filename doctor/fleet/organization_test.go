package fleet

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/doctor/fleet/roster"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/managed"
	"remotion-doctor/localaws"
	"remotion-doctor/source/awsapi"
)

const home = "100000000000"

// member is a small account: a role to read it with, and one that renders, with
// more or less of what it needs.
func member(t *testing.T, id string, i int) *account.Snapshot {
	t.Helper()
	actions := []string{`"s3:*","lambda:*","iam:*","logs:*","servicequotas:*","sts:*"`, `"lambda:InvokeFunction","s3:GetObject"`, `"s3:*"`}[i%3]
	text := strings.NewReplacer("ID", id, "HOME", home, "ACTIONS", actions).Replace(`{"Version":1,"AccountId":"ID","Partition":"aws","AuthorizationDetails":{"RoleDetailList":[
		{"RoleName":"reader","RoleId":"AROAREADER","Path":"/audit/","Arn":"arn:aws:iam::ID:role/audit/reader","AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":
			{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::HOME:root"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"x-1"}}}}},
		{"RoleName":"api","RoleId":"AROAAPI","Path":"/","Arn":"arn:aws:iam::ID:role/api","AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":
			{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}},
		 "RolePolicyList":[{"PolicyName":"video","PolicyDocument":{"Version":"2012-10-17","Statement":[
			{"Effect":"Allow","Action":[ACTIONS],"Resource":"*"},{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:*:*:function:remotion-render-*"}]}}]}]},
		"Functions":[{"FunctionName":"api","FunctionArn":"arn:aws:lambda:us-east-1:ID:function:api","Role":"arn:aws:iam::ID:role/api"}]}`)
	s, err := account.Read([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The accounts of the test that do not answer as they should.
const (
	deniedID    = "200000000007"
	throttledID = "200000000011"
	silentID    = "200000000023"
	offID       = "200000000031"
	suspendedID = "200000000047"
)

// serveOrganization serves sixty accounts, five of which are not as the others.
func serveOrganization(t *testing.T, faults ...string) *httptest.Server {
	t.Helper()
	list := []*account.Snapshot{member(t, home, 0)}
	d := localaws.Directory{
		Management: home,
		Units:      []localaws.Unit{{ID: "ou-root-video", Name: "video"}, {ID: "ou-root-old", Name: "old", Parent: "ou-root-video"}},
		Policies: []localaws.Attached{{
			ID: "p-lock", Name: "no logs", Type: "SERVICE_CONTROL_POLICY", Targets: []string{"ou-root-old"},
			Content: []byte(`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"logs:*","Resource":"*"}}`),
		}},
	}
	for i := 1; i < 60; i++ {
		id := fmt.Sprintf("2%011d", i)
		list = append(list, member(t, id, i))
		m := localaws.Member{ID: id, Name: fmt.Sprintf("video-%d", i), Parent: "ou-root-video", Tags: []account.Tag{{Key: "team", Value: []string{"a", "b"}[i%2]}}}
		if i > 50 {
			m.Parent = "ou-root-old"
		}
		switch id {
		case offID:
			m.OffRegions = []string{"af-south-1"}
		case suspendedID:
			m.Status = "SUSPENDED"
		}
		d.Accounts = append(d.Accounts, m)
	}
	parsed, err := localaws.ParseFaults(append([]string{
		"AssumeRole[" + deniedID + "]=denied", "*[ASIA" + throttledID + "]=throttle", "*[ASIA" + silentID + "]=hang",
	}, faults...))
	if err != nil {
		t.Fatal(err)
	}
	cloud, err := localaws.NewCloud(list, localaws.CloudOptions{Options: localaws.Options{Faults: parsed}, Directory: d})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(cloud)
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s
}

func reach(url string) *Reach {
	return &Reach{
		AWS: awsapi.Options{
			EndpointURL: url, Region: "us-east-1", Isolated: true, AttemptTimeout: 4 * time.Second, CallTimeout: 6 * time.Second,
			Backoff: func(int) time.Duration { return 50 * time.Millisecond },
		},
		Regions: []string{"us-east-1", "af-south-1"}, Library: managed.Embedded(), AssumeRole: "audit/reader", ExternalID: "x-1",
	}
}

// TestOrganization: of sixty accounts each is in the report, those that could not be
// read with the reason; killed at random and run again, a run ends with the same
// bytes.
func TestOrganization(t *testing.T) {
	t.Parallel()
	s := serveOrganization(t)
	places, err := reach(s.URL).Organization(t.Context(), roster.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if len(places) != 60 {
		t.Fatalf("%d accounts, want 60", len(places))
	}
	o := options()
	o.Regions = []string{"us-east-1"}
	whole := t.TempDir()
	r := audited(t, t.Context(), whole, places, o)
	checkOrganization(t, r)

	dir := t.TempDir()
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Duration(rand.IntN(400))*time.Millisecond, cancel)
		d, err := OpenDir(dir, DirOptions{Arguments: o.Arguments, Now: o.Now})
		if err != nil {
			t.Fatal(err)
		}
		_ = Run(ctx, places, o, d, 16, nil) // killed
		cancel()
	}
	audited(t, t.Context(), dir, places, o)
	same(t, whole, dir)
}

// audited runs an audit into a folder to its end.
func audited(t *testing.T, ctx context.Context, dir string, places []Place, o Options) *audit.Report {
	t.Helper()
	d, err := OpenDir(dir, DirOptions{Arguments: o.Arguments, Now: o.Now})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Do(ctx, places, o, Plan{Abreast: 16, Dir: d})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func checkOrganization(t *testing.T, r *audit.Report) {
	t.Helper()
	want := map[string]audit.AccountStatus{deniedID: audit.AccountUnread, throttledID: audit.AccountUnread, silentID: audit.AccountUnread, suspendedID: audit.AccountSkipped}
	if len(r.Accounts) != 60 {
		t.Errorf("%d accounts in the report", len(r.Accounts))
	}
	for _, a := range r.Accounts {
		status := audit.AccountAudited
		if s, ok := want[a.ID]; ok {
			status = s
		}
		if a.Status != status {
			t.Errorf("account %s is %s (%s), want %s", a.ID, a.Status, a.Why, status)
		}
		if off := slices.Equal(a.SkippedRegions, []string{"af-south-1"}); off != (a.ID == offID) {
			t.Errorf("account %s: Regions that are off: %v", a.ID, a.SkippedRegions)
		}
		if a.Status == audit.AccountAudited && (a.Callers != 1 || a.Name == "") {
			t.Errorf("account %s (%s): %d callers", a.ID, a.Name, a.Callers)
		}
	}
	if code := r.Verdict().ExitCode; code != 3 {
		t.Errorf("exit code %d, want 3", code)
	}
	for id, text := range map[string]string{deniedID: "assuming arn:aws:iam::" + deniedID + ":role/audit/reader", throttledID: "Rate exceeded", silentID: "no answer"} {
		i := slices.IndexFunc(r.Sections, func(s audit.Section) bool { return s.Principal.AccountID == id })
		if i < 0 || r.Sections[i].Error == nil || !strings.Contains(r.Sections[i].Error.Message, text) {
			t.Errorf("the section of account %s does not say %q: %+v", id, text, r.Sections[max(i, 0)].Error)
		}
	}
	notes := strings.Join(r.Notes, "\n")
	for _, text := range []string{"60 accounts to audit: 56 audited, 0 in part, 3 could not be read, 1 skipped", suspendedID + " was skipped: its status is SUSPENDED", offID + ": not enabled there, and skipped: af-south-1"} {
		if !strings.Contains(notes, text) {
			t.Errorf("the notes do not say %q:\n%s", text, notes)
		}
	}
	// The SCP above the accounts of the old unit is read with the credentials of the
	// management account.
	for i := range r.Sections {
		s := &r.Sections[i]
		old := s.Principal.AccountID > "200000000050"
		blocked := slices.ContainsFunc(s.Findings, func(f audit.Finding) bool { return f.Status == audit.Blocked && strings.HasPrefix(f.Action, "logs:") })
		if s.Error == nil && blocked != old && s.Requirement.Name == "caller" {
			t.Errorf("account %s: logs blocked by the organization: %v", s.Principal.AccountID, blocked)
		}
	}
}

// same compares the files of two runs.
func same(t *testing.T, want, got string) {
	t.Helper()
	for _, name := range []string{"index.json", "report.json", "accounts/" + deniedID + ".json", "accounts/200000000001.json"} {
		a, err1 := os.ReadFile(filepath.Join(want, name))
		b, err2 := os.ReadFile(filepath.Join(got, name))
		if err1 != nil || err2 != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs: %v %v", name, err1, err2)
		}
	}
}

// TestFilters: units, tags, names and statuses choose among the accounts.
func TestFilters(t *testing.T) {
	t.Parallel()
	s := serveOrganization(t)
	for _, tt := range []struct {
		f    roster.Filter
		want int
	}{
		{roster.Filter{Units: []string{"ou-root-old"}}, 9},
		{roster.Filter{Units: []string{"ou-root-video", "ou-root-old"}}, 59},
		{roster.Filter{Tags: []string{"team=a"}}, 29},
		{roster.Filter{Tags: []string{"team"}, Statuses: []string{"ACTIVE"}}, 58},
		{roster.Filter{IDs: []string{"video-1?", home}}, 11},
		{roster.Filter{Statuses: []string{"SUSPENDED"}}, 1},
	} {
		places, err := reach(s.URL).Organization(t.Context(), tt.f)
		if err != nil || len(places) != tt.want {
			t.Errorf("%+v: %d accounts, %v, want %d", tt.f, len(places), err, tt.want)
		}
	}
	if _, err := reach(s.URL).Organization(t.Context(), roster.Filter{Units: []string{"ou-none"}}); err == nil {
		t.Error("a unit that is not there is no error")
	}
}

// TestChain: roles are assumed one after the other, with the external id for the
// last, and a wrong one is refused.
func TestChain(t *testing.T) {
	t.Parallel()
	s := serveOrganization(t)
	list := []roster.Account{
		{ID: "200000000001", Roles: []string{"arn:aws:iam::200000000001:role/audit/reader"}, ExternalID: "x-1"},
		{ID: "200000000002", Roles: []string{"arn:aws:iam::200000000002:role/audit/reader"}, ExternalID: "other"},
		{ID: "200000000003", Roles: []string{"arn:aws:iam::200000000001:role/audit/reader"}},
	}
	r := audited(t, t.Context(), t.TempDir(), reach(s.URL).Listed(list), options())
	for i, text := range []string{"", "not authorized to perform: sts:AssumeRole", "the credentials are those of account 200000000001"} {
		if a := r.Accounts[i]; text == "" && a.Status != audit.AccountAudited || !strings.Contains(a.Why, text) {
			t.Errorf("account %s: %s, %q, want %q", a.ID, a.Status, a.Why, text)
		}
	}
}

// TestAggregator: what AWS Config has recorded leads to the same findings as the
// accounts themselves, where it has all that decides.
func TestAggregator(t *testing.T) {
	t.Parallel()
	s := serveOrganization(t)
	x := reach(s.URL)
	places, err := x.Aggregated(t.Context(), "org", roster.Filter{IDs: []string{"200000000001", "200000000002"}})
	if err != nil || len(places) != 2 {
		t.Fatal(len(places), err)
	}
	r := audited(t, t.Context(), t.TempDir(), places, options())
	direct := audited(t, t.Context(), t.TempDir(), x.Listed([]roster.Account{{ID: "200000000001"}, {ID: "200000000002"}}), options())
	if len(r.Sections) != len(direct.Sections) || len(r.Sections) == 0 {
		t.Fatalf("%d sections, directly %d", len(r.Sections), len(direct.Sections))
	}
	for i := range r.Sections {
		for j := range r.Sections[i].Findings {
			a, b := &r.Sections[i].Findings[j], &direct.Sections[i].Findings[j]
			if a.Status != b.Status && a.Status != audit.Unknown {
				t.Errorf("%s %s: %s, directly %s", r.Sections[i].Principal.ARN, a.Action, a.Status, b.Status)
			}
		}
	}
	if _, err := x.Aggregated(t.Context(), "other", roster.Filter{}); err == nil || !strings.Contains(err.Error(), "aggregator") {
		t.Errorf("an aggregator that is not there: %v", err)
	}
}
